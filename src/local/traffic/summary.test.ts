import { describe, expect, it } from 'vitest';
import { generateTraffic } from './generate.ts';
import { mondayOf, summarize } from './summary.ts';

const traffic = generateTraffic({ seed: 'summary', hours: 3, weeks: 2, shoppersPerHour: 150 });
const requests = Array.from(traffic.requests);
const truth = traffic.truth();
const summary = summarize(truth.rows);
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe('the summary', () => {
  it('agrees with what was counted event by event', () => {
    const { funnel, sessions, total, visitors, withoutSession } = truth;
    expect(requests).toHaveLength(total.requests);
    expect(truth.rows.sessions).toHaveLength(sessions.total);
    expect(truth.rows.visitors).toHaveLength(visitors);
    expect(sum(truth.rows.sessions.map(({ events }) => events))).toBe(total.distinct - withoutSession.events);
    expect(summary.revenue.orders).toBe(total.orders);
    expect(summary.revenue.gross_cents).toEqual(total.revenue_cents);
    // Whoever came further has come at least as far by events of any time.
    for (const step of ['view', 'cart', 'checkout', 'order'] as const) {
      expect(summary.funnelInOrder[step]).toBeLessThanOrEqual(funnel[step]);
    }
    expect(summary.furthest.order).toBe(funnel.order);
  });

  it('tells the funnel in order of time from events of any time', () => {
    expect(summary.funnelInOrder.order).toBeLessThan(truth.funnel.order);
    const ordered = truth.rows.sessions.filter(({ funnel }) => funnel.taken === 4);
    expect(summary.visitorFunnel.order).toBeGreaterThanOrEqual(new Set(ordered.map((one) => one.visitorId)).size);
    expect(summary.visitorFunnel.view).toBeLessThan(truth.visitors);
  });

  it('adds up by every key', () => {
    const { byChannel, byCampaign, revenue, byProduct, byCategory, byBrand, sessionsByChannel } = summary;
    for (const parts of [byChannel, byCampaign].map((by) => Object.values(by))) {
      expect(sum(parts.map(({ orders }) => orders))).toBe(revenue.orders);
      for (const [currency, net_cents] of Object.entries(revenue.net_cents)) {
        expect(sum(parts.map((part) => part.net_cents[currency] ?? 0))).toBe(net_cents);
      }
    }
    const [products, categories, brands] = [byProduct, byCategory, byBrand].map((by) =>
      sum(Object.values(by).map(({ quantity }) => quantity)),
    );
    expect([categories, brands]).toEqual([products, products]);
    expect(sum(Object.values(sessionsByChannel))).toBe(truth.sessions.total);
    expect(Object.keys(sessionsByChannel)).toEqual(
      ['direct', 'email', 'organic_search', 'organic_social', 'paid_search', 'referral'].sort(),
    );
  });

  it('takes refunds and cancellations off, and never more than was paid', () => {
    const { gross_cents, net_cents } = summary.revenue;
    expect(Object.keys(gross_cents)).toEqual(['CHF', 'EUR']);
    expect(net_cents['EUR']).toBeLessThan(gross_cents['EUR']!);
    expect(summary.cancelled).toBeGreaterThan(0);
    for (const { net_cents: left, total_cents } of truth.rows.orders) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left).toBeLessThanOrEqual(total_cents);
    }
  });

  it('has cohorts of two weeks, of which the first comes again', () => {
    const [first, second] = Object.keys(summary.cohorts) as [string, string];
    expect(Object.keys(summary.cohorts)).toHaveLength(2);
    expect(summary.cohorts[first]![second]).toBeGreaterThan(0);
    expect(summary.cohorts[first]![second]).toBeLessThan(summary.cohorts[first]![first]!);
    const isNew = sum(Object.values(summary.visitorsByDay).map((day) => day.isNew));
    expect(isNew).toBe(truth.visitors);
  });
});

it.each([
  ['2025-12-01', '2025-12-01'],
  ['2025-12-07', '2025-12-01'],
  ['2026-01-01', '2025-12-29'],
])('the week of %s begins on %s', (day, monday) => {
  expect(mondayOf(day)).toBe(monday);
});
