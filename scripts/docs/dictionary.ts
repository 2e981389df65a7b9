import type { Client } from 'pg';
import { sqlVariables, type TableNames } from '../../src/config/table-names.ts';

/** What a relation of the warehouse says about itself. */
export interface DictionaryEntry {
  /** Its key in `table-names.ts`. */
  readonly key: string;
  /** Its own name. */
  readonly name: string;
  readonly kind: 'table' | 'view';
  /** Its comment; empty where there is none. */
  readonly meaning: string;
  /** The question that it answers, where its comment gives one. */
  readonly question?: string;
  readonly columns: readonly DictionaryColumn[];
}

export interface DictionaryColumn {
  readonly name: string;
  /** As Postgres writes it. */
  readonly type: string;
  readonly nullable: boolean;
  /** Its comment; empty where there is none. */
  readonly meaning: string;
}

interface CatalogueRow {
  readonly key: string;
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly comment: string;
  readonly columns: readonly DictionaryColumn[];
}

/** Ends the comment of a relation that answers a question. */
const QUESTION = /^(.*?)\.? For example: (.+\?)$/s;

/** What the database knows about the warehouse's tables and views: their comments and their columns', in their order. */
export async function readDictionary(client: Client, tables: TableNames): Promise<DictionaryEntry[]> {
  const { schema: _schema, ...names } = sqlVariables(tables);
  const { rows } = await client.query<CatalogueRow>(
    `SELECT t.key, c.relname AS name, CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS kind,
       coalesce(obj_description(c.oid, 'pg_class'), '') AS comment,
       jsonb_agg(
         jsonb_build_object(
           'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
           'nullable', NOT a.attnotnull, 'meaning', coalesce(col_description(c.oid, a.attnum), '')
         ) ORDER BY a.attnum
       ) AS columns
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t (key, identifier, n)
     JOIN pg_class AS c ON c.oid = t.identifier::regclass
     JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     GROUP BY t.key, t.n, c.oid, c.relname, c.relkind
     ORDER BY t.n`,
    [Object.keys(names), Object.values(names)],
  );
  return rows.map(({ comment, ...row }) => {
    const [, meaning, question] = QUESTION.exec(comment) ?? [];
    return meaning === undefined || question === undefined
      ? { ...row, meaning: comment }
      : { ...row, meaning, question };
  });
}
