import type { Client } from 'pg';
import type { WarehouseSettings } from '../config/settings.ts';
import type { SettlingRule } from '../config/settling-rule.ts';
import { ClickstreamError } from '../errors.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { checkTables } from './check-tables.ts';
import { currentRule } from './current-rule.ts';
import { settledState, type SettledState } from './settled-state.ts';
import { rebuildSteps } from './settle-sql.ts';
import { settlingLock } from './settling-lock.ts';

/** A rebuild of years takes hours; nobody waits for longer than a day. */
const LIMIT_MS = 24 * 3_600_000;

/** What a rebuild changed. */
export interface Rebuilt {
  /** The rule that the warehouse had; undefined when it had none. */
  readonly formerRule: SettlingRule | undefined;
  readonly before: SettledState;
  readonly after: SettledState;
}

/** What a rebuild would start from. */
export interface RebuildPreview {
  readonly formerRule: SettlingRule | undefined;
  readonly events: number;
  readonly before: SettledState;
}

export interface RebuildOptions {
  /** Told of each step before it begins, with its place among how many. Called again when the rebuild starts over. */
  readonly onStep?: (name: string, at: number, of: number) => void | Promise<void>;
}

/**
 * Works out sessions, orders, visitors and rollups anew from the events alone, by a rule that is the warehouse's from then on.
 * Dashboards read what was there before until it is done, and runs may go on loading meanwhile: what they commit stays
 * marked, and their settling waits. Starts over when a run has replaced an event that it was about to change. Needs the
 * owner of the tables.
 *
 * @throws ClickstreamError `missing_table`, `not_the_owner`, `warehouse_unreachable` or `warehouse_refused`.
 */
export async function rebuild(
  { postgres, tables }: WarehouseSettings,
  rule: SettlingRule,
  { onStep }: RebuildOptions = {},
): Promise<Rebuilt> {
  const connection = new Connection(postgres, 'clickstream rebuild', () => LIMIT_MS, LIMIT_MS);
  const lock = settlingLock(tables);
  try {
    return await connection.run(async (client) => {
      await checkTables(client, tables, {});
      await refuseOthers(client, tables.settings);
      await client.query('SET lock_timeout = 0');
      // A server notices only then that nobody waits for a statement of an hour any more; not every platform can.
      await client.query("SET client_connection_check_interval = '10s'").catch(() => undefined);
      // Before the snapshot, which must see what the settling that it waited for has done.
      await client.query(`SELECT pg_advisory_lock(${lock})`);
      try {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        const formerRule = await currentRule(client, tables);
        const before = await settledState(client, tables);
        const steps = rebuildSteps(tables, rule);
        for (const [at, { name, sql }] of steps.entries()) {
          await onStep?.(name, at, steps.length);
          await client.query(sql);
        }
        const after = await settledState(client, tables);
        await client.query('COMMIT');
        return { formerRule, before, after };
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

/**
 * What a rebuild would start from. Changes nothing.
 *
 * @throws ClickstreamError as {@link rebuild} does, but for rights: reading is enough.
 */
export async function previewRebuild({ postgres, tables }: WarehouseSettings): Promise<RebuildPreview> {
  const connection = new Connection(postgres, 'clickstream rebuild', () => LIMIT_MS, LIMIT_MS);
  try {
    return await connection.run(async (client) => {
      await checkTables(client, tables, {});
      const { rows } = await client.query<{ events: string }>(`SELECT count(*) AS events FROM ${tables.events}`);
      const formerRule = await currentRule(client, tables);
      return { formerRule, events: Number(rows[0]!.events), before: await settledState(client, tables) };
    });
  } finally {
    await connection.close();
  }
}

/** Said at once, and not after an hour, when the rule is to be changed in the end. */
async function refuseOthers(client: Client, table: string): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>("SELECT has_table_privilege($1, 'UPDATE') AS may", [table]);
  if (rows[0]?.may) return;
  throw new ClickstreamError({
    code: 'not_the_owner',
    stage: 'config',
    message:
      'A rebuild changes the rule of the warehouse and every table beside the events: run it as the owner of the tables, ' +
      'or a member of the role that is.',
  });
}
