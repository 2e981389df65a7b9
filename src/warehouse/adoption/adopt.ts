import type { WarehouseSettings } from '../../config/settings.ts';
import type { SettlingRule } from '../../config/settling-rule.ts';
import type { TableNames } from '../../config/table-names.ts';
import type { Pipeline } from '../../etl/pipeline/pipeline.ts';
import { Connection } from '../../etl/sinks/postgres/connection.ts';
import { RowEncoder } from '../../etl/sinks/postgres/encode.ts';
import { statementsFor } from '../../etl/sinks/postgres/statements.ts';
import { columnTypes } from '../check-tables.ts';
import { migrate, type Migrated, type MigrateOptions } from '../migrate.ts';
import { currentRule } from '../current-rule.ts';
import { rebuild } from '../rebuild.ts';
import { adoptionPipeline } from './adopt-transform.ts';
import {
  added,
  BLOCKS,
  blocksOf,
  checkBalance,
  copyBlocks,
  NO_COUNTS,
  readState,
  rowsOfBlocks,
  type Adoption,
  type AdoptionCounts,
} from './copy-rows.ts';
import { FormerRows } from './former-rows.ts';
import { adoptionState, formerTable } from './former-table.ts';
import { readAdoptable } from './rename-former.ts';

/** Nobody waits for a preview for longer than a day. */
const LIMIT_MS = 24 * 3_600_000;
const UUID_LENGTH = 36;

/** What an adoption came to, or would come to. */
export interface Adopted extends AdoptionCounts {
  /** The name that the former table has now, as an identifier. */
  readonly former: string;
  /** Where the values of each of its columns went: a column of the events, or `properties`. */
  readonly columns: Readonly<Record<string, string>>;
}

export interface AdoptOptions extends MigrateOptions {
  /** Told now and then how much of the table is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Does what {@link migrate} does, and where TARGET_TABLE names a table that was there before, takes its rows over: renames
 * it, creates ours, copies every row through the transforms, a transaction per batch, and settles everything at the end.
 * Goes on where it was stopped; does nothing more once it is done.
 *
 * @throws ClickstreamError `cannot_adopt`, `adoption_unbalanced`, and those of {@link migrate} and {@link rebuild}.
 */
export async function adopt(
  settings: WarehouseSettings,
  pipeline: Pipeline,
  rule: SettlingRule,
  { onProgress, ...options }: AdoptOptions = {},
): Promise<Migrated & { readonly adopted?: Adopted }> {
  const { postgres, tables } = settings;
  const migrated = await migrate(settings, pipeline.columns, { ...options, adopt: true });
  const connection = new Connection(postgres, 'clickstream migrate', () => Infinity);
  // Two at once would wait for each other at every batch.
  connection.onConnect = async (client) => {
    await client.query("SET lock_timeout = 0; SELECT pg_advisory_lock(hashtext('clickstream migrate'))");
  };
  const source = formerTable(tables);
  try {
    const state = await connection.run((client) => adoptionState(client, tables));
    if (state === 'none') return migrated;
    const former = new FormerRows(await connection.run((client) => columnTypes(client, source)));
    const adoption = await openAdoption(tables, source, former, pipeline, rule);
    for (;;) {
      const copied = await connection.transaction((client) => copyBlocks(client, adoption));
      if (!copied) break;
      const blocks = await connection.run((client) => blocksOf(client, source));
      onProgress?.(Math.min(1, copied.next / blocks));
    }
    const counts = await connection.transaction(async (client) => {
      const { counts: all } = await readState(client, tables);
      await checkBalance(client, source, all);
      return all;
    });
    // A run may have begun to load meanwhile, and given the warehouse its rule.
    const current = await connection.run((client) => currentRule(client, tables));
    await rebuild(settings, current ?? rule);
    await connection.run((client) => client.query(`UPDATE ${tables.adoption} SET finished_at = now()`));
    return { ...migrated, adopted: { former: source, columns: targetsOf(former), ...counts } };
  } finally {
    await connection.close();
  }
}

/**
 * What {@link adopt} would make of the rows: all of them are read and taken through the transforms. Changes nothing.
 *
 * @returns undefined where there is no table to adopt.
 * @throws ClickstreamError `cannot_adopt`.
 */
export async function previewAdoption(
  { postgres, tables }: WarehouseSettings,
  pipeline: Pipeline,
  rule: SettlingRule,
  onProgress?: (share: number) => void,
): Promise<Adopted | undefined> {
  const connection = new Connection(postgres, 'clickstream migrate', () => LIMIT_MS, LIMIT_MS);
  try {
    return await connection.run(async (client) => {
      const state = await adoptionState(client, tables);
      if (state === 'none') return undefined;
      const source = state === 'needed' ? tables.events : formerTable(tables);
      const former =
        state === 'needed' ? await readAdoptable(client, tables) : new FormerRows(await columnTypes(client, source));
      const adoption = await openAdoption(tables, source, former, pipeline, rule);
      // Ids repeat across batches, and ten million of them are better kept by the server.
      await client.query(
        'CREATE TEMPORARY TABLE IF NOT EXISTS clickstream_ids (event_id uuid); TRUNCATE clickstream_ids',
      );
      let counts: AdoptionCounts = NO_COUNTS;
      const blocks = await blocksOf(client, source);
      for (let from = 0; from < blocks; from += BLOCKS) {
        const { rows, counts: more } = await rowsOfBlocks(client, adoption, from);
        // The id is what a row begins with, since the first transform adds it first.
        const ids = rows.lines.map((line) => line.slice(0, UUID_LENGTH));
        await client.query('INSERT INTO clickstream_ids SELECT unnest($1::uuid[])', [ids]);
        counts = added(counts, { ...more, adopted: rows.lines.length });
        onProgress?.(Math.min(1, (from + BLOCKS) / blocks));
      }
      const { rows } = await client.query<{ again: string }>(
        'SELECT count(*) - count(DISTINCT event_id) AS again FROM clickstream_ids',
      );
      const again = Number(rows[0]!.again);
      counts = { ...counts, adopted: counts.adopted - again, duplicates: counts.duplicates + again };
      return { former: formerTable(tables), columns: targetsOf(former), ...counts };
    });
  } finally {
    await connection.close();
  }
}

async function openAdoption(
  tables: TableNames,
  source: string,
  former: FormerRows,
  pipeline: Pipeline,
  rule: SettlingRule,
): Promise<Adoption> {
  const through = adoptionPipeline(pipeline);
  return {
    tables,
    source,
    former,
    run: await through.open(rule),
    encoder: new RowEncoder(through.columns),
    statements: statementsFor(tables, through.columns, rule),
  };
}

function targetsOf({ columns }: FormerRows): Record<string, string> {
  return Object.fromEntries(columns.map(({ name, to }) => [name, to]));
}
