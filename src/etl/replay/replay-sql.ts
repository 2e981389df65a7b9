import { sqlVariables, type TableNames } from '../../config/table-names.ts';
import { ORDER_EVENT_COLUMNS, SESSION_EVENT_COLUMNS } from '../../warehouse/settle-sql.ts';
import { quoteIdentifier, sqlFile, type SqlVariables } from '../../warehouse/template.ts';
import type { Columns } from '../pipeline/column.ts';
import { sinkVariables } from '../sinks/postgres/statements.ts';
import type { Shadow } from './shadow.ts';

/** The file of `sql/replay` that a replay asks for, about some tables. */
export type ReplaySql = (name: string) => string;

export interface ReplaySqlOptions {
  /** The table that says what becomes of each event. */
  readonly compared: string;
  /** Which of its rows are applied, as SQL over `c`. */
  readonly applied: string;
}

/** Where a replay notes the records that it read. */
export function readTable({ schema }: Shadow): string {
  return `"${schema}"."replay_read"`;
}

/** Where it keeps what it found out before anything is applied. */
export function comparedTable({ schema }: Shadow): string {
  return `"${schema}"."replay_compared"`;
}

/** The statements that compare a shadow with tables, and apply it to them. */
export function replaySql(tables: TableNames, shadow: Shadow, columns: Columns, options: ReplaySqlOptions): ReplaySql {
  const names = Object.keys(columns).map(quoteIdentifier);
  const variables: SqlVariables = {
    ...sinkVariables(tables, columns),
    ...prefixed('shadow', shadow.tables),
    ...prefixed('trial', shadow.trial),
    ...options,
    read: readTable(shadow),
    stored_columns: names.map((name) => `e.${name}`).join(', '),
    shadow_facts: facts('s'),
    stored_facts: facts('e'),
    column_counts: names.map((name) => `count(*) FILTER (WHERE ${differs(name)})`).join(', '),
  };
  return (name) => sqlFile(`replay/${name}.sql`, variables);
}

function prefixed(prefix: string, tables: TableNames): SqlVariables {
  return Object.fromEntries(Object.entries(sqlVariables(tables)).map(([key, name]) => [`${prefix}_${key}`, name]));
}

/** What sessions and orders are made from. A derived session's id says nothing: it follows from the rest. */
function facts(of: string): string {
  const columns = new Set([...SESSION_EVENT_COLUMNS, ...ORDER_EVENT_COLUMNS]);
  columns.delete('session_id');
  return `${[...columns].map((name) => `${of}.${name}`).join(', ')}, CASE WHEN NOT ${of}.session_derived THEN ${of}.session_id END`;
}

function differs(name: string): string {
  const isOther = `s.${name} IS DISTINCT FROM e.${name}`;
  return name === '"session_id"' ? `${isOther} AND NOT (s.session_derived AND e.session_derived)` : isOther;
}
