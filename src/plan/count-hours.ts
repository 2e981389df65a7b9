import { objectsOf } from '../etl/pipeline/listing.ts';
import type { HourUnit } from '../etl/pipeline/hours.ts';
import { readObjects } from '../etl/pipeline/read-objects.ts';
import type { Origin } from '../etl/pipeline/record.ts';
import type { ObjectStore } from '../etl/pipeline/source.ts';
import type { HourLoad } from './forecast.ts';

/** What hours of a bucket have. */
export interface CountedHours {
  readonly hours: number;
  /** All of them together. Events and their bytes are worked out from a sample. */
  readonly total: HourLoad;
  /** The one with the most bytes. */
  readonly largest: HourLoad & { readonly hour_ms: number };
  /** How many objects were read for it. */
  readonly sampled: number;
}

interface Counted {
  readonly hour_ms: number;
  objects: number;
  storedBytes: number;
}

/** Objects that a sample has at most, and where reading it ends. */
const SAMPLED_OBJECTS = 64;
const SAMPLED_BYTES = 16 * 1024 * 1024;
const AHEAD_BYTES = 4 * 1024 * 1024;

/**
 * Counts the objects of hours by listing them, and their events by reading some, spread over all of them. An object that is
 * large is read in part.
 *
 * @param onHour told of each hour that is listed next, and how many there are.
 * @throws ClickstreamError for a bucket that cannot be read.
 */
export async function countHours(
  store: ObjectStore,
  units: readonly HourUnit[],
  signal: AbortSignal,
  onHour: (hour_ms: number, at: number, of: number) => void = () => undefined,
): Promise<CountedHours> {
  const counted: Counted[] = [];
  const sample = new Sample();
  for (const [at, unit] of units.entries()) {
    onHour(unit.hour_ms, at, units.length);
    const hour = { hour_ms: unit.hour_ms, objects: 0, storedBytes: 0 };
    for await (const origin of objectsOf(store, unit, signal)) {
      hour.objects += 1;
      hour.storedBytes += origin.size_bytes;
      sample.see(origin);
    }
    counted.push(hour);
  }
  const { events, bytes, storedBytes: sampledBytes, sampled } = await read(store, sample.objects, signal);
  const perByte = (share: number): number => (sampledBytes === 0 ? 0 : share / sampledBytes);
  const load = (hour: Counted): HourLoad => ({
    objects: hour.objects,
    events: Math.round(hour.storedBytes * perByte(events)),
    bytes: Math.round(hour.storedBytes * perByte(bytes)),
    storedBytes: hour.storedBytes,
  });
  const largest = counted.reduce((most, hour) => (hour.storedBytes > most.storedBytes ? hour : most), counted[0]!);
  return {
    hours: counted.length,
    total: load(counted.reduce(together)),
    largest: { ...load(largest), hour_ms: largest.hour_ms },
    sampled,
  };
}

function together(a: Counted, b: Counted): Counted {
  return { ...a, objects: a.objects + b.objects, storedBytes: a.storedBytes + b.storedBytes };
}

/** Every n-th object, where n grows so that there are never too many. */
class Sample {
  objects: Origin[] = [];
  #seen = 0;
  #step = 1;

  see(origin: Origin): void {
    if (this.#seen % this.#step === 0) this.objects.push(origin);
    this.#seen += 1;
    if (this.objects.length < SAMPLED_OBJECTS * 2) return;
    this.objects = this.objects.filter((_, at) => at % 2 === 0);
    this.#step *= 2;
  }
}

interface Sums {
  events: number;
  bytes: number;
  storedBytes: number;
  sampled: number;
}

/** The events of some objects, until they are enough. Of a large plain one a part tells; what gzip holds is known at its end. */
async function read(store: ObjectStore, origins: readonly Origin[], signal: AbortSignal): Promise<Sums> {
  const sums: Sums = { events: 0, bytes: 0, storedBytes: 0, sampled: 0 };
  const enough = new AbortController();
  const options = { partial: null, ahead_bytes: AHEAD_BYTES, signal: AbortSignal.any([signal, enough.signal]) };
  let end_bytes = 0;
  try {
    for await (const { origin, gzip, pieces, last } of readObjects(store, origins, options)) {
      for (const piece of pieces) {
        if (!piece.ok) continue;
        sums.events += 1;
        sums.bytes += piece.end_bytes - piece.start_bytes;
      }
      end_bytes = pieces.at(-1)?.end_bytes ?? end_bytes;
      const isLong = !gzip && sums.storedBytes + end_bytes >= SAMPLED_BYTES;
      if (!last && !isLong) continue;
      sums.storedBytes += last ? origin.size_bytes : end_bytes;
      sums.sampled += 1;
      end_bytes = 0;
      if (sums.storedBytes >= SAMPLED_BYTES) break;
    }
  } finally {
    enough.abort();
  }
  return sums;
}
