import type { HourUnit } from '../etl/pipeline/hours.ts';
import { invalidPayload, isKeyText, wrongValue } from './payload-values.ts';

/** The keys that narrow one hour to a range of its objects. */
export const RANGE_KEYS = ['startAfter', 'endAt'] as const;

/**
 * A unit narrowed to the key range that a payload gives, if it gives one.
 *
 * @throws ClickstreamError `invalid_payload` that names `startAfter` or `endAt`, for a key that does not lie in the
 *   unit, and for a range that can hold no key.
 */
export function narrow(unit: HourUnit, payload: Readonly<Record<string, unknown>>): HourUnit {
  const startAfter = readKey('startAfter', payload, unit);
  const endAt = readKey('endAt', payload, unit);
  // S3 sorts keys by their UTF-8 bytes; JavaScript compares UTF-16, which puts emoji before U+FF01.
  if (
    startAfter !== undefined &&
    endAt !== undefined &&
    Buffer.compare(Buffer.from(startAfter), Buffer.from(endAt)) >= 0
  ) {
    throw invalidPayload(
      'endAt does not come after startAfter in the order of keys, so that no key lies between them.',
    );
  }
  return { ...unit, ...(startAfter === undefined ? {} : { startAfter }), ...(endAt === undefined ? {} : { endAt }) };
}

function readKey(
  name: (typeof RANGE_KEYS)[number],
  payload: Readonly<Record<string, unknown>>,
  { prefix }: HourUnit,
): string | undefined {
  const value = payload[name];
  if (value === undefined) return undefined;
  if (isKeyText(value) && value.startsWith(prefix)) return value;
  throw wrongValue(name, value, `a whole key that begins with "${prefix}"`);
}
