import pg from 'pg';
import type { SettlingRule } from '../config/settling-rule.ts';
import { sqlVariables, type TableKey, type TableNames } from '../config/table-names.ts';
import { DERIVED_SESSION_PREFIX } from '../etl/transforms/open-sessions.ts';
import { mergeRollup, ROLLUPS } from './rollups.ts';
import { sqlFile, type SqlVariables } from './template.ts';

/** The columns of an event that a session's row is made from. */
const SESSION_EVENT_COLUMNS = [
  'event_id',
  'event_timestamp',
  'event_name',
  'session_derived',
  'user_id',
  'page_url',
  'referrer',
  'traffic_source',
  'traffic_medium',
  'traffic_campaign',
  'traffic_channel',
  'product_id',
  'product_category',
  'product_brand',
  'product_price',
  'product_discount_price',
];

/** The columns of an event that an order's row is made from. */
const ORDER_EVENT_COLUMNS = [
  'order_id',
  'event_id',
  'event_timestamp',
  'received_at',
  'event_name',
  'visitor_id',
  'session_id',
  'user_id',
  'currency',
  'order_total',
  'item_count',
  'product_id',
  'product_name',
  'product_category',
  'product_brand',
  'properties',
];

/** From marks to what changed, in order. */
const FROM_MARKS = ['take-marks', 'derive-sessions', 'touched-orders', 'order-rows', 'touched-sessions'];
/** From what changed to rows; a rebuild goes the same way. */
const TO_SESSIONS = 'settle/session-rows.sql';
const TO_VISITORS = 'settle/visitors.sql';

/** The tables that settling works out from the events. */
export const DERIVED_TABLES: readonly TableKey[] = [
  'sessions',
  'orders',
  'visitors',
  ...ROLLUPS.map(({ table }) => table),
];

/** Everything that a settling does, to be run in one transaction by whoever holds the lock. */
export function settleSql(tables: TableNames, rule: SettlingRule): string {
  const files = [...FROM_MARKS.map((name) => `settle/${name}.sql`), TO_SESSIONS, TO_VISITORS];
  return sqlOf(files, tables, rule);
}

/** Everything that a rebuild does, to be run in one snapshot by whoever holds the lock. */
export function rebuildSql(tables: TableNames, rule: SettlingRule): string {
  const files = ['rebuild/from-events.sql', 'settle/order-rows.sql', TO_SESSIONS, 'rebuild/closed-sessions.sql'];
  return sqlOf([...files, TO_VISITORS], tables, rule);
}

/** Files in their order, and then the rollups. */
function sqlOf(files: readonly string[], tables: TableNames, rule: SettlingRule): string {
  const variables = settleVariables(tables, rule);
  return [
    ...files.map((file) => sqlFile(file, variables)),
    ...ROLLUPS.map((rollup) => mergeRollup(rollup, tables)),
  ].join('\n');
}

/**
 * The time before which sessions and orders that ended are closed, as SQL; null when events are kept for ever. A day before
 * the border, since no timeout is longer: nothing that comes in from there on can reach them.
 */
export function closedBefore(tables: TableNames): string {
  return `(${keptFrom(tables)} - interval '1 day')`;
}

function keptFrom({ settings }: TableNames): string {
  return `(SELECT events_kept_from FROM ${settings})`;
}

/** What the files in `sql/settle` and `sql/rebuild` ask for. */
function settleVariables(tables: TableNames, rule: SettlingRule): SqlVariables {
  const timeout = `make_interval(secs => ${rule.sessionTimeout_ms / 1000})`;
  const timeZone = pg.escapeLiteral(rule.reportingTimeZone);
  const day = (time: string): string => `(${time} AT TIME ZONE ${timeZone})::date`;
  const pause = `e.event_timestamp > ${timeout} + lag(e.event_timestamp) OVER visit`;
  const midnight = `${day('e.event_timestamp')} <> ${day('lag(e.event_timestamp) OVER visit')}`;
  return {
    ...sqlVariables(tables),
    timeout,
    time_zone: timeZone,
    opens: rule.cutAtMidnight ? `(${pause} OR ${midnight})` : pause,
    session_prefix: `'${DERIVED_SESSION_PREFIX}'`,
    session_event_columns: SESSION_EVENT_COLUMNS.join(', '),
    order_event_columns: ORDER_EVENT_COLUMNS.join(', '),
    kept_from: keptFrom(tables),
    closed_before: closedBefore(tables),
    cut_at_midnight: String(rule.cutAtMidnight),
    // Not TRUNCATE, which dashboards would have to wait for.
    clear_derived: DERIVED_TABLES.map(
      (table) => `DELETE FROM ${tables[table]} WHERE ${keptFrom(tables)} IS NULL;`,
    ).join('\n'),
  };
}
