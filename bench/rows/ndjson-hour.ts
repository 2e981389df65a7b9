import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import type { Bench } from '../bench.ts';
import { isRejected, recordOf, type HourSpec } from '../hours.ts';
import { LOADED, loadableHour, type LoadableHour } from '../loadable-hour.ts';
import type { Taken } from '../measure.ts';
import { BENCH_HOUR } from '../synthetic.ts';
import { EVENTS_TABLE } from '../warehouses.ts';

const EVENTS = 500_000;
const COLUMNS = Object.keys(defaultPipeline.columns).join();

/** An hour as one NDJSON object, and the same rows ready for COPY. */
export interface NdjsonHour extends LoadableHour {
  readonly events: number;
  /** How many rows the hour inserts. */
  readonly rows: number;
  /** Lines of COPY, as one load has left them in the table. */
  readonly rowsFile: string;
}

/** The hour that large loads are measured by, at the scale of the run. */
export function ndjsonSpec(bench: Bench): HourSpec {
  return { shape: 'ndjson', events: bench.scaled(EVENTS) };
}

const made = new WeakMap<Bench, Promise<NdjsonHour>>();

/** The hour in S3, and its rows, made by one load, in a file: once for all rows that measure by it. */
export function ndjsonHour(bench: Bench): Promise<NdjsonHour> {
  let hour = made.get(bench);
  if (!hour) {
    hour = makeHour(bench);
    made.set(bench, hour);
  }
  return hour;
}

async function makeHour(bench: Bench): Promise<NdjsonHour> {
  const spec = ndjsonSpec(bench);
  const s3 = await bench.startS3({ hours: [spec] });
  const hour = await loadableHour(bench, s3, 'before_ndjson');
  bench.say('one load, for its rows');
  const { inserted } = await hour.load();
  const rowsFile = join(bench.folder, 'rows.copy');
  const rows = await exportRows(bench, LOADED, rowsFile, `received_at >= '${BENCH_HOUR}'`);
  if (rows !== inserted) throw new Error(`${inserted} rows were inserted, but the table has ${rows}`);
  return { ...hour, events: spec.events, rows, rowsFile };
}

/** Loads the hour without sessions, orders and rollups, into a table that has only its key. */
export async function loadRowsOnly(bench: Bench, { s3, prepare, rows }: NdjsonHour): Promise<Taken> {
  await prepare();
  await bench.warehouses.ask(LOADED, dropIndexes(EVENTS_TABLE));
  const taken = await bench.run<{ inserted: number }>('rows-only', { database: LOADED, s3 });
  if (taken.inserted !== rows) throw new Error(`${taken.inserted} of ${rows} rows were inserted`);
  return taken;
}

/** COPY of the rows into a new table like the events, with all of its indexes or with only its key. */
export async function copyRows(
  bench: Bench,
  hour: NdjsonHour,
  indexes: 'all indexes' | 'only the key',
): Promise<Taken> {
  await bench.warehouses.create(LOADED);
  if (indexes === 'only the key') await bench.warehouses.ask(LOADED, dropIndexes(EVENTS_TABLE));
  const env = { BENCH_TABLE: EVENTS_TABLE, BENCH_COLUMNS: COLUMNS, BENCH_FILE: hour.rowsFile };
  const taken = await bench.run<{ rows: number }>('copy', { database: LOADED, env });
  if (taken.rows !== hour.rows) throw new Error(`COPY took ${taken.rows} of ${hour.rows} rows`);
  return taken;
}

/** Writes rows of a warehouse's events to a file as lines of COPY; how many. */
export async function exportRows(bench: Bench, database: string, file: string, where: string): Promise<number> {
  const client = new pg.Client({ ...bench.warehouses.server.connection, database });
  await client.connect();
  try {
    const rows = client.query(copyTo(`COPY (SELECT ${COLUMNS} FROM ${EVENTS_TABLE} WHERE ${where}) TO STDOUT`));
    await pipeline(rows, createWriteStream(file));
    return rows.rowCount;
  } finally {
    await client.end();
  }
}

/** Writes the hour's records to a file for peers, without those that no warehouse takes; how many. */
export async function writeForPeers(spec: HourSpec, file: string): Promise<number> {
  let records = 0;
  await pipeline(function* () {
    for (let number = 0; number < spec.events; number += 1) {
      if (isRejected(number)) continue;
      records += 1;
      yield `${recordOf(spec, number)}\n`;
    }
  }, createWriteStream(file));
  return records;
}

/** Drops all indexes of a table but its key. */
export function dropIndexes(table: string): string {
  return `DO $$ DECLARE name regclass; BEGIN
    FOR name IN SELECT indexrelid FROM pg_index WHERE indrelid = '${table}'::regclass AND NOT indisprimary
    LOOP EXECUTE 'DROP INDEX ' || name; END LOOP; END $$`;
}
