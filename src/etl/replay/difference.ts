import type { Client } from 'pg';
import type { Columns } from '../pipeline/column.ts';
import type { ReplaySql } from './replay-sql.ts';

/** An event as it is and as it would be; null where it is not. */
export interface ChangedEvent {
  readonly fate: 'insert' | 'replace' | 'remove';
  readonly eventId: string;
  readonly old: Readonly<Record<string, unknown>> | null;
  readonly new: Readonly<Record<string, unknown>> | null;
}

/** What a replay would change about events and dead letters. */
export interface Difference {
  readonly inserted: number;
  readonly changed: number;
  readonly removed: number;
  readonly kept: number;
  /** How many of the changed events have another value, by column; those that none has are left out. */
  readonly columns: readonly { readonly name: string; readonly events: number }[];
  readonly examples: readonly ChangedEvent[];
  readonly rejects: { readonly before: number; readonly after: number };
}

/** What a dashboard shows first. */
export interface Figures {
  readonly events: number;
  readonly visitors: number;
  readonly sessions: number;
  readonly bounces: number;
  /** Sessions with an order. */
  readonly converted: number;
  readonly orders: number;
  /** By currency, as decimal text. */
  readonly revenue: Readonly<Record<string, string>>;
}

const EXAMPLES_OF_EACH = 3;

/** Reads what a comparison came to. */
export async function readDifference(client: Client, sql: ReplaySql, columns: Columns): Promise<Difference> {
  const { rows } = await client.query<
    Record<'inserted' | 'changed' | 'removed' | 'kept', string> & { columns: string[] }
  >(sql('changes'));
  const { columns: counts, ...fates } = rows[0]!;
  const examples = await client.query<Omit<ChangedEvent, 'eventId'> & { event_id: string }>(sql('examples'), [
    EXAMPLES_OF_EACH,
  ]);
  const rejects = (await client.query<{ before: string; after: string }>(sql('count-rejects'))).rows[0]!;
  return {
    inserted: Number(fates.inserted),
    changed: Number(fates.changed),
    removed: Number(fates.removed),
    kept: Number(fates.kept),
    columns: Object.keys(columns)
      .map((name, at) => ({ name, events: Number(counts[at]) }))
      .filter(({ events }) => events > 0),
    examples: examples.rows.map(({ fate, event_id, old, new: now }) => ({ fate, eventId: event_id, old, new: now })),
    rejects: { before: Number(rejects.before), after: Number(rejects.after) },
  };
}

/** Reads the figures of some tables. */
export async function readFigures(client: Client, sql: ReplaySql): Promise<Figures> {
  const { rows } = await client.query<Record<keyof Figures, string> & { revenue: Record<string, string> }>(
    sql('figures'),
  );
  const { revenue, ...counts } = rows[0]!;
  const number = (name: keyof typeof counts): number => Number(counts[name]);
  return {
    events: number('events'),
    visitors: number('visitors'),
    sessions: number('sessions'),
    bounces: number('bounces'),
    converted: number('converted'),
    orders: number('orders'),
    revenue,
  };
}

/** The figures of a whole of which a part went from `before` to `after`. */
export function shifted(whole: Figures, before: Figures, after: Figures): Figures {
  const number = (name: Exclude<keyof Figures, 'revenue'>): number => whole[name] + after[name] - before[name];
  const currencies = [whole, before, after].flatMap(({ revenue }) => Object.keys(revenue));
  const revenue = [...new Set(currencies)].sort().flatMap((currency) => {
    const amount = decimalSum(whole.revenue[currency], after.revenue[currency], negated(before.revenue[currency]));
    const isGone = currency in before.revenue && !(currency in after.revenue) && amount === '0';
    return isGone ? [] : [[currency, amount] as const];
  });
  return {
    events: number('events'),
    visitors: number('visitors'),
    sessions: number('sessions'),
    bounces: number('bounces'),
    converted: number('converted'),
    orders: number('orders'),
    revenue: Object.fromEntries(revenue),
  };
}

function negated(amount = '0'): string {
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}

/** A sum of decimal texts, exactly. */
function decimalSum(...amounts: readonly (string | undefined)[]): string {
  const given = amounts.map((amount = '0') => amount);
  const scale = Math.max(...given.map((amount) => amount.split('.')[1]?.length ?? 0));
  let sum = 0n;
  for (const amount of given) {
    const [whole = '0', fraction = ''] = amount.split('.');
    sum += BigInt(whole + fraction.padEnd(scale, '0'));
  }
  const digits = String(sum < 0n ? -sum : sum).padStart(scale + 1, '0');
  const cut = digits.length - scale;
  const fraction = digits.slice(cut).replace(/0+$/, '');
  return `${sum < 0n ? '-' : ''}${digits.slice(0, cut)}${fraction === '' ? '' : `.${fraction}`}`;
}
