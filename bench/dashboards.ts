// `npm run bench:dashboards`: fills a warehouse with a year of a shop's events and says how many milliseconds a typical query
// of each view takes, over the last 30 days and over all of it. `-- --events 10000000` does it for a million events first
// and then for as many, so that one sees how it grows.
import { readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { sqlVariables, tableNames } from '../src/config/table-names.ts';
import { defaultPipeline } from '../src/etl/default-pipeline.ts';
import { accessibleDataDir } from '../src/local/postgres/data-dir.ts';
import { startPostgres } from '../src/local/postgres/server.ts';
import { migrate } from '../src/warehouse/migrate.ts';
import { rebuild } from '../src/warehouse/rebuild.ts';
import { DERIVED_TABLES } from '../src/warehouse/settle-sql.ts';
import { fillSql } from '../src/warehouse/template.ts';
import { DASHBOARD_QUERIES } from './dashboard-queries.ts';

/** What a query may take with ten million events there. */
const LIMIT_MS = 300;
const RUNS = 5;
const FIRST_EVENTS = 1_000_000;
/** The sessions of a million events, with some to spare. */
const EVENTS_PER_SESSION = 4;
const SINCE = { '30 days': '2025-12-02', all: '2000-01-01' } as const;

const { values } = parseArgs({ options: { events: { type: 'string', default: String(FIRST_EVENTS) } } });
const wanted = Number(values.events);
if (!Number.isSafeInteger(wanted) || wanted < 1) throw new Error(`--events ${values.events} is no number of events`);

const tables = tableNames('clickstream_events');
const rule = { sessionTimeout_ms: 30 * 60_000, cutAtMidnight: false, reportingTimeZone: 'Europe/Zurich' };
const dataDir = accessibleDataDir();
const postgres = await startPostgres({
  dataDir,
  settings: {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_wal_size: '8GB',
    autovacuum: 'off',
  },
});
const settings = { postgres: { ...postgres.connection, ssl: false as const }, tables };
const client = new pg.Client(postgres.connection);
/** What is printed, by its first cell: each stage adds cells to the lines. */
const lines = new Map<string, string[]>();
const slow = new Set<string>();
try {
  await client.connect();
  await migrate(settings, defaultPipeline.columns);
  let there = 0;
  for (const events of wanted > FIRST_EVENTS ? [FIRST_EVENTS, wanted] : [wanted]) {
    await fill(there, events);
    there = events;
    await measure(events);
  }
} finally {
  await client.end();
  await postgres.stop('immediate');
  rmSync(dataDir, { recursive: true, force: true });
}
print();

/** Adds events up to a number of them, and works out everything anew. */
async function fill(there: number, events: number): Promise<void> {
  const started_ms = performance.now();
  await client.query('SELECT setseed(0.5)');
  const sql = readFileSync(new URL('shop-events.sql', import.meta.url), 'utf8');
  const more = events - there;
  const { rowCount } = await client.query(
    fillSql(sql, {
      ...sqlVariables(tables),
      first: String(Math.ceil(there / EVENTS_PER_SESSION)),
      sessions: String(Math.ceil(more / EVENTS_PER_SESSION)),
      count: String(more),
    }),
  );
  if (rowCount !== more) throw new Error(`${rowCount} events were made instead of ${more}`);
  const loaded_ms = performance.now();
  // Only for the rebuild: dashboards have what the server gives everybody.
  await client.query("ALTER ROLE postgres SET work_mem = '256MB'");
  await rebuild(settings, rule);
  await client.query('ALTER ROLE postgres RESET work_mem');
  await client.query('VACUUM (ANALYZE)');
  const seconds = (from: number, to: number): string => ((to - from) / 1000).toFixed(0);
  console.log(
    `${events} events: written in ${seconds(started_ms, loaded_ms)} s, rebuilt in ${seconds(loaded_ms, performance.now())} s`,
  );
}

/** Counts the rows of the rollups, and asks each view. */
async function measure(events: number): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  note(`median of ${RUNS}, ms (CPU)`, ...Object.keys(SINCE).map((since) => `${events}, ${since}`));
  for (const { view, sql, readsSessions = false } of DASHBOARD_QUERIES) {
    const cells: string[] = [];
    for (const since of Object.values(SINCE)) {
      const { wall_ms, cpu_ms } = await timed(
        fillSql(sql, { view: tables[view], since: `date '${since}'` }),
        rows[0]!.pid,
      );
      if (wall_ms > LIMIT_MS && !readsSessions) slow.add(`${view} with ${events} events`);
      cells.push(`${wall_ms.toFixed(0)} (${cpu_ms.toFixed(0)})`);
    }
    note(view, ...cells);
  }
  note('', '', '');
  note('rows', '', String(events));
  for (const table of DERIVED_TABLES) {
    const counted = await client.query<{ count: string }>(`SELECT count(*) FROM ${tables[table]}`);
    note(`rows of ${table}`, '', counted.rows[0]!.count);
  }
}

/** How long a query takes, and how much of that the server works on it: on a busy machine it mostly waits for its turn. */
async function timed(sql: string, pid: number): Promise<{ wall_ms: number; cpu_ms: number }> {
  const wall: number[] = [];
  const cpu: number[] = [];
  // The first finds nothing in memory yet, and is not counted.
  for (let run = 0; run <= RUNS; run += 1) {
    const [started_ms, worked_ms] = [performance.now(), cpuOf_ms(pid)];
    await client.query(sql);
    if (run === 0) continue;
    wall.push(performance.now() - started_ms);
    cpu.push(cpuOf_ms(pid) - worked_ms);
  }
  const median = (times: number[]): number => times.sort((a, b) => a - b)[(RUNS - 1) / 2]!;
  return { wall_ms: median(wall), cpu_ms: median(cpu) };
}

/** The CPU time of a process until now; only Linux tells. */
function cpuOf_ms(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return NaN;
  }
}

function note(name: string, ...cells: string[]): void {
  lines.set(name, [...(lines.get(name) ?? []), ...cells]);
}

function print(): void {
  for (const [name, cells] of lines) console.log(name.padEnd(28) + cells.map((cell) => cell.padStart(20)).join(''));
  if (slow.size === 0) console.log(`Every query was answered within ${LIMIT_MS} ms.`);
  else console.log(`Over ${LIMIT_MS} ms: ${[...slow].join(', ')}`);
  process.exitCode = slow.size === 0 ? 0 : 1;
}
