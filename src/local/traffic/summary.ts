import { pricePaid_cents } from './catalogue.ts';
import { FUNNEL, type FunnelStep } from './facts.ts';
import type { Money, OrderTruth, TruthRows } from './truth-rows.ts';

/** What orders came to, by currency, in cents. */
export interface RevenueTruth {
  readonly orders: number;
  readonly gross_cents: Money;
  /** Less refunds, and without what was cancelled. */
  readonly net_cents: Money;
}

/** What was sold of something, as far as orders say what was ordered. */
export interface SoldTruth {
  readonly quantity: number;
  readonly gross_cents: Money;
}

/** The figures that dashboards show, from the rows that are true. */
export interface Summary {
  /** Sessions that took the step after those before it, in order of time. */
  readonly funnelInOrder: Readonly<Record<FunnelStep, number>>;
  /** The same of visitors, over all of their sessions. */
  readonly visitorFunnel: Readonly<Record<FunnelStep, number>>;
  /** Sessions by the furthest step that they have an event of. */
  readonly furthest: Readonly<Record<FunnelStep, number>>;
  readonly revenue: RevenueTruth;
  readonly cancelled: number;
  /** By the channel and the campaign of the order's session; `direct` and the empty text where there is none. */
  readonly byChannel: Readonly<Record<string, RevenueTruth>>;
  readonly byCampaign: Readonly<Record<string, RevenueTruth>>;
  readonly byProduct: Readonly<Record<string, SoldTruth>>;
  readonly byCategory: Readonly<Record<string, SoldTruth>>;
  readonly byBrand: Readonly<Record<string, SoldTruth>>;
  /** Sessions by channel. */
  readonly sessionsByChannel: Readonly<Record<string, number>>;
  readonly landingPages: Readonly<Record<string, number>>;
  readonly exitPages: Readonly<Record<string, number>>;
  /** By UTC day: who came, and who of them came for the first time. */
  readonly visitorsByDay: Readonly<Record<string, { readonly visitors: number; readonly isNew: number }>>;
  /** Visitors by the UTC week in which they first came and the one in which they came (again): Mondays. */
  readonly cohorts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Adds the rows up. */
export function summarize({ sessions, orders, visitors }: TruthRows): Summary {
  const sold = (key: (product: { id: string; category: string; brand: string }) => string): Record<string, SoldTruth> =>
    grouped(
      orders.flatMap(({ currency, lines = [] }) => lines.map((line) => ({ currency, ...line }))),
      ({ product }) => key(product),
      (lines) => ({
        quantity: sum(lines, ({ quantity }) => quantity),
        gross_cents: money(lines, ({ quantity, product }) => quantity * pricePaid_cents(product)),
      }),
    );
  return {
    funnelInOrder: perStep((_, number) => sessions.filter(({ funnel }) => funnel.taken >= number).length),
    visitorFunnel: perStep((_, number) => visitors.filter(({ funnel }) => funnel.taken >= number).length),
    furthest: perStep((step) => sessions.filter(({ furthest }) => furthest === step).length),
    revenue: revenueOf(orders),
    cancelled: orders.filter(({ cancelled_ms }) => cancelled_ms !== undefined).length,
    byChannel: grouped(orders, ({ origin }) => origin?.channel ?? 'direct', revenueOf),
    byCampaign: grouped(orders, ({ origin }) => origin?.campaign ?? '', revenueOf),
    byProduct: sold(({ id }) => id),
    byCategory: sold(({ category }) => category),
    byBrand: sold(({ brand }) => brand),
    sessionsByChannel: grouped(sessions, ({ origin }) => origin?.channel ?? 'direct', count),
    landingPages: grouped(sessions, ({ landingPage }) => landingPage, count),
    exitPages: grouped(sessions, ({ exitPage }) => exitPage, count),
    visitorsByDay: grouped(
      visitors.flatMap(({ days }) => days.map((day) => ({ day, isNew: day === days[0] }))),
      ({ day }) => day,
      (came) => ({ visitors: came.length, isNew: came.filter(({ isNew }) => isNew).length }),
    ),
    cohorts: grouped(
      visitors.map(({ days }) => ({ first: mondayOf(days[0]!), weeks: [...new Set(days.map(mondayOf))] })),
      ({ first }) => first,
      (cohort) =>
        grouped(
          cohort.flatMap(({ weeks }) => weeks),
          (week) => week,
          count,
        ),
    ),
  };
}

/** The Monday of a day's week, both as `2025-12-06`. */
export function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

function perStep(of: (step: FunnelStep, number: number) => number): Record<FunnelStep, number> {
  const steps = (Object.keys(FUNNEL) as FunnelStep[]).map((step, at) => [step, of(step, at + 1)] as const);
  return Object.fromEntries(steps) as Record<FunnelStep, number>;
}

function revenueOf(orders: readonly OrderTruth[]): RevenueTruth {
  return {
    orders: orders.length,
    gross_cents: money(orders, ({ total_cents }) => total_cents),
    net_cents: money(orders, ({ net_cents }) => net_cents),
  };
}

function money<T extends { currency: string }>(items: readonly T[], cents: (item: T) => number): Money {
  return grouped(
    items,
    ({ currency }) => currency,
    (own) => sum(own, cents),
  );
}

function count({ length }: readonly unknown[]): number {
  return length;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** What each group comes to, the groups in order of their keys; items without a key are in none. */
function grouped<T, R>(
  items: readonly T[],
  key: (item: T) => string | undefined,
  result: (group: readonly T[]) => R,
): Record<string, R> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  const inOrder = Array.from(groups).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(inOrder.map(([name, group]) => [name, result(group)]));
}
