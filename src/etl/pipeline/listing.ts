import type { HourUnit } from './hours.ts';
import { NO_KEYS, withKey, type KeysSeen, type Progress } from './progress.ts';
import type { Origin } from './record.ts';
import type { ObjectStore } from './source.ts';

/** The objects of a unit, one by one, in key order. */
export async function* objectsOf(
  store: ObjectStore,
  unit: HourUnit,
  signal: AbortSignal,
): AsyncGenerator<Origin, void, undefined> {
  const options = unit.startAfter === undefined ? { signal } : { signal, startAfter: unit.startAfter };
  for await (const page of store.list(unit.prefix, options)) {
    for (const origin of page) {
      if (unit.endAt !== undefined && compareKeys(origin.key, unit.endAt) > 0) return;
      yield origin;
    }
  }
}

/** All keys of a unit as the listing has them now. */
export async function listKeys(store: ObjectStore, unit: HourUnit, signal: AbortSignal): Promise<KeysSeen> {
  let seen = NO_KEYS;
  for await (const origin of objectsOf(store, unit, signal)) seen = withKey(seen, origin);
  return seen;
}

/** Whether two listings had the same keys with the same content. */
export function sameKeys(a: KeysSeen, b: KeysSeen): boolean {
  return a.objects === b.objects && a.digest === b.digest;
}

/**
 * What is left of a listing after the keys that a checkpoint has seen; undefined when the listing does not begin with
 * exactly these, so that the unit must be read from its start.
 */
export async function remaining(
  origins: AsyncGenerator<Origin, void, undefined>,
  { seen, partial }: Progress,
): Promise<AsyncIterable<Origin> | undefined> {
  let again = NO_KEYS;
  while (again.objects < seen.objects) {
    const next = await origins.next();
    if (next.done) return undefined;
    again = withKey(again, next.value);
  }
  if (again.digest !== seen.digest) return undefined;
  if (!partial) return origins;
  const next = await origins.next();
  if (next.done || next.value.key !== partial.key || next.value.etag !== partial.etag) return undefined;
  return startingWith(next.value, origins);
}

async function* startingWith(first: Origin, rest: AsyncIterable<Origin>): AsyncGenerator<Origin, void, undefined> {
  yield first;
  yield* rest;
}

/** S3's order: by UTF-8 bytes, where JavaScript compares UTF-16 units. */
function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
