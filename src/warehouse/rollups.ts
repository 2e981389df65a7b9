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
  },
  {
    table: 'quarterlySessions',
    file: 'quarterly-sessions',
    source: 'sessions',
    keys: ['quarter', 'logged_in', ...TRAFFIC],
    sums: ['sessions', 'bounces', 'events', 'page_views', 'duration_ms', ...REACHED, ...BETWEEN_STEPS],
  },
  {
    table: 'quarterlyProducts',
    file: 'quarterly-products',
    source: 'sessions',
    keys: ['quarter', 'product_id', 'category', 'brand'],
    sums: ['sessions', 'views', 'carts', ...REACHED, 'list_price', 'price', 'priced'],
  },
  {
    table: 'quarterlyCategories',
    file: 'quarterly-categories',
    source: 'sessions',
    keys: ['quarter', 'category', 'brand'],
    sums: ['sessions', ...REACHED],
  },
  {
    table: 'quarterlyJourneys',
    file: 'quarterly-journeys',
    source: 'sessions',
    keys: ['quarter', 'path'],
    sums: ['sessions', 'ordered'],
  },
  {
    table: 'quarterlyPages',
    file: 'quarterly-pages',
    source: 'sessions',
    keys: ['quarter', 'page'],
    sums: ['weight', 'entries', 'exits', 'bounces'],
  },
  {
    table: 'quarterlyOrders',
    file: 'quarterly-orders',
    source: 'orders',
    keys: ['quarter', 'currency', ...TRAFFIC],
    sums: ['orders', 'cancelled', 'items', 'gross', 'refunded', 'net'],
  },
  {
    table: 'quarterlyOrderLines',
    file: 'quarterly-order-lines',
    source: 'orders',
    keys: ['quarter', 'currency', 'product_id', 'category', 'brand'],
    sums: ['orders', 'quantity', 'gross', 'net'],
  },
  {
    table: 'quarterlyVisitors',
    file: 'quarterly-visitors',
    source: 'visitors',
    keys: ['quarter', ...TRAFFIC],
    sums: ['visitors', 'returned', 'orders', ...REACHED, ...BETWEEN_STEPS],
  },
  {
    table: 'quarterlyAcquisition',
    file: 'quarterly-acquisition',
    source: 'visitors',
    keys: ['quarter', 'currency', ...TRAFFIC],
    sums: ['customers', 'net'],
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

/** The statements that add what a settling changed to a rollup, and take away what it took away. */
export function mergeRollup({ table, file, source, keys, sums }: Rollup, tables: TableNames): string {
  const select = sqlFile(`rollups/${file}.sql`, { ...sqlVariables(tables), changes: CHANGES[source] });
  const target = tables[table];
  const columns = [...keys, ...sums].join(', ');
  const add = (sum: string): string => {
    const total = `t.${sum} + excluded.${sum}`;
    return `${sum} = ${AMOUNTS.has(sum) ? `trim_scale(${total})` : total}`;
  };
  const first = (sum: string): string => (AMOUNTS.has(sum) ? `trim_scale(coalesce(${sum}, 0))` : `coalesce(${sum}, 0)`);
  return `
    CREATE TEMPORARY TABLE clickstream_delta ON COMMIT DROP AS
    SELECT ${keys.join(', ')}, ${sums.map((sum) => `${first(sum)} AS ${sum}`).join(', ')}
    FROM (${select}) AS d (${columns});

    INSERT INTO ${target} AS t (${columns})
    SELECT ${columns} FROM clickstream_delta WHERE ${sums.map((sum) => `${sum} <> 0`).join(' OR ')}
    ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${sums.map(add).join(', ')};

    DELETE FROM ${target} AS t USING clickstream_delta AS d
    WHERE ${keys.map((key) => `t.${key} = d.${key}`).join(' AND ')} AND t.${sums[0]!} = 0;

    DROP TABLE clickstream_delta;`;
}
