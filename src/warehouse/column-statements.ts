import pg from 'pg';
import { ClickstreamError } from '../errors.ts';
import type { Columns, ColumnType } from '../etl/pipeline/column.ts';
import { quoteIdentifier } from './template.ts';

/** What makes a column of a pipeline in a table that lacks it. */
export interface AddedColumn {
  /** `discount numeric`, to be read. */
  readonly what: string;
  readonly statements: readonly string[];
}

/**
 * The columns of a pipeline that a table lacks.
 *
 * @param table quoted, with its schema.
 * @param present the table's columns with their types, as Postgres writes them.
 * @throws ClickstreamError `column_type` when the table has one with another type.
 */
export function missingColumns(table: string, present: ReadonlyMap<string, string>, columns: Columns): AddedColumn[] {
  const added: AddedColumn[] = [];
  for (const [name, { type, comment }] of Object.entries(columns)) {
    const actual = present.get(name);
    if (actual === undefined) {
      const statement = `ALTER TABLE ${table} ADD COLUMN ${quoteIdentifier(name)} ${type}`;
      const statements = comment === '' ? [statement] : [statement, commentStatement(table, name, comment)];
      added.push({ what: `${name} ${type}`, statements });
    } else if (actual !== postgresName(type)) {
      throw columnTypeError(table, name, actual, postgresName(type));
    }
  }
  return added;
}

/** What documents a column, new or not. */
export function commentStatement(table: string, name: string, comment: string): string {
  return `COMMENT ON COLUMN ${table}.${quoteIdentifier(name)} IS ${pg.escapeLiteral(comment)}`;
}

/** How Postgres writes a type in its catalogue. */
export function postgresName(type: ColumnType): string {
  return type === 'timestamptz' ? 'timestamp with time zone' : type;
}

/** A column that the table has with another type than the pipeline writes. */
export function columnTypeError(table: string, name: string, actual: string, declared: string): ClickstreamError {
  return new ClickstreamError({
    code: 'column_type',
    stage: 'config',
    message:
      `The column "${name}" of ${table} is ${actual}, and the pipeline writes ${declared}. Declare it with the type that ` +
      `it has, give it another name, or change the table: ALTER TABLE ${table} ALTER COLUMN ${quoteIdentifier(name)} ` +
      `TYPE ${declared} USING ${quoteIdentifier(name)}::${declared};`,
  });
}
