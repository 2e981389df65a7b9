import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ODDITIES } from './facts.ts';
import { generateTraffic, type TrafficOptions, type TrafficRequest } from './generate.ts';
import { recount } from './recount.ts';
import type { Truth } from './truth.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const START_MS = Date.UTC(2025, 11, 6, 16);
const DEFAULT = generateTraffic();
const DEFAULT_REQUESTS = [...DEFAULT.requests];
const TRUTH = DEFAULT.truth();

function digest(requests: Iterable<TrafficRequest>): string {
  const hash = createHash('sha256');
  for (const request of requests) hash.update(JSON.stringify(request));
  return hash.digest('hex');
}

describe('the requests', () => {
  it('are the same bytes for the same seed, and others for another one', () => {
    const small = (seed: number | string) => digest(generateTraffic({ seed, shoppersPerHour: 20 }).requests);
    expect(small(7)).toBe(small('7'));
    expect(new Set([1, 2, 3, 'one'].map(small)).size).toBe(4);
  });

  it('are the same when they are read again', () => {
    expect(digest(DEFAULT.requests)).toBe(digest(DEFAULT_REQUESTS));
    expect(DEFAULT.truth()).toEqual(TRUTH);
  });

  it('come in the order of their receipt, within the hours asked for', () => {
    const times = DEFAULT_REQUESTS.map(({ at_ms }) => at_ms);
    expect(times.every((time, index) => Number.isInteger(time) && (index === 0 || time >= times[index - 1]!))).toBe(
      true,
    );
    expect(times[0]).toBeGreaterThanOrEqual(START_MS);
    expect(times.at(-1)).toBeLessThan(START_MS + 4 * 3_600_000);
  });

  it('are made while they are read, so a year of them begins at once', () => {
    const [first] = generateTraffic({ shoppersPerHour: 50_000, hours: 24 * 365 }).requests;
    expect(first?.expectedStatus).toBeDefined();
  });

  it('carry arrays of 2 to 20 events', () => {
    const sizes = DEFAULT_REQUESTS.filter(
      ({ body, expectedStatus }) => expectedStatus === 200 && body.startsWith('['),
    ).map(({ body }) => (JSON.parse(body) as unknown[]).length);
    expect(Math.max(...sizes)).toBeGreaterThan(10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(22); // with the elements that are no events
  });

  it('come in the same hours of each week, some of them from shoppers of an earlier one', () => {
    const traffic = generateTraffic({ hours: 2, weeks: 3, shoppersPerHour: 40 });
    const weeks = new Set<number>();
    for (const { at_ms } of traffic.requests) {
      const week = Math.floor((at_ms - START_MS) / WEEK_MS);
      weeks.add(week);
      expect(at_ms - START_MS - week * WEEK_MS).toBeLessThan(2 * 3_600_000);
    }
    expect([...weeks]).toEqual([0, 1, 2]);
    const returned = traffic.truth().rows.visitors.filter(({ first_ms, last_ms }) => last_ms - first_ms > WEEK_MS / 2);
    expect(returned.length).toBeGreaterThan(5);
  });

  it('are busier in the evening than at night', () => {
    const events = (hour: number) => {
      const traffic = generateTraffic({ start_ms: Date.UTC(2025, 11, 6, hour), hours: 1 });
      return [...traffic.requests].length;
    };
    expect(events(19)).toBeGreaterThan(8 * events(3));
  });

  it.each([
    { hours: 0 },
    { weeks: 0 },
    { hours: 1.5 },
    { start_ms: START_MS + 1 },
    { shoppersPerHour: 0 },
    { shoppersPerHour: NaN },
  ])('are refused for %j', (options: TrafficOptions) => {
    expect(() => generateTraffic(options)).toThrow(expect.objectContaining({ code: 'invalid_config' }) as Error);
  });
});

describe('the truth', () => {
  it('is not told before all requests have been read', () => {
    const traffic = generateTraffic({ shoppersPerHour: 5 });
    for (const request of traffic.requests) {
      expect(request.at_ms).toBeGreaterThan(0);
      expect(() => traffic.truth()).toThrow(expect.objectContaining({ code: 'truth_incomplete' }) as Error);
    }
    expect(traffic.truth().total.requests).toBeGreaterThan(0);
  });

  it('is what a plain recount of the default traffic by the rules gives', () => {
    expect(comparable(TRUTH)).toEqual(comparable(recount(DEFAULT_REQUESTS, START_MS, 4)));
  });

  it('is what a plain recount gives, for any seed, span and size', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(1, 1, 2),
        (seed, hours, shoppersPerHour, weeks) => {
          const traffic = generateTraffic({ seed, hours, shoppersPerHour, weeks, start_ms: START_MS });
          const again = recount(traffic.requests, START_MS, hours, weeks);
          expect(comparable(traffic.truth())).toEqual(comparable(again));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('adds up', () => {
    const { total, hours, activity, sessions, eventNames, times } = TRUTH;
    for (const counts of [total, ...hours]) {
      expect(counts.requests).toBe(counts.stored + counts.refused);
      expect(counts.sent).toBe(counts.accepted + counts.invalid);
      expect(counts.accepted).toBe(counts.distinct + counts.duplicates + counts.rejected);
    }
    for (const name of ['requests', 'accepted', 'distinct', 'duplicates', 'rejected', 'orders'] as const) {
      expect(sum(hours.map((hour) => hour[name]))).toBe(total[name]);
    }
    expect(sum(hours.map((hour) => hour.revenue_cents['EUR'] ?? 0))).toBe(total.revenue_cents['EUR']);
    expect(sum(activity.map(({ events }) => events))).toBe(total.distinct);
    expect(sum(activity.map(({ sessionsStarted }) => sessionsStarted))).toBe(sessions.total);
    expect(sum(activity.map(({ orders }) => orders))).toBe(total.orders);
    expect(sum(Object.values(eventNames))).toBe(total.distinct);
    expect(sum(Object.values(times))).toBe(total.distinct);
  });

  it('has a funnel in which each step is reached by fewer sessions, but by some', () => {
    const { view, cart, checkout, order } = TRUTH.funnel;
    const steps = [TRUTH.sessions.total, view, cart, checkout, order];
    expect(steps).toEqual([...steps].sort((a, b) => b - a));
    expect(new Set(steps).size).toBe(5);
    expect(order).toBeGreaterThan(50);
  });

  it('has the size that the documentation tells', () => {
    expect(TRUTH.total.accepted).toBeGreaterThan(15_000);
    expect(TRUTH.total.accepted).toBeLessThan(25_000);
    expect(TRUTH.sessions.total).toBeGreaterThan(2_000);
  });

  it.each(ODDITIES)('of the default traffic knows requests with the oddity %s', (oddity) => {
    expect(TRUTH.oddities[oddity]).toBeGreaterThan(0);
  });

  it('expects 400 for exactly the requests that are refused', () => {
    expect(DEFAULT_REQUESTS.filter(({ expectedStatus }) => expectedStatus === 400)).toHaveLength(TRUTH.total.refused);
  });
});

/** Rows in an order of their own; without what only the maker knows. */
function comparable({ rows, ...truth }: Omit<Truth, 'oddities'>): object {
  const ordered = <T>(items: readonly T[], key: (item: T) => string): T[] =>
    items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return {
    ...truth,
    oddities: undefined,
    sessions_: ordered(rows.sessions, ({ visitorId, start_ms }) => `${visitorId} ${start_ms}`).map((session) => ({
      ...session,
      products: ordered(session.products, ({ product }) => product.id),
    })),
    orders_: ordered(rows.orders, ({ orderId }) => orderId),
    visitors_: ordered(rows.visitors, ({ visitorId }) => visitorId),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
