import { configError } from '../errors.ts';
import { shown } from './shown.ts';

/** PostgreSQL cuts a longer identifier silently, and two tables would become one. */
const LONGEST_NAME_BYTES = 63;

/**
 * The tables beside the events, by the name that code and SQL use for them, each with what its own name ends in. A
 * new table or view needs only a line here.
 */
const BESIDE_EVENTS = {
  sessions: 'sessions',
  rejects: 'rejects',
  runs: 'runs',
  checkpoints: 'checkpoints',
  marks: 'session_marks',
  manifests: 'manifests',
  orderMarks: 'order_marks',
  activityMarks: 'activity_marks',
  migrations: 'migrations',
  settings: 'settings',
  steps: 'steps',
  orders: 'orders',
  visitors: 'visitors',
  quarterlyActivity: 'quarterly_activity',
  quarterlySessions: 'quarterly_sessions',
  quarterlyProducts: 'quarterly_products',
  quarterlyCategories: 'quarterly_categories',
  quarterlyOrders: 'quarterly_orders',
  quarterlyOrderLines: 'quarterly_order_lines',
  quarterlyJourneys: 'quarterly_journeys',
  quarterlyPages: 'quarterly_pages',
  quarterlyVisitors: 'quarterly_visitors',
  quarterlyAcquisition: 'quarterly_acquisition',
  dailyVisitors: 'daily_visitors',
  weeklyCohorts: 'weekly_cohorts',
  eventsByDay: 'events_by_day',
  sessionsByDay: 'sessions_by_day',
  productsByDay: 'products_by_day',
  categoriesByDay: 'categories_by_day',
  journeysByDay: 'journeys_by_day',
  pagesByDay: 'pages_by_day',
  ordersByDay: 'orders_by_day',
  orderLinesByDay: 'order_lines_by_day',
  visitorsByDay: 'visitors_by_day',
  acquisitionByDay: 'acquisition_by_day',
  sessionStarts: 'session_starts',
  days: 'days',
  dailySessions: 'daily_sessions',
  funnel: 'funnel',
  categoryFunnel: 'category_funnel',
  visitorFunnel: 'visitor_funnel',
  journeys: 'journeys',
  pages: 'pages',
  productEngagement: 'product_engagement',
  sessionProducts: 'session_products',
  activity: 'activity',
  activityByHour: 'activity_by_hour',
  activityHeatmap: 'activity_heatmap',
  eventCounts: 'event_counts',
  retention: 'retention',
  acquisition: 'acquisition',
  attribution: 'attribution',
  revenue: 'revenue',
  revenueByProduct: 'revenue_by_product',
  revenueByCategory: 'revenue_by_category',
  revenueByCampaign: 'revenue_by_campaign',
  orderLines: 'order_lines',
  clientUsers: 'client_users',
  identityOverrides: 'identity_overrides',
  clientPeople: 'client_people',
  sessionPeople: 'session_people',
  people: 'people',
  dailyPeople: 'daily_people',
  adoption: 'adoption',
  tombstones: 'tombstones',
  salt: 'salt',
  erasures: 'erasures',
} as const;

export type TableKey = 'events' | keyof typeof BESIDE_EVENTS;

/** The warehouse's tables, each as an identifier ready for SQL: quoted, and with its schema when one was given. */
export interface TableNames extends Readonly<Record<TableKey, string>> {
  /** The schema as it was given, unquoted; absent when the connection's search path decides. */
  readonly schema?: string;
  /** What the names of the other tables begin with, unquoted: `shop_` for `shop_events`, empty for `events`. */
  readonly prefix: string;
}

/**
 * The names of all tables, from the one that TARGET_TABLE gives to the events: `table` or `schema.table`. The others
 * live in the same schema and are named after it. Case is kept.
 *
 * @throws ClickstreamError `invalid_config` that names TARGET_TABLE, for a name that SQL would need escapes for, that
 *   PostgreSQL keeps for itself, or that leaves no room for the names made from it.
 */
export function tableNames(targetTable: string): TableNames {
  const parts = targetTable.split('.');
  if (parts.length > 2) throw refused(targetTable, 'give "table" or "schema.table"');
  for (const part of parts) checkName(targetTable, part);

  const table = parts.at(-1)!;
  const schema = parts.length === 2 ? parts[0]! : undefined;
  const prefix = /^(?:.*_)?events$/.test(table) ? table.slice(0, -'events'.length) : `${table}_`;
  const longest = prefix + Object.values(BESIDE_EVENTS).reduce((a, b) => (b.length > a.length ? b : a));
  if (longest.length > LONGEST_NAME_BYTES) {
    throw refused(
      targetTable,
      `it gives its name to ${longest}, which has ${longest.length} bytes where PostgreSQL allows ${LONGEST_NAME_BYTES}; ` +
        `give a name that is ${longest.length - LONGEST_NAME_BYTES} shorter`,
    );
  }

  const qualified = (name: string): string => (schema === undefined ? `"${name}"` : `"${schema}"."${name}"`);
  const beside = Object.entries(BESIDE_EVENTS).map(([key, ending]) => [key, qualified(prefix + ending)] as const);
  const names = Object.fromEntries([['events', qualified(table)], ...beside]) as Record<TableKey, string>;
  return { ...names, prefix, ...(schema === undefined ? {} : { schema }) };
}

/**
 * What the psql-style variables of a SQL file stand for: `:"events"` for `"shop"."shop_events"`, and so on for every
 * table; `:"schema"` only when TARGET_TABLE names one. The texts are identifiers, safe to put into SQL as they are.
 */
export function sqlVariables({ schema, prefix: _prefix, ...tables }: TableNames): Readonly<Record<string, string>> {
  return schema === undefined ? tables : { ...tables, schema: `"${schema}"` };
}

function checkName(targetTable: string, name: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw refused(
      targetTable,
      'give "table" or "schema.table", each of letters, digits and underscores and not beginning with a digit',
    );
  }
  // Only ASCII is left here, so that a character is a byte.
  if (name.length > LONGEST_NAME_BYTES) {
    throw refused(targetTable, `a name has at most ${LONGEST_NAME_BYTES} bytes, this one has ${name.length}`);
  }
  if (/^(?:pg_|information_schema$)/i.test(name)) {
    throw refused(targetTable, 'PostgreSQL keeps names that begin with pg_, and information_schema, for itself');
  }
}

function refused(targetTable: string, advice: string): Error {
  return configError(`TARGET_TABLE is ${targetTable === '' ? 'empty' : shown(targetTable)}: ${advice}.`);
}
