import { WHOLE_OBJECT_BYTES } from '../src/etl/pipeline/read-objects.ts';
import type { Costs } from '../src/plan/costs.ts';
import { clientCounts, type HourLoad } from '../src/plan/forecast.ts';
import { nonNegativeFit } from './least-squares.ts';

/** An hour and what its load took, on a whole core. */
export interface MeasuredLoad {
  readonly load: HourLoad;
  readonly wall_s: number;
  /** Of the client. */
  readonly cpu_s: number;
  /** Of PostgreSQL; NaN where the system does not tell. */
  readonly server_s: number;
  readonly peak_mb: number;
}

/** With fewer hours there is nothing to learn from: as many as there are costs of the client, and one to be wrong by. */
export const LEAST_HOURS = 6;
/** What reads an object per event waits for the local S3, which has the same two cores: its wall time is not the warehouse's. */
const EVENTS_AN_OBJECT = 10;
/** Peaks are told in steps, MiB: the next hour is not the last one. */
const PEAK_STEP_MB = 5;

/** Learns what forecasts are made of from hours that were measured. */
export function fitCosts(hours: readonly MeasuredLoad[]): Costs {
  const [start = 0, warmUp = 0, object = 0, event = 0, kilobyte = 0] = nonNegativeFit(
    hours.map(({ load, cpu_s }) => ({ terms: clientCounts(load), value: cpu_s })),
  );
  // What is left when the client is done is settling, and the rows that it waited for.
  const packed = hours.filter(({ load }) => load.events >= load.objects * EVENTS_AN_OBJECT);
  const [settle = 0, settleEvent = 0] = nonNegativeFit(
    packed.map(({ load, wall_s, cpu_s }) => ({ terms: [1, load.events], value: wall_s - cpu_s, scale: wall_s })),
  );
  const known = packed.filter(({ server_s }) => server_s > 0);
  const [, server = 0] = nonNegativeFit(
    known.map(({ load, server_s }) => ({ terms: [1, load.events], value: server_s })),
  );
  // All else the server did meanwhile. It may have done it on both cores, but has not kept the client waiting.
  const sum = (of: 'bytes' | 'events'): number => packed.reduce((all, { load }) => all + load[of], 0);
  const client = event + (kilobyte * sum('bytes')) / 1000 / Math.max(sum('events'), 1);
  const row = Math.min(Math.max(server - settleEvent, 0), client);
  return {
    start_ms: Math.round(start * 1e3),
    warmUp_ms: Math.round(warmUp * 1e3),
    object_us: tenth(object * 1e6),
    event_us: tenth(event * 1e6),
    kilobyte_us: tenth(kilobyte * 1e6),
    row_us: tenth(row * 1e6),
    settle_ms: Math.round(settle * 1e3),
    settleEvent_us: tenth(settleEvent * 1e6),
    smallObjects_mb: peak(hours.filter((hour) => !isLarge(hour))),
    largeObjects_mb: peak(hours.filter(isLarge)),
  };
}

function isLarge({ load: { bytes, objects } }: MeasuredLoad): boolean {
  return bytes / objects > WHOLE_OBJECT_BYTES;
}

function tenth(number: number): number {
  return Math.round(number * 10) / 10;
}

function peak(hours: readonly MeasuredLoad[]): number {
  return Math.ceil(Math.max(0, ...hours.map(({ peak_mb }) => peak_mb)) / PEAK_STEP_MB) * PEAK_STEP_MB;
}
