import { execFileSync } from 'node:child_process';
import { coldStart_ms } from '../scripts/build/cold-start.ts';
import type { Bench, BenchS3, EtlTaken } from './bench.ts';
import type { HourSpec } from './hours.ts';
import { loadHourBefore } from './loadable-hour.ts';
import { interleave, median } from './measure.ts';
import { buildCommit, usualRef } from './other-commit.ts';
import type { Progress } from './progress.ts';
import { shown } from './row.ts';
import { markdownTable } from './table.ts';
import { verdictOf, type Compared } from './verdict.ts';
import { loadEnv } from './warehouses.ts';

const HOURS = [
  { title: 'NDJSON hour', shape: 'ndjson', events: 200_000 },
  { title: 'small-object hour', shape: 'objects', events: 40_000 },
] as const;

const FIGURES = { wall_s: 'wall', cpu_s: 'client CPU', server_s: 'PostgreSQL CPU', maxRss_mb: 'peak memory' } as const;
const COLD_STARTS = 5;

/** A build that is compared, with the warehouse that its own migrations make. */
interface Side {
  readonly etl: string;
  readonly template: string;
  /** What each load begins with. */
  readonly before: string;
}

/**
 * Measures this checkout and another commit by turns, each with its own migrations, and prints what differs.
 *
 * @returns whether nothing is worse.
 */
export async function compare(bench: Bench, progress: Progress): Promise<boolean> {
  bench.say = (text) => progress.say(text);
  const ref = bench.options.ref ?? usualRef();
  bench.say(`building ${ref}`);
  const other = buildCommit(ref);
  bench.atEnd(() => other.remove());
  const sides = {
    here: await sideOf(bench, 'template_here', bench.programs),
    there: await sideOf(bench, 'template_there', other),
  };
  const lines: { what: string; compared: Compared; here: number; there: number }[] = [];
  const note = (what: string, here: readonly number[], there: readonly number[]): void => {
    const compared = verdictOf(here, there);
    lines.push({ what, compared, here: median(here), there: median(there) });
  };

  for (const { title, shape, events } of HOURS) {
    const spec: HourSpec = { shape, events: bench.scaled(events) };
    await bench.withS3({ hours: [spec] }, async (s3) => {
      for (const side of Object.values(sides)) {
        await bench.warehouses.create(side.before, side.template);
        await loadHourBefore(bench, { database: side.before, s3, bundle: side.etl });
      }
      const found = await interleave(
        bench.options.rounds,
        { here: () => firstAndAgain(bench, s3, sides.here), there: () => firstAndAgain(bench, s3, sides.there) },
        (text) => bench.say(`${title}: ${text}`),
      );
      for (const [which, name] of Object.entries({ first: title, again: `${title}, rerun` }) as [
        'first' | 'again',
        string,
      ][]) {
        for (const [figure, of] of Object.entries(FIGURES) as [keyof typeof FIGURES, string][]) {
          const values = (side: 'here' | 'there'): number[] => found[side].map((one) => one[which][figure]);
          if (values('here').every(Number.isFinite)) note(`${name}: ${of}`, values('here'), values('there'));
        }
      }
    });
  }
  bench.say('cold starts');
  const starts = await interleave(bench.options.rounds, {
    here: () => Promise.resolve(coldStart_ms(sides.here.etl, COLD_STARTS)),
    there: () => Promise.resolve(coldStart_ms(sides.there.etl, COLD_STARTS)),
  });
  note('ETL, import', starts.here, starts.there);

  progress.end();
  console.log(`This checkout beside ${other.name}\n`);
  console.log(markdownTable([['what', 'there', 'here', 'ratio', 'least to greatest', ''], ...lines.map(cellsOf)]));
  const worse = lines.filter(({ compared }) => compared.verdict === 'worse');
  console.log(worse.length === 0 ? '\nNothing is worse.' : `\nWorse: ${worse.map(({ what }) => what).join(', ')}`);
  return worse.length === 0;
}

function cellsOf({
  what,
  compared,
  here,
  there,
}: {
  what: string;
  compared: Compared;
  here: number;
  there: number;
}): string[] {
  const { ratio, verdict } = compared;
  const range = ratio.least === ratio.greatest ? '' : `${shown(ratio.least)} to ${shown(ratio.greatest)}`;
  return [what, shown(there), shown(here), shown(ratio.median), range, verdict === 'same' ? '' : verdict.toUpperCase()];
}

async function sideOf(
  bench: Bench,
  template: string,
  build: { readonly etl: string; readonly cli: string },
): Promise<Side> {
  await bench.warehouses.createEmpty(template);
  const env = { ...process.env, ...loadEnv(bench.warehouses.server, template) };
  execFileSync(process.execPath, [build.cli, 'migrate'], { env, stdio: 'pipe' });
  return { etl: build.etl, template, before: `${template}_before` };
}

/** An hour loaded into a new warehouse, and once more. */
async function firstAndAgain(bench: Bench, s3: BenchS3, side: Side): Promise<Record<'first' | 'again', EtlTaken>> {
  const run = { database: 'compared', s3, bundle: side.etl };
  await bench.warehouses.create(run.database, side.before);
  const first = await bench.runEtl(run);
  await bench.warehouses.ask(run.database, 'VACUUM (ANALYZE)');
  const again = await bench.runEtl(run);
  await bench.warehouses.drop(run.database);
  return { first, again };
}
