import type { TableKey, TableNames } from '../config/table-names.ts';
import { sqlVariables } from '../config/table-names.ts';
import { sqlFile } from './template.ts';

/** What a rollup sums up: rows of one of these, each with a sign. */
export type RollupSource = 'sessions' | 'orders' | 'visitors' | 'activity';

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
    source: 'sessions',
    keys: ['quarter', 'product_id', 'category', 'brand'],
    sums: ['sessions', 'views', 'carts', ...REACHED, 'list_price', 'price', 'priced'],
    byDay: 'productsByDay',
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

/** What settling has found to have changed: the rows as they are now, and those that they replace. */
const CHANGES: Readonly<Record<RollupSource, string>> = {
  sessions: changed('sessions'),
  orders: changed('orders'),
  visitors: changed('visitors'),
  activity: 'clickstream_taken_activity AS c',
};

function changed(rows: string): string {
  return `(SELECT 1 AS sign, * FROM clickstream_new_${rows} UNION ALL SELECT -1, * FROM clickstream_old_${rows}) AS c`;
}

/** The tables that a rollup fills. */
export function tablesOf({ table, byDay, byQuarter }: Rollup): TableKey[] {
  return [table, byDay, byQuarter].filter((key) => key !== undefined);
}

/**
 * The statements that add what a settling changed to a rollup, and take away what it took away.
 *
 * @param timeZone the reporting time zone, as a literal of SQL.
 */
export function mergeRollup(rollup: Rollup, tables: TableNames, timeZone: string): string {
  const { table, file, source, keys, sums, byDay, byQuarter } = rollup;
  const select = sqlFile(`rollups/${file}.sql`, { ...sqlVariables(tables), changes: CHANGES[source] });
  const first = (sum: string): string => trimmed(sum, `coalesce(${sum}, 0)`);
  const statements = [
    `CREATE TEMPORARY TABLE clickstream_delta ON COMMIT DROP AS
    SELECT ${keys.join(', ')}, ${sums.map((sum) => `${first(sum)} AS ${sum}`).join(', ')}
    FROM (${select}) AS d (${[...keys, ...sums].join(', ')})`,
    ...mergeDelta('clickstream_delta', tables[table], keys, sums),
  ];
  // From what has been summed up already: little work beside the sums by quarter.
  const coarser = (
    target: TableKey,
    key: string,
    ofQuarter: string,
    otherKeys: string[],
    some: readonly string[],
  ): void => {
    const columns = [
      `${ofQuarter} AS ${key}`,
      ...otherKeys,
      ...some.map((sum) => `${trimmed(sum, `sum(${sum})`)} AS ${sum}`),
    ];
    const groups = [1, ...otherKeys.map((_, index) => index + 2)];
    statements.push(
      `CREATE TEMPORARY TABLE clickstream_coarser_delta ON COMMIT DROP AS
      SELECT ${columns.join(', ')} FROM clickstream_delta GROUP BY ${groups.join(', ')}`,
      ...mergeDelta('clickstream_coarser_delta', tables[target], [key, ...otherKeys], some),
      'DROP TABLE clickstream_coarser_delta',
    );
  };
  if (byDay) coarser(byDay, 'day', `(quarter AT TIME ZONE ${timeZone})::date`, keys.slice(1), sums);
  if (byQuarter) coarser(byQuarter, 'quarter', 'quarter', [], sums.slice(0, 1));
  return `${[...statements, 'DROP TABLE clickstream_delta'].join(';\n')};`;
}

/** Adds a table of differences to a table of sums. */
function mergeDelta(delta: string, target: string, keys: readonly string[], sums: readonly string[]): string[] {
  const columns = [...keys, ...sums].join(', ');
  const add = (sum: string): string => `${sum} = ${trimmed(sum, `t.${sum} + excluded.${sum}`)}`;
  return [
    // In order of the key, so that a day's rows lie together, after a rebuild as well.
    `INSERT INTO ${target} AS t (${columns})
    SELECT ${columns} FROM ${delta} WHERE ${sums.map((sum) => `${sum} <> 0`).join(' OR ')}
    ORDER BY ${keys.join(', ')}
    ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${sums.map(add).join(', ')}`,
    `DELETE FROM ${target} AS t USING ${delta} AS d
    WHERE ${keys.map((key) => `t.${key} = d.${key}`).join(' AND ')} AND t.${sums[0]!} = 0`,
  ];
}

function trimmed(sum: string, value: string): string {
  return AMOUNTS.has(sum) ? `trim_scale(${value})` : value;
}
