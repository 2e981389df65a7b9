import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import { sqlVariables, tableNames } from '../../src/config/table-names.ts';
import { DEFAULT_RULE } from '../../src/config/settling-rule.ts';
import { rebuild } from '../../src/warehouse/rebuild.ts';
import { fillSql } from '../../src/warehouse/template.ts';
import type { Bench, BenchS3 } from '../bench.ts';
import type { HourSpec } from '../hours.ts';
import { median, type Taken } from '../measure.ts';
import { atMost, shown, type Row } from '../row.ts';
import { BENCH_HOUR_MS, HOUR_MS } from '../synthetic.ts';
import { EVENTS_TABLE } from '../warehouses.ts';
import { exportRows } from './ndjson-hour.ts';

const THERE = 5_000_000;
/** Of an hour that is due and one of half a year ago together. */
const EVENTS = 100_000;
const LATE_SHARE = 0.1;
const LATE_HOURS = 24 * 182;
const EVENTS_PER_SESSION = 4;

const DATABASE = 'large';
const KEYED = 'keyed_events';

/** Hours that come to a warehouse with a year of events in it. */
export const largeWarehouse: Row = {
  name: 'large-warehouse',
  title: '100k events into a warehouse of 5M, a late hour included',
  limit:
    'half of the visitors have rows already, and late events open sessions all over the past: their old rows, visitors and sums are read, ' +
    'taken away and written anew at random places, where COPY appends. Settling such an hour costs some twice as much per event as that of new visitors.',
  measure: async (bench) => {
    const { rounds } = bench.options;
    const there = bench.scaled(THERE);
    await fill(bench, there);
    const hours = Array.from({ length: rounds }, (_, round) => hoursOf(bench, there, round));
    const result = await bench.withS3({ hours: hours.flat() }, async (s3) => {
      const etl: Taken[] = [];
      const copies: Taken[] = [];
      for (const [round, pair] of hours.entries()) {
        bench.say(`ETL, round ${round + 1} of ${rounds}`);
        const parts = [await load(bench, s3, pair[0]), await load(bench, s3, pair[1])];
        etl.push(sum(parts));
        bench.say(`COPY, round ${round + 1} of ${rounds}`);
        copies.push(await copy(bench, pair, parts));
      }
      return { etl, copies };
    });
    await bench.warehouses.drop(DATABASE);
    const cpu = (taken: readonly Taken[]): string =>
      `${shown(median(taken.map(({ cpu_s }) => cpu_s)))} s and PostgreSQL's ${shown(median(taken.map(({ server_s }) => server_s)))} s`;
    return {
      checks: [
        atMost(5, {
          what: 'wall over COPY of the same rows into that table, only the key',
          values: result.etl.map(({ wall_s }, round) => wall_s / result.copies[round]!.wall_s),
        }),
      ],
      notes: [
        `Both hours took ${shown(median(result.etl.map(({ wall_s }) => wall_s)))} s (client CPU ${cpu(result.etl)}), COPY took ` +
          `${shown(median(result.copies.map(({ wall_s }) => wall_s)))} s (${cpu(result.copies)}). ${LATE_SHARE * 100} % of the events are half a ` +
          'year late; half of the visitors have been there before.',
      ],
    };
  },
};

/** Fills a warehouse with a year of events, and a twin of the table that has only its key with the same. */
async function fill(bench: Bench, there: number): Promise<void> {
  const { warehouses } = bench;
  bench.say(`writing ${shown(there, 0)} events`);
  await warehouses.create(DATABASE);
  const tables = tableNames(EVENTS_TABLE);
  const sql = readFileSync(new URL('../shop-events.sql', import.meta.url), 'utf8');
  const sessions = String(Math.ceil(there / EVENTS_PER_SESSION));
  const filled = fillSql(sql, { ...sqlVariables(tables), first: '0', sessions, count: String(there) });
  await warehouses.ask(DATABASE, `SELECT setseed(0.5); ${filled}`);
  bench.say('settling them');
  const postgres = { ...warehouses.server.connection, database: DATABASE, ssl: false as const };
  await warehouses.ask(DATABASE, 'ANALYZE');
  await warehouses.ask(DATABASE, "ALTER ROLE postgres SET work_mem = '256MB'");
  await rebuild({ postgres, tables }, DEFAULT_RULE);
  await warehouses.ask(DATABASE, 'ALTER ROLE postgres RESET work_mem');
  await warehouses.ask(
    DATABASE,
    `CREATE TABLE ${KEYED} (LIKE ${EVENTS_TABLE} INCLUDING DEFAULTS);
     INSERT INTO ${KEYED} SELECT * FROM ${EVENTS_TABLE};
     ALTER TABLE ${KEYED} ADD PRIMARY KEY (event_id)`,
  );
  await warehouses.ask(DATABASE, 'VACUUM (ANALYZE)');
}

/** The hours of a round: each round has its own, so that none finds what another left. */
function hoursOf(bench: Bench, there: number, round: number): [due: HourSpec, late: HourSpec] {
  const events = bench.scaled(EVENTS);
  const late = Math.max(1, Math.round(events * LATE_SHARE));
  const hour_ms = BENCH_HOUR_MS + 2 * round * HOUR_MS;
  const knownSessions = Math.ceil(there / EVENTS_PER_SESSION);
  const common = { shape: 'ndjson', knownSessions, isSound: true } as const;
  return [
    { ...common, events: Math.max(1, events - late), hour_ms },
    { ...common, events: late, hour_ms: hour_ms - LATE_HOURS * HOUR_MS },
  ];
}

async function load(bench: Bench, s3: BenchS3, { hour_ms }: HourSpec): Promise<Taken & { inserted: number }> {
  return bench.runEtl({ database: DATABASE, s3, hour: new Date(hour_ms!).toISOString() });
}

/** COPY of what the hours have put into the events. */
async function copy(bench: Bench, hours: readonly HourSpec[], loaded: readonly { inserted: number }[]): Promise<Taken> {
  const file = join(bench.folder, 'hours.copy');
  // Ids of the bench are version 7, with the hour's time in them; those of the year are not.
  const ranges = hours.map(({ hour_ms }) => {
    const at = (ms: number): string =>
      ms
        .toString(16)
        .padStart(12, '0')
        .replace(/^(.{8})/, '$1-');
    return `event_id >= '${at(hour_ms!)}-7000-8000-000000000000' AND event_id < '${at(hour_ms! + HOUR_MS)}-7000-8000-000000000000'`;
  });
  const rows = await exportRows(bench, DATABASE, file, ranges.map((range) => `(${range})`).join(' OR '));
  const inserted = loaded.reduce((total, one) => total + one.inserted, 0);
  if (rows !== inserted) throw new Error(`${inserted} rows were inserted, ${rows} found`);
  const env = { BENCH_TABLE: KEYED, BENCH_COLUMNS: Object.keys(defaultPipeline.columns).join(), BENCH_FILE: file };
  return bench.run('copy', { database: DATABASE, env });
}

function sum(parts: readonly Taken[]): Taken {
  const of = (figure: keyof Taken): number => parts.reduce((total, one) => total + one[figure], 0);
  return {
    wall_s: of('wall_s'),
    cpu_s: of('cpu_s'),
    server_s: of('server_s'),
    maxRss_mb: Math.max(...parts.map(({ maxRss_mb }) => maxRss_mb)),
  };
}
