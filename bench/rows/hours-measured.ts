import { join } from 'node:path';
import type { Bench, EtlTaken } from '../bench.ts';
import { SHAPES, type HourSpec, type Shape } from '../hours.ts';
import { withHour, type LoadableHour } from '../loadable-hour.ts';
import { median } from '../measure.ts';
import { shown, type Table } from '../row.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000] as const;
const LARGEST = 10_000_000;
/** An hour of larger events, which tells what a byte costs from what an event does. */
const LARGE_EVENTS = { size: 100_000, padding: 2_000 } as const;
/** From so many events on an hour is loaded once: it takes minutes, in which chance evens out. */
const ONCE_FROM = 1_000_000;
/** From so many events on objects lie on the disk: they would need several gigabytes of memory. */
const ON_DISK_FROM = 2_000_000;

/** An hour of one size and shape, and what its loads took. */
export interface MeasuredHour {
  readonly shape: Shape;
  /** What it has at full scale. */
  readonly size: number;
  /** Bytes that each event is filled up with. */
  readonly padding: number;
  /** What it has at the scale of the run. */
  readonly events: number;
  readonly taken: readonly EtlTaken[];
}

const measured = new WeakMap<Bench, Promise<readonly MeasuredHour[]>>();

/** Loads hours of all sizes and shapes, once for all rows that look at them. */
export function hoursMeasured(bench: Bench): Promise<readonly MeasuredHour[]> {
  let hours = measured.get(bench);
  if (!hours) {
    hours = measureHours(bench);
    measured.set(bench, hours);
  }
  return hours;
}

async function measureHours(bench: Bench): Promise<MeasuredHour[]> {
  const hours: MeasuredHour[] = [];
  for (const [shape, size, padding] of hoursOf(bench.options)) {
    hours.push(await measureHour(bench, shape, size, padding));
  }
  return hours;
}

type HourToMeasure = readonly [shape: Shape, size: number, padding?: number];

function hoursOf({ mode, rows }: Bench['options']): HourToMeasure[] {
  const inAllShapes = (size: number): HourToMeasure[] => SHAPES.map((shape) => [shape, size]);
  const growth: HourToMeasure[] = [
    ['ndjson', SIZES[2]],
    ['ndjson', mode === 'full' ? LARGEST : SIZES[3]],
  ];
  if (rows.length === 1 && rows[0] === 'growth') return growth;
  // And the shape that takes most memory.
  if (mode === 'quick') return [...growth, ['objects', SIZES[3]]];
  // Ten million events are no array, and as many small objects no hour of a shop that this is for.
  return [
    ...SIZES.flatMap(inAllShapes),
    ['ndjson', LARGE_EVENTS.size, LARGE_EVENTS.padding],
    ...(mode === 'full' ? ([['ndjson', LARGEST]] as const) : []),
  ];
}

async function measureHour(bench: Bench, shape: Shape, size: number, padding = 0): Promise<MeasuredHour> {
  const events = bench.scaled(size);
  const spec: HourSpec = { shape, events, padding };
  const rounds = size >= ONCE_FROM ? 1 : bench.options.rounds;
  const dataDir = events >= ON_DISK_FROM ? { dataDir: join(bench.folder, 's3') } : {};
  const loads = async ({ load }: LoadableHour): Promise<MeasuredHour> => {
    const taken: EtlTaken[] = [];
    for (let round = 0; round < rounds; round += 1) {
      bench.say(`${shown(events, 0)} events, ${shape}, round ${round + 1} of ${rounds}`);
      const one = await load();
      if (one.read !== events) throw new Error(`${shape}: ${one.read} of ${events} events were read`);
      taken.push(one);
    }
    return { shape, size, padding, events, taken };
  };
  return withHour(bench, spec, loads, dataDir);
}

/** What an event cost, in microseconds of CPU time of the ETL and of PostgreSQL together. */
export function cost_us({ events, taken }: MeasuredHour): number[] {
  return taken.map(({ cpu_s, server_s }) => ((cpu_s + (Number.isNaN(server_s) ? 0 : server_s)) / events) * 1e6);
}

/** `gzip`, `ndjson, larger`. */
export function shapeOf({ shape, padding }: MeasuredHour): string {
  return padding > 0 ? `${shape}, larger` : shape;
}

/** All hours with what they took. */
export function hoursTable(hours: readonly MeasuredHour[]): Table {
  const cells = hours.map((hour) => {
    const { events, taken } = hour;
    const of = (figure: (one: EtlTaken) => number): number => median(taken.map(figure));
    return [
      shown(events, 0),
      shapeOf(hour),
      shown(of(({ bytes }) => bytes) / 1e6, 1),
      shown(of(({ wall_s }) => wall_s)),
      shown(
        of(({ wall_s }) => events / wall_s),
        0,
      ),
      shown((of(({ cpu_s }) => cpu_s) / events) * 1e6, 1),
      shown((of(({ server_s }) => server_s) / events) * 1e6, 1),
      shown(
        of(({ maxRss_mb }) => maxRss_mb),
        0,
      ),
    ];
  });
  const names = ['events', 'shape', 'MB', 'wall s', 'events per s', 'client us each', 'PostgreSQL us each', 'peak MiB'];
  return { title: 'hours of all sizes and shapes, medians', cells: [names, ...cells] };
}
