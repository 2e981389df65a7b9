import type { WarehouseSettings } from '../config/settings.ts';
import type { SettlingRule } from '../config/settling-rule.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { rebuildSql } from './settle-sql.ts';
import { settlingLock } from './settling-lock.ts';

/** A rebuild of years takes hours; nobody waits for longer than a day. */
const LIMIT_MS = 24 * 3_600_000;

/**
 * Works out sessions, orders, visitors and rollups anew from the events alone, by a rule that is the warehouse's from then on.
 * Dashboards read what was there before until it is done, and runs may go on loading meanwhile: their settling waits. Needs
 * the owner of the tables.
 *
 * @throws ClickstreamError `warehouse_unreachable` or `warehouse_refused`.
 */
export async function rebuild({ postgres, tables }: WarehouseSettings, rule: SettlingRule): Promise<void> {
  const connection = new Connection(postgres, 'clickstream rebuild', () => LIMIT_MS, LIMIT_MS);
  const lock = settlingLock(tables);
  try {
    await connection.run(async (client) => {
      // Before the snapshot, which must see what the settling that it waited for has done.
      await client.query(`SET lock_timeout = 0; SELECT pg_advisory_lock(${lock})`);
      try {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        await client.query(rebuildSql(tables, rule));
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        await client.query(`SELECT pg_advisory_unlock(${lock})`).catch(() => undefined);
      }
    });
  } finally {
    await connection.close();
  }
}
