import pg from 'pg';
import type { SettlingRule } from '../config/settling-rule.ts';
import { sqlVariables, type TableKey, type TableNames } from '../config/table-names.ts';
import { DERIVED_SESSION_PREFIX } from '../etl/transforms/open-sessions.ts';
import { mergeRollup, ROLLUPS, tablesOf } from './rollups.ts';
import { fillSql, sqlFile, type SqlVariables } from './template.ts';

/** The columns of an event that a session's row is made from. */
export const SESSION_EVENT_COLUMNS = [
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
export const ORDER_EVENT_COLUMNS = [
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
const FROM_MARKS = [
  'server-settings',
  'take-marks',
  'derive-sessions',
  'touched-orders',
  'order-rows',
  'touched-sessions',
];
/** From what changed to rows; a rebuild goes the same way. */
const TO_ROWS = ['session-rows', 'visitors', 'client-users'];

/** Where settling finds the events of a session `t`: along the index of its visitor, or of nobody. */
const EVENTS_OF_SESSION = `:"events" AS e
    WHERE e.session_id = t.session_id AND e.event_timestamp BETWEEN t.from_at AND t.to_at AND e.visitor_id`;
const SOMEBODYS = { events_of_session: `${EVENTS_OF_SESSION} = t.visitor_id`, of_sessions: "t.visitor_id <> ''" };
/** With a session of the client's but nobody to name. */
const NOBODYS = { events_of_session: `${EVENTS_OF_SESSION} IS NULL`, of_sessions: "t.visitor_id = ''" };
/** A rebuild has put them in order. */
const GATHERED = { events_of_session: 'clickstream_session_events AS e WHERE e.no = t.no', of_sessions: 'true' };

/** The tables that settling works out from the events. */
export const DERIVED_TABLES: readonly TableKey[] = [
  'sessions',
  'orders',
  'visitors',
  'clientUsers',
  ...ROLLUPS.flatMap(tablesOf),
];

/** Everything that a settling does, to be run in one transaction by whoever holds the lock. */
export function settleSql(tables: TableNames, rule: SettlingRule): string {
  return settling(tables, rule, '');
}

/**
 * The same for visitors who seem to be gone, and for no others: those of whom nothing is marked from `clickstream.quiet_before`
 * on, a setting of the transaction.
 */
export function settleAheadSql(tables: TableNames, rule: SettlingRule): string {
  return settling(tables, rule, sqlFile('settle/quiet-marks.sql', sqlVariables(tables)));
}

/** @param which of the marks, as a condition. */
function settling(tables: TableNames, rule: SettlingRule, which: string): string {
  const variables: SqlVariables = { ...settleVariables(tables, rule, [SOMEBODYS, NOBODYS]), which };
  const file = (name: string): string => sqlFile(`settle/${name}.sql`, variables);
  const rollups = ROLLUPS.map((rollup) => mergeRollup(rollup, tables, variables['time_zone']!));
  return [...FROM_MARKS.map(file), ...TO_ROWS.map(file), ...rollups].join('\n');
}

/** A part of a rebuild that takes its time: its name as a person reads it, and its statements. */
export interface RebuildStep {
  readonly name: string;
  readonly sql: string;
}

/** Everything that a rebuild does, in order, to be run in one snapshot by whoever holds the lock. */
export function rebuildSteps(tables: TableNames, rule: SettlingRule): RebuildStep[] {
  const variables = settleVariables(tables, rule, [GATHERED]);
  const step = (name: string, file: string): RebuildStep => ({ name, sql: sqlFile(file, variables) });
  return [
    step('session ids of events', 'rebuild/from-events.sql'),
    step('orders', 'settle/order-rows.sql'),
    step('sessions', 'settle/session-rows.sql'),
    step('closed sessions', 'rebuild/closed-sessions.sql'),
    step('visitors', 'settle/visitors.sql'),
    step('users of clients', 'settle/client-users.sql'),
    ...ROLLUPS.map((rollup) => ({
      name: rollup.file.replaceAll('-', ' '),
      sql: mergeRollup(rollup, tables, variables['time_zone']!),
    })),
  ];
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

/**
 * What a rule comes to in SQL: `timeout`, `time_zone`, and `opens`, which says whether an event `e` starts another session
 * than the one before it in the window `visit`.
 */
export function ruleVariables(rule: SettlingRule): SqlVariables {
  const timeout = `make_interval(secs => ${rule.sessionTimeout_ms / 1000})`;
  const timeZone = pg.escapeLiteral(rule.reportingTimeZone);
  const day = (time: string): string => `(${time} AT TIME ZONE ${timeZone})::date`;
  const pause = `e.event_timestamp > ${timeout} + lag(e.event_timestamp) OVER visit`;
  const midnight = `${day('e.event_timestamp')} <> ${day('lag(e.event_timestamp) OVER visit')}`;
  return { timeout, time_zone: timeZone, opens: rule.cutAtMidnight ? `(${pause} OR ${midnight})` : pause };
}

/** What the files in `sql/settle` and `sql/rebuild` ask for. */
function settleVariables(tables: TableNames, rule: SettlingRule, sources: readonly SqlVariables[]): SqlVariables {
  const names = sqlVariables(tables);
  const session_event_columns = SESSION_EVENT_COLUMNS.join(', ');
  const facts = ({ events_of_session = '', of_sessions = '' }: SqlVariables): string =>
    sqlFile('settle/session-facts.sql', {
      ...names,
      session_event_columns,
      events_of_session: fillSql(events_of_session, names),
      of_sessions,
    });
  return {
    ...names,
    session_facts: sources.map(facts).join('\nUNION ALL\n'),
    ...ruleVariables(rule),
    session_prefix: `'${DERIVED_SESSION_PREFIX}'`,
    session_event_columns,
    order_event_columns: ORDER_EVENT_COLUMNS.join(', '),
    server_settings: sqlFile('settle/server-settings.sql', {}),
    kept_from: keptFrom(tables),
    closed_before: closedBefore(tables),
    cut_at_midnight: String(rule.cutAtMidnight),
    // Not TRUNCATE, which dashboards would have to wait for.
    clear_derived: DERIVED_TABLES.map(
      (table) => `DELETE FROM ${tables[table]} WHERE ${keptFrom(tables)} IS NULL;`,
    ).join('\n'),
  };
}
