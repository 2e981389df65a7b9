import type { TableKey, TableNames } from '../config/table-names.ts';
import { sqlVariables } from '../config/table-names.ts';
import { sqlFile } from './template.ts';

/** What a rollup sums up: rows of one of these, each with a sign. */
export type RollupSource = 'sessions' | 'products' | 'orders' | 'visitors' | 'activity';

/** A table of sums. What is summed is in `sql/rollups/FILE.sql`, which selects the keys and then the sums. */
export interface Rollup {
  readonly table: TableKey;
  readonly file: string;
  readonly source: RollupSource;
  readonly keys: readonly string[];
  /** The first counts the rows that a sum has come from: at 0 the others are 0 as well, and the row goes. */
  readonly sums: readonly string[];
  /** The same by the days of the reporting time zone: a tenth of the rows or less, for views to read. */
  readonly byDay?: TableKey;
  /** A count in the rows by day that another rollup keeps: they go only when it is 0 as well. */
  readonly besideByDay?: string;
  /** Some of the sums by some of the keys, in the rows by day of another rollup, which go only when `beside` is 0 as well. */
  readonly within?: {
    readonly table: TableKey;
    readonly keys: readonly string[];
    readonly sums: readonly string[];
    readonly beside: string;
  };
  /** The first sum alone, by the quarter alone. */
  readonly byQuarter?: TableKey;
}

const TRAFFIC = ['traffic_source', 'traffic_medium', 'traffic_campaign', 'traffic_channel'];
const REACHED = ['viewed', 'carted', 'checked_out', 'ordered'];
const BETWEEN_STEPS = ['to_cart_ms', 'to_checkout_ms', 'to_order_ms'];

/** All rollups. */
export const ROLLUPS: readonly Rollup[] = [
  {
    table: 'quarterlyActivity',
    file: 'quarterly-activity',
    source: 'activity',
    keys: ['quarter', 'event_name'],
    sums: ['events'],
    byDay: 'eventsByDay',
  },
  {
    table: 'quarterlySessions',
    file: 'quarterly-sessions',
    source: 'sessions',
    keys: ['quarter', 'logged_in', ...TRAFFIC],
    sums: ['sessions', 'bounces', 'events', 'page_views', 'duration_ms', ...REACHED, ...BETWEEN_STEPS],
    byDay: 'sessionsByDay',
    byQuarter: 'sessionStarts',
  },
  {
    table: 'quarterlyProducts',
    file: 'quarterly-products',
    source: 'products',
    keys: ['quarter', 'product_id', 'category', 'brand'],
    sums: ['sessions', 'views', 'carts', ...REACHED, 'list_price', 'price', 'priced'],
    byDay: 'productsByDay',
    besideByDay: 'orders',
  },
  {
    table: 'quarterlyCategories',
    file: 'quarterly-categories',
    source: 'sessions',
    keys: ['quarter', 'category', 'brand'],
    sums: ['sessions', ...REACHED],
    byDay: 'categoriesByDay',
  },
  {
    table: 'quarterlyJourneys',
    file: 'quarterly-journeys',
    source: 'sessions',
    keys: ['quarter', 'path'],
    sums: ['sessions', 'ordered'],
    byDay: 'journeysByDay',
  },
  {
    table: 'quarterlyPages',
    file: 'quarterly-pages',
    source: 'sessions',
    keys: ['quarter', 'page'],
    sums: ['weight', 'entries', 'exits', 'bounces'],
    byDay: 'pagesByDay',
  },
  {
    table: 'quarterlyOrders',
    file: 'quarterly-orders',
    source: 'orders',
    keys: ['quarter', 'currency', ...TRAFFIC],
    sums: ['orders', 'cancelled', 'items', 'gross', 'refunded', 'net'],
    byDay: 'ordersByDay',
  },
  {
    table: 'quarterlyOrderLines',
    file: 'quarterly-order-lines',
    source: 'orders',
    keys: ['quarter', 'currency', 'product_id', 'category', 'brand'],
    sums: ['orders', 'quantity', 'gross', 'net'],
    byDay: 'orderLinesByDay',
    within: {
      table: 'productsByDay',
      keys: ['product_id', 'category', 'brand'],
      sums: ['orders', 'quantity'],
      beside: 'sessions',
    },
  },
  {
    table: 'quarterlyVisitors',
    file: 'quarterly-visitors',
    source: 'visitors',
    keys: ['quarter', ...TRAFFIC],
    sums: ['visitors', 'returned', 'orders', ...REACHED, ...BETWEEN_STEPS],
    byDay: 'visitorsByDay',
  },
  {
    table: 'quarterlyAcquisition',
    file: 'quarterly-acquisition',
    source: 'visitors',
    keys: ['quarter', 'currency', ...TRAFFIC],
    sums: ['customers', 'net'],
    byDay: 'acquisitionByDay',
  },
  {
    table: 'dailyVisitors',
    file: 'daily-visitors',
    source: 'visitors',
    keys: ['day'],
    sums: ['visitors', 'new_visitors'],
  },
  {
    table: 'weeklyCohorts',
    file: 'weekly-cohorts',
    source: 'visitors',
    keys: ['cohort', 'week'],
    sums: ['visitors'],
  },
];

/** Sums of amounts, whose scale would tell the order in which they were added up. */
const AMOUNTS = new Set(['list_price', 'price', 'gross', 'refunded', 'net']);

/** The keys that are no texts. */
const NO_TEXTS = new Set(['quarter', 'day', 'cohort', 'week', 'logged_in']);

/** What settling has found to have changed: the rows as they are now, and those that they replace. */
const CHANGES: Readonly<Record<RollupSource, string>> = {
  sessions: changed('sessions', ', NULL'),
  products: sqlFile('settle/product-changes.sql', {}),
  orders: changed('orders'),
  visitors: changed('visitors'),
  activity: 'clickstream_taken_activity AS c',
};

/** @param more what the new rows have beside the columns of the old ones. */
function changed(rows: string, more = ''): string {
  return `(SELECT 1 AS sign, * FROM clickstream_new_${rows} UNION ALL SELECT -1, *${more} FROM clickstream_old_${rows}) AS c`;
}

/** The tables that a rollup fills, but for one that another rollup fills with it. */
export function tablesOf({ table, byDay, byQuarter }: Rollup): TableKey[] {
  return [table, byDay, byQuarter].filter((key) => key !== undefined);
}

/**
 * The statement that adds what a settling changed to a rollup, and takes away what it took away. One for all its tables:
 * most of what a small settling takes is the number of statements and of temporary tables.
 *
 * @param timeZone the reporting time zone, as a literal of SQL.
 */
export function mergeRollup(rollup: Rollup, tables: TableNames, timeZone: string): string {
  const { table, file, source, keys, sums, byDay, besideByDay, byQuarter, within } = rollup;
  const select = sqlFile(`rollups/${file}.sql`, { ...sqlVariables(tables), changes: CHANGES[source] });
  const first = (sum: string): string => `${trimmed(sum, `coalesce(${sum}, 0)`)} AS ${sum}`;
  // Compared by bytes, as in the tables: by a locale's rules sorting takes many times as long.
  const key = (name: string): string => (NO_TEXTS.has(name) ? name : `${name} COLLATE "C" AS ${name}`);
  const parts = [
    `delta AS MATERIALIZED (
      SELECT ${keys.map(key).join(', ')}, ${sums.map(first).join(', ')}
      FROM (${select}) AS d (${[...keys, ...sums].join(', ')})
    )`,
    ...mergeDelta('delta', { target: tables[table], keys, sums }),
  ];
  // From what has been summed up already: little work beside the sums by quarter.
  const coarser = (name: string, quarterAs: string, merge: Merge): void => {
    const [, ...others] = merge.keys;
    const columns = [quarterAs, ...others, ...merge.sums.map((sum) => `${trimmed(sum, `sum(${sum})`)} AS ${sum}`)];
    const groups = merge.keys.map((_, index) => index + 1);
    parts.push(
      `${name} AS MATERIALIZED (SELECT ${columns.join(', ')} FROM delta GROUP BY ${groups.join(', ')})`,
      ...mergeDelta(name, merge),
    );
  };
  const day = `(quarter AT TIME ZONE ${timeZone})::date AS day`;
  if (byDay) {
    coarser('by_day', day, { target: tables[byDay], keys: ['day', ...keys.slice(1)], sums, beside: besideByDay });
  }
  if (byQuarter)
    coarser('by_quarter', 'quarter', { target: tables[byQuarter], keys: ['quarter'], sums: sums.slice(0, 1) });
  if (within) coarser('within_day', day, { ...within, target: tables[within.table], keys: ['day', ...within.keys] });
  return `WITH ${parts.join(',\n')}\nSELECT count(*) FROM delta;`;
}

/** What differences are to be added to. */
interface Merge {
  readonly target: string;
  readonly keys: readonly string[];
  readonly sums: readonly string[];
  /** A count of the target that must be 0 as well for a row to go. */
  readonly beside?: string | undefined;
}

/** Adds differences to a table of sums. What comes to nothing is deleted instead: no row is changed twice by a statement. */
function mergeDelta(delta: string, { target, keys, sums, beside }: Merge): string[] {
  const columns = [...keys, ...sums].join(', ');
  const count = sums[0]!;
  const same = (one: string, other: string): string =>
    keys.map((key) => `${one}.${key} = ${other}.${key}`).join(' AND ');
  const add = (sum: string): string => `${sum} = ${trimmed(sum, `t.${sum} + excluded.${sum}`)}`;
  return [
    `${delta}_gone AS (
      DELETE FROM ${target} AS t USING ${delta} AS d
      WHERE ${same('t', 'd')} AND d.${count} < 0 AND t.${count} + d.${count} = 0${beside ? ` AND t.${beside} = 0` : ''}
      RETURNING ${keys.map((key) => `t.${key}`).join(', ')}
    )`,
    // In order of the key, so that a day's rows lie together, after a rebuild as well.
    `${delta}_merged AS (
      INSERT INTO ${target} AS t (${columns})
      SELECT ${columns} FROM ${delta} AS d
      WHERE (${sums.map((sum) => `${sum} <> 0`).join(' OR ')})
        AND NOT EXISTS (SELECT FROM ${delta}_gone AS g WHERE ${same('g', 'd')})
      ORDER BY ${keys.join(', ')}
      ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${sums.map(add).join(', ')}
    )`,
  ];
}

function trimmed(sum: string, value: string): string {
  return AMOUNTS.has(sum) ? `trim_scale(${value})` : value;
}
