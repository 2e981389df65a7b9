import type { Client } from 'pg';
import type { TableKey, TableNames } from '../config/table-names.ts';
import { DERIVED_TABLES } from './settle-sql.ts';

/** How much the tables that settling works out hold. */
export interface SettledState {
  /** Rows by table, in the order in which they are worked out. */
  readonly rows: readonly { readonly table: TableKey; readonly rows: number }[];
  /** What the orders came to, refunds and cancellations taken off: decimal text by currency. */
  readonly revenue: Readonly<Record<string, string>>;
}

/** Counts rows and adds revenue up, as the connection's transaction sees them. */
export async function settledState(client: Client, tables: TableNames): Promise<SettledState> {
  const counts = DERIVED_TABLES.map((table) => `(SELECT count(*) FROM ${tables[table]})`).join(', ');
  const { rows } = await client.query<{ counts: string[]; revenue: Record<string, string> | null }>(
    `SELECT ARRAY[${counts}] AS counts,
       (SELECT jsonb_object_agg(currency, net)
        FROM (SELECT currency, trim_scale(sum(net))::text AS net FROM ${tables.orders} GROUP BY currency ORDER BY 1) AS o
       ) AS revenue`,
  );
  const { counts: found, revenue } = rows[0]!;
  return {
    rows: DERIVED_TABLES.map((table, at) => ({ table, rows: Number(found[at]) })),
    revenue: revenue ?? {},
  };
}
