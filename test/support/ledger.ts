import { expect } from 'vitest';
import { tableNames } from '../../src/config/table-names.ts';
import { clearWarehouse } from './settled.ts';
import { tablesIn, type Oracle, type Row } from './oracle.ts';

interface Warehouse {
  rows<T = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<T[]>;
}

const TABLES = tableNames('clickstream_events');

const SUMS = `
  SELECT coalesce(sum(processed), 0)::int AS processed, coalesce(sum(read), 0)::int AS read,
    coalesce(sum(inserted), 0)::int AS inserted, coalesce(sum(duplicates), 0)::int AS duplicates,
    coalesce(sum(rejected), 0)::int AS rejected, coalesce(sum(batches), 0)::int AS batches
  FROM clickstream_runs`;

/** Empties a warehouse as `migrate` leaves it. */
export async function emptyTables(warehouse: Warehouse): Promise<void> {
  await clearWarehouse({ settings: { tables: TABLES }, rows: (sql) => warehouse.rows(sql) });
}

/** Ends every hold, as 8 s without its holder would. */
export async function endHolds(warehouse: Warehouse): Promise<void> {
  await warehouse.rows(
    "UPDATE clickstream_checkpoints SET held_until = now() - interval '1 second' WHERE holder IS NOT NULL",
  );
}

/**
 * Whatever happened, what is there is what was committed: as many events as the ledger has inserted, and of every unit
 * in its first pass the runs' counts add up to the checkpoint's.
 */
export async function expectWholeBatches(warehouse: Warehouse): Promise<void> {
  const [sums] = await warehouse.rows<{ inserted: number }>(SUMS);
  const [events] = await warehouse.rows('SELECT count(*)::int AS inserted FROM clickstream_events');
  expect(events, 'events are those of whole batches').toEqual({ inserted: sums!.inserted });
  const units = await warehouse.rows(`
    SELECT c.unit, c.read, c.inserted, c.duplicates, c.rejected, c.dropped, c.batches, c.objects AS processed,
      c.object_bytes AS bytes
    FROM clickstream_checkpoints AS c WHERE c.pass = 1 ORDER BY c.unit`);
  const runs = await warehouse.rows(`
    SELECT r.unit, sum(r.read)::bigint AS read, sum(r.inserted)::bigint AS inserted,
      sum(r.duplicates)::bigint AS duplicates, sum(r.rejected)::bigint AS rejected, sum(r.dropped)::bigint AS dropped,
      sum(r.batches)::bigint AS batches, sum(r.processed)::bigint AS processed, sum(r.bytes)::bigint AS bytes
    FROM clickstream_runs AS r JOIN clickstream_checkpoints AS c ON c.unit = r.unit AND c.pass = 1
    -- One that tried rejects again is no part of a pass.
    WHERE r.trigger <> 'redrive'
    GROUP BY r.unit ORDER BY r.unit`);
  expect(runs, 'the runs of each unit add up to its checkpoint').toEqual(units);
}

/** Loaded to the end: the tables are the oracle's, nothing waits to be settled, and nobody holds an hour. */
export async function expectLoaded(warehouse: Warehouse, oracle: Oracle): Promise<void> {
  expect(await tablesIn(warehouse as { rows(sql: string): Promise<Row[]> })).toEqual(oracle.tables);
  expect(await warehouse.rows('SELECT * FROM clickstream_session_marks')).toEqual([]);
  expect(await warehouse.rows('SELECT unit FROM clickstream_checkpoints WHERE holder IS NOT NULL')).toEqual([]);
  expect(await warehouse.rows("SELECT unit FROM clickstream_checkpoints WHERE state <> 'completed'")).toEqual([]);
  await expectWholeBatches(warehouse);
}

/** A single pass over the objects, by however many runs, has counted each of them and each record once. */
export async function expectOnePass(warehouse: Warehouse, { counts, tables }: Oracle): Promise<void> {
  const [sums] = await warehouse.rows(SUMS);
  expect(sums).toMatchObject({ ...counts, inserted: tables.events.length });
}
