import pg from 'pg';
import { sqlVariables } from '../config/table-names.ts';
import type { EtlSettings } from '../config/settings.ts';
import { sqlFile } from '../warehouse/template.ts';
import { FUNNEL, type FunnelStep } from './traffic/facts.ts';
import type { Truth } from './traffic/truth.ts';

/** The steps of the funnel, in order. */
export const FUNNEL_STEPS = Object.keys(FUNNEL) as FunnelStep[];

/** One row of the warehouse's `checkpoints`: an hour and what became of its records. */
export interface HourLedger {
  readonly hour: Date;
  readonly state: string;
  readonly objects: number;
  readonly read: number;
  readonly inserted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly dropped: number;
}

/** What the report shows, as the warehouse has it. */
export interface Figures {
  readonly ledger: readonly HourLedger[];
  readonly totals: {
    readonly events: number;
    readonly rejects: number;
    readonly visitors: number;
    readonly sessions: number;
    readonly orders: number;
    readonly revenue_cents: Readonly<Record<string, number>>;
  };
  readonly funnel: Readonly<Record<FunnelStep, number>>;
  readonly products: readonly { product_id: string; name: string; views: number; carts: number }[];
}

/** Asks the warehouse. */
export async function readFigures({ postgres, tables }: EtlSettings): Promise<Figures> {
  const client = new pg.Client(postgres);
  await client.connect();
  try {
    const ask = async <T>(name: string): Promise<T[]> =>
      (await client.query(sqlFile(`report/${name}.sql`, sqlVariables(tables)))).rows as T[];
    const [totals] = await ask<Figures['totals']>('totals');
    const [funnel] = await ask<Figures['funnel']>('funnel');
    return {
      ledger: await ask<HourLedger>('ledger'),
      totals: totals!,
      funnel: funnel!,
      products: await ask<Figures['products'][number]>('products'),
    };
  } finally {
    await client.end();
  }
}

/** One figure of the warehouse beside what it should be. */
export interface Comparison {
  readonly name: string;
  readonly found: string;
  readonly expected: string;
  readonly agrees: boolean;
}

/** Every figure that the traffic's maker knows the truth of. */
export function compare(figures: Figures, truth: Truth): Comparison[] {
  const rows: [string, string | number, string | number][] = [];
  for (const hour of truth.hours) {
    const found = figures.ledger.find((row) => row.hour.getTime() === hour.hour_ms);
    const name = hour.hour.slice(11, 16);
    rows.push([`${name} objects`, found?.objects ?? 0, hour.stored]);
    rows.push([`${name} read`, found?.read ?? 0, hour.accepted]);
    rows.push([`${name} inserted`, found?.inserted ?? 0, hour.distinct]);
    rows.push([`${name} duplicates`, found?.duplicates ?? 0, hour.duplicates]);
    rows.push([`${name} rejected`, found?.rejected ?? 0, hour.rejected]);
  }
  const { totals, funnel } = figures;
  rows.push(['events', totals.events, truth.total.distinct]);
  rows.push(['rejects', totals.rejects, truth.total.rejected]);
  rows.push(['visitors', totals.visitors, truth.visitors]);
  rows.push(['sessions', totals.sessions, truth.sessions.total]);
  rows.push(['orders', totals.orders, truth.total.orders]);
  rows.push(['revenue', money(totals.revenue_cents), money(truth.total.revenue_cents)]);
  for (const [index, step] of FUNNEL_STEPS.entries()) {
    // In order of time, as the view has it: an order without a view before it took no step.
    const taken = truth.rows.sessions.filter((session) => session.funnel.taken > index).length;
    rows.push([FUNNEL[step], funnel[step], taken]);
  }
  for (const { productId, views, carts } of truth.products) {
    const found = figures.products.find(({ product_id }) => product_id === productId);
    rows.push([`${productId} views`, found?.views ?? 0, views]);
    rows.push([`${productId} carts`, found?.carts ?? 0, carts]);
  }
  return rows.map(([name, found, expected]) => ({
    name,
    found: String(found),
    expected: String(expected),
    agrees: String(found) === String(expected),
  }));
}

/** Amounts per currency, as people write them. */
export function money(cents: Readonly<Record<string, number>>): string {
  const amounts = Object.entries(cents).sort(([a], [b]) => (a < b ? -1 : 1));
  if (amounts.length === 0) return '0';
  return amounts
    .map(([currency, amount]) => `${currency} ${(amount / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })}`)
    .join(', ');
}
