import type { Client } from 'pg';
import type { TableNames } from '../config/table-names.ts';
import { ClickstreamError } from '../errors.ts';
import type { Columns } from '../etl/pipeline/column.ts';
import { columnTypeError, postgresName } from './column-statements.ts';
import { quoteIdentifier } from './template.ts';

/**
 * Checks that the warehouse has the tables and the columns that a run writes.
 *
 * @throws ClickstreamError `missing_table`, `missing_column` or `column_type`, each naming what to do.
 */
export async function checkTables(client: Client, tables: TableNames, columns: Columns): Promise<void> {
  const { schema: _schema, prefix: _prefix, migrations: _migrations, ...names } = tables;
  const { rows } = await client.query<{ table: string }>(
    'SELECT name AS table FROM unnest($1::text[]) WITH ORDINALITY AS t (name, n) WHERE to_regclass(name) IS NULL ORDER BY n LIMIT 1',
    [Object.values(names)],
  );
  const table = rows[0]?.table;
  if (table !== undefined) {
    throw tableError(
      'missing_table',
      `The table ${table} does not exist in the warehouse. Run "clickstream migrate" with the same DW_PG_* and ` +
        'TARGET_TABLE, or correct TARGET_TABLE.',
    );
  }
  const found = await columnTypes(client, tables.events);
  for (const [name, { type }] of Object.entries(columns)) {
    const actual = found.get(name);
    if (actual === undefined) {
      throw tableError(
        'missing_column',
        `The table ${tables.events} has no column "${name}", which the pipeline adds. Run "clickstream migrate", ` +
          `or: ALTER TABLE ${tables.events} ADD COLUMN ${quoteIdentifier(name)} ${type};`,
      );
    }
    if (actual !== postgresName(type)) {
      throw columnTypeError(tables.events, name, actual, postgresName(type));
    }
  }
}

/** The columns of a table with their types, as Postgres writes them. */
export async function columnTypes(client: Client, table: string): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, NULL) AS type
     FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  return new Map(rows.map(({ name, type }) => [name, type]));
}

function tableError(code: string, message: string): ClickstreamError {
  return new ClickstreamError({ code, stage: 'config', message });
}
