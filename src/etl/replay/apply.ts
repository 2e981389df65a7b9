import type { Client } from 'pg';
import type { Statements } from '../sinks/postgres/statements.ts';
import type { ReplaySql } from './replay-sql.ts';

/**
 * Brings events to what a comparison says, with marks for settling; in the caller's transaction. What is left of the
 * deciding between two records of an event is that of any load.
 */
export async function applyEvents(client: Client, sql: ReplaySql, statements: Statements): Promise<void> {
  await client.query(sql('remove'));
  await client.query(statements.createStaging);
  await client.query(sql('stage'));
  // As in any load: every step of the merge is meant to be a probe of the key.
  await client.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_mergejoin = off');
  await client.query(statements.mergeStaging);
  await client.query('SET LOCAL enable_seqscan = on; SET LOCAL enable_mergejoin = on');
}
