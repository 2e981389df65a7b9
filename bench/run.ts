// `npm run bench`: what the ETL costs, each figure beside its target; see options.ts for what it takes. A whole run at full
// size writes bench/RESULTS.md and its chart; any other one writes the same into data/bench.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { ROOT } from '../scripts/build/bundles.ts';
import { Bench, OUTPUT } from './bench.ts';
import { chart } from './chart.ts';
import { compare } from './compare.ts';
import { readOptions, USAGE, type BenchOptions } from './options.ts';
import { Progress } from './progress.ts';
import { commandLine, machine, report, scaleRemark, summaryTable, type Reported } from './report.ts';
import { ROWS } from './rows/index.ts';
import { markdownTable } from './table.ts';
import { SERVER_SETTINGS } from './warehouses.ts';

let options: BenchOptions;
try {
  options = readOptions(
    process.argv.slice(2),
    ROWS.map(({ name }) => name),
  );
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exit(2);
}

const load = loadavg()[0]!;
const progress = new Progress();
progress.say('building, starting PostgreSQL');
const bench = await Bench.open(options);
// A server and a folder of gigabytes are not left behind by Ctrl-C.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void bench.close().finally(() => process.exit(130)));
}
try {
  if (options.mode === 'compare') process.exitCode = (await compare(bench, progress)) ? 0 : 1;
  else await measureRows();
} finally {
  progress.end();
  await bench.close();
}

async function measureRows(): Promise<void> {
  const rows = ROWS.filter(({ name }) => options.rows.length === 0 || options.rows.includes(name));
  const reported: Reported[] = [];
  for (const [at, row] of rows.entries()) {
    const { name, title, limit } = row;
    const named = { name, title, ...(limit === undefined ? {} : { limit }) };
    bench.say = (text) => progress.say(`[${at + 1}/${rows.length}] ${name}: ${text}`);
    try {
      reported.push({ ...named, result: await row.measure(bench) });
    } catch (error) {
      // The others are worth having nevertheless.
      reported.push({ ...named, failure: error instanceof Error ? error.message : String(error) });
    }
  }
  progress.end();
  write(reported);
  for (const { result } of reported) {
    for (const { title, cells } of result?.tables ?? []) console.log(`\n${title}\n${markdownTable(cells)}`);
    for (const note of result?.notes ?? []) console.log(`\n${note}`);
  }
  console.log(`\n${summaryTable(reported)}`);
  const remark = scaleRemark(options.scale);
  if (remark !== undefined) console.log(`\n${remark}`);
  if (reported.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
}

/** Only figures of a whole run at full size are for the repository. */
function write(rows: readonly Reported[]): void {
  const isWhole = options.scale === 1 && options.mode !== 'quick' && rows.length === ROWS.length;
  const folder = resolve(options.out ?? (isWhole ? join(ROOT, 'bench') : OUTPUT));
  const run = {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    command: commandLine(),
    scale: options.scale,
    rounds: options.rounds,
    machine: machine(bench.warehouses.server.version),
    load,
    settings: SERVER_SETTINGS,
  };
  const bars = rows.flatMap(({ name, result }) =>
    (result?.checks ?? []).map((check) => ({ label: `${name}: ${check.what}`, check })),
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'results.svg'), chart(bars));
  writeFileSync(join(folder, 'RESULTS.md'), report(run, rows, 'results.svg'));
  console.log(`${relative(ROOT, join(folder, 'RESULTS.md'))} and results.svg are written.`);
}

/** The commit, and whether something is changed since; where there is no git, nothing is known. */
function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8' }).trim();
  } catch {
    return 'an unknown commit';
  }
}
