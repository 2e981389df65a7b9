import { MEMORY_SIZES_MB } from '../../src/plan/advice.ts';
import { forecast, type Forecast } from '../../src/plan/forecast.ts';
import type { Bench, EtlTaken } from '../bench.ts';
import { CAN_LIMIT_CPU } from '../cpu-share.ts';
import type { HourSpec } from '../hours.ts';
import { cpuShare, type LambdaSize } from '../lambda-size.ts';
import { LOADED, withHour, type LoadableHour } from '../loadable-hour.ts';
import { errorOf, offBy } from '../forecast-error.ts';
import { median } from '../measure.ts';
import { atMost, shown, type Row } from '../row.ts';
import { EVENTS_TABLE } from '../warehouses.ts';

const HOURS = [
  { title: 'one NDJSON object', shape: 'ndjson', events: 100_000 },
  { title: 'small objects', shape: 'objects', events: 20_000 },
] as const;

/** Lambda's longest, which these hours fit in at any size. */
const TIMEOUT_S = 900;
/** A limit that an hour of full size does not fit in at the smallest size, where a process takes half of it to get going. */
const SHORT_S = 10;

const SIZES: readonly LambdaSize[] = [
  ...MEMORY_SIZES_MB.map((memory_mb) => ({ memory_mb, timeout_s: TIMEOUT_S })),
  { memory_mb: MEMORY_SIZES_MB[0], timeout_s: SHORT_S },
];

/** A small size waits for its share of a core however small the hour is, and `quick` is to take less than a minute. */
const scopeOf = ({ options }: Bench) =>
  options.mode === 'quick' ? { hours: HOURS.slice(0, 1), sizes: SIZES.slice(2, 4) } : { hours: HOURS, sizes: SIZES };

interface Measured {
  readonly title: string;
  readonly size: LambdaSize;
  readonly taken: EtlTaken;
  /** Of all invocations together. */
  readonly seconds: number;
  readonly told: Forecast;
  /** Whether the warehouse has what a load without limits left there. */
  readonly isWhole: boolean;
}

/** Hours as Lambda runs them, at each of its usual sizes: within their memory and their time, and all of it there once. */
export const lambda: Row = {
  name: 'lambda',
  title: "hours in Lambda's memory, its share of a core and its time",
  measure: async (bench) => {
    const runs: Measured[] = [];
    const { hours } = scopeOf(bench);
    for (const { title, shape, events } of hours) {
      const spec: HourSpec = { shape, events: bench.scaled(events) };
      runs.push(...(await withHour(bench, spec, (hour) => measured(bench, title, spec, hour))));
    }
    const errors = runs.filter(isOne).map(({ told, seconds }) => errorOf(told.seconds, seconds));
    const most = (what: string, figure: (run: Measured) => number, limit: number) =>
      atMost(limit, { what, values: [Math.max(...runs.map(figure))] });
    return {
      checks: [
        most('peak memory over the size', ({ taken, size }) => taken.maxRss_mb / size.memory_mb, 1),
        most('longest invocation over its limit', ({ taken, size }) => longest(taken) / size.timeout_s, 1),
        most('runs that left other rows than one without limits', ({ isWhole }) => (isWhole ? 0 : 1), 0),
        atMost(30, { what: "median error of plan's seconds", values: [median(errors)], unit: '%', digits: 0 }),
      ],
      tables: hours.map(({ title, events }) => ({
        title: `${shown(bench.scaled(events), 0)} events, ${title}`,
        cells: [
          ['MB', 'cores', 'limit s', 'invocations', 'forecast', 'longest s', 'CPU s', 'seconds', 'forecast', 'off by', 'peak MiB', 'of the size'], // prettier-ignore
          ...runs.filter((run) => run.title === title).map(cellsOf),
        ],
      })),
      notes: [
        `Node has the heap limits that Lambda's runtime gives it, and ${
          CAN_LIMIT_CPU
            ? 'is stopped for a moment whenever it has used more than its share of a core, so that seconds and time limits are those of that share'
            : 'all of the CPU: what seconds are at the share is worked out from CPU time here'
        }. Invocations follow each other in one process at once. PostgreSQL and S3 have what the machine gives them, and answer at once. ` +
          `Each was run once. Of hours of one invocation, the worst forecast was off by ${Math.round(Math.max(...errors))} %.`,
      ],
    };
  },
};

async function measured(
  bench: Bench,
  title: string,
  spec: HourSpec,
  { s3, prepare, load }: LoadableHour,
): Promise<Measured[]> {
  bench.say(`${title} without limits`);
  const { processed: objects, read: events, bytes } = await load();
  const whole = await contentsOf(bench);
  const run = async (size: LambdaSize): Promise<Measured> => {
    bench.say(`${title}, ${size.memory_mb} MB, ${size.timeout_s} s`);
    await prepare();
    const taken = await bench.runEtl({ database: LOADED, s3, lambda: size });
    const isWhole = taken.read === spec.events && (await contentsOf(bench)) === whole;
    const taken_s = taken.invocations_s.reduce((sum, one_s) => sum + one_s, 0);
    const seconds = CAN_LIMIT_CPU ? taken_s : Math.max(taken_s, taken.cpu_s / cpuShare(size));
    const told = forecast({ objects, events, bytes, storedBytes: bytes }, { ...size, latency_ms: 0 });
    return { title, size, taken, seconds, told, isWhole };
  };
  const runs: Measured[] = [];
  for (const size of scopeOf(bench).sizes) runs.push(await run(size));
  return runs;
}

/** Counts and sums of hashes of all that the tables hold of events and sessions: the same when it is the same. */
async function contentsOf(bench: Bench): Promise<string> {
  const tables = [EVENTS_TABLE, 'clickstream_sessions', 'clickstream_orders'];
  const found = await Promise.all(
    tables.map((table) =>
      bench.warehouses.ask(
        LOADED,
        `SELECT count(*), sum(hashtextextended(one::text, 0)::numeric) FROM ${table} AS one`,
      ),
    ),
  );
  return JSON.stringify(found);
}

/** Invocations after a first one are warm, which no forecast counts on. */
function isOne({ taken }: Measured): boolean {
  return taken.invocations_s.length === 1;
}

function longest({ invocations_s }: EtlTaken): number {
  return Math.max(...invocations_s);
}

function cellsOf({ size, taken, seconds, told }: Measured): string[] {
  return [
    String(size.memory_mb),
    shown(cpuShare(size)),
    String(size.timeout_s),
    String(taken.invocations_s.length),
    told.invocations === undefined ? 'never' : String(told.invocations),
    shown(longest(taken)),
    shown(taken.cpu_s),
    shown(seconds),
    shown(told.seconds),
    offBy(told.seconds, seconds),
    shown(taken.maxRss_mb, 0),
    `${Math.round((taken.maxRss_mb / size.memory_mb) * 100)} %`,
  ];
}
