import { readSql } from './sql.ts';

/** What the variables of a SQL file stand for: identifiers as `:"events"`, lists and other fragments as `:columns`. */
export type SqlVariables = Readonly<Record<string, string>>;

/**
 * A SQL file with its variables filled in, written as psql has them. Only checked identifiers and lists made of them
 * may be given; values go in as parameters.
 *
 * @throws Error for a variable that is not given: a defect of ours.
 */
export function sqlFile(file: string, variables: SqlVariables): string {
  return fillSql(readSql(file), variables);
}

/** The same for SQL at hand. */
export function fillSql(sql: string, variables: SqlVariables): string {
  // A second colon is a cast, and a word after a digit a time.
  return sql.replaceAll(/(?<![:\w]):(?:"(\w+)"|(\w+))/g, (_match, identifier?: string, fragment?: string) => {
    const name = identifier ?? fragment ?? '';
    const value = variables[name];
    if (value === undefined) throw new Error(`SQL asks for the variable ${name}, which is not given`);
    return value;
  });
}

/** Quotes an identifier that has been checked. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
