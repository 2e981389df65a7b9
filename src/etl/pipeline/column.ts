/**
 * Columns are declared once. The row's type, the COPY list, the check at start-up and the DDL of added columns all come
 * from the same declaration, so they cannot disagree.
 */

/** What a transform writes into a row for each column type; null is allowed wherever the column is nullable. */
export interface ColumnValues {
  text: string;
  uuid: string;
  boolean: boolean;
  integer: number;
  bigint: number;
  /** A finite number, or a decimal as text, which reaches Postgres digit by digit. */
  numeric: number | string;
  'double precision': number;
  /** Epoch milliseconds; a fraction holds microseconds. */
  timestamptz: number;
  /** `YYYY-MM-DD`. */
  date: string;
  /** Any JSON value. */
  jsonb: unknown;
  'text[]': readonly string[];
}

/** The Postgres type of a column. */
export type ColumnType = keyof ColumnValues;

/** One declared column. */
export interface Column<T extends ColumnType = ColumnType, Nullable extends boolean = boolean> {
  readonly type: T;
  /** Whether the column may be null; an added column always may, since the rows before it have no value. */
  readonly nullable: Nullable;
  /** What the column means; becomes its comment in the database. */
  readonly comment: string;
}

/** Declared columns by name. */
export type Columns = Readonly<Record<string, Column>>;

/** No columns at all: what a transform that needs or adds none declares. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- no properties is what it means
export type NoColumns = {};

/** The row that goes with declared columns: one property per column. */
export type Row<C extends Columns> = {
  -readonly [K in keyof C]: C[K] extends Column<infer T, infer N>
    ? ColumnValues[T] | (N extends false ? never : null)
    : never;
};

function nullable<T extends ColumnType>(type: T) {
  return (comment = ''): Column<T, true> => ({ type, nullable: true, comment });
}

/** Declares a nullable column: `column.numeric('Price less discount, in the event's currency')`. */
export const column = {
  text: nullable('text'),
  uuid: nullable('uuid'),
  boolean: nullable('boolean'),
  integer: nullable('integer'),
  bigint: nullable('bigint'),
  numeric: nullable('numeric'),
  double: nullable('double precision'),
  timestamptz: nullable('timestamptz'),
  date: nullable('date'),
  jsonb: nullable('jsonb'),
  textArray: nullable('text[]'),
} as const;

/** Turns a declared column into one that is never null. For the columns of the numbered migrations only. */
export function required<T extends ColumnType>(declared: Column<T>): Column<T, false> {
  return { ...declared, nullable: false };
}

/** The columns that every table of Postgres has. */
const SYSTEM_COLUMNS = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']);

export function isSystemColumn(name: string): boolean {
  return SYSTEM_COLUMNS.has(name);
}

/** Whether a text can name a column without quoting surprises: lower case, at most Postgres' 63 bytes. */
export function isColumnName(name: string): boolean {
  return /^[a-z_][a-z0-9_]{0,62}$/.test(name) && !isSystemColumn(name);
}
