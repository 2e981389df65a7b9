/** Where raw events lie in the bucket; what lies elsewhere is never read. */
export const EVENTS_PREFIX = 'events/';

/** One hour, in milliseconds. */
export const HOUR_MS = 3_600_000;

/**
 * How long after its end an hour may still receive keys, in milliseconds. Ingest names the key when the request arrives
 * and stores it when S3 answers, so a key of the last second can appear after the hour is over.
 */
export const LATE_KEYS_MS = 300_000;

/**
 * The unit of lock, checkpoint and completion: an hour, or a part of one given by a longer prefix or a key range.
 * Two units are the same when {@link unitLabel} says the same of them.
 */
export interface HourUnit {
  /** The start of the UTC hour, in milliseconds since 1970. */
  readonly hour_ms: number;
  /** What to list: the hour's own prefix `events/YYYY/MM/DD/HH/`, or a longer one that begins with it. */
  readonly prefix: string;
  /** Only keys after this one, which is itself left out; begins with `prefix`. */
  readonly startAfter?: string;
  /** Only keys up to this one, which is itself included; begins with `prefix`. */
  readonly endAt?: string;
}

/** The start of the UTC hour that a moment falls in; both in milliseconds since 1970. */
export function hourOf(moment_ms: number): number {
  return Math.floor(moment_ms / HOUR_MS) * HOUR_MS;
}

/**
 * The prefix `events/YYYY/MM/DD/HH/` of the UTC hour that a moment falls in.
 *
 * @throws RangeError for a moment that is no date, or whose year has not four digits.
 */
export function hourPrefix(moment_ms: number): string {
  const iso = new Date(moment_ms).toISOString();
  if (iso.length !== '2025-12-06T05:00:00.000Z'.length) throw new RangeError(`${iso} has no four-digit year`);
  return `${EVENTS_PREFIX}${iso.slice(0, 13).replaceAll(/[-T]/g, '/')}/`;
}

/** The unit that is a whole hour, the one that a moment falls in. */
export function hourUnit(moment_ms: number): HourUnit {
  return { hour_ms: hourOf(moment_ms), prefix: hourPrefix(moment_ms) };
}

/**
 * The start of the hour that a key or prefix belongs to, in milliseconds, or undefined when it does not begin with the
 * whole prefix of an hour that exists (`events/2025/02/30/00/` does not).
 */
export function parseHourPrefix(keyOrPrefix: string): number | undefined {
  const match = /^events\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\//.exec(keyOrPrefix);
  if (match === null) return undefined;
  const [prefix, year, month, day, hour] = match;
  const hour_ms = Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`);
  // Engines differ on whether 30 February is an error or 2 March; the way back tells.
  return !Number.isNaN(hour_ms) && hourPrefix(hour_ms) === prefix ? hour_ms : undefined;
}

/**
 * The units that a prefix names, oldest first, by the meaning that S3 gives to a prefix: every hour whose own prefix
 * begins with it (`events/2025/12/06/` is 24 hours, `events/2025/12/06/0` is 10), or one part of an hour when the
 * prefix is longer than the hour's. At most a year: a prefix that does not name one, or names no hour that exists,
 * gives an empty array.
 */
export function expandPrefix(prefix: string): HourUnit[] {
  const hour_ms = parseHourPrefix(prefix);
  if (hour_ms !== undefined) return [{ hour_ms, prefix }];
  const year = /^events\/(\d{4})(?:\/|$)/.exec(prefix)?.[1];
  if (year === undefined) return [];
  const units: HourUnit[] = [];
  const end_ms = Date.parse(`${year}-12-31T23:00:00Z`) + HOUR_MS;
  for (const start_ms of hourRange(Date.parse(`${year}-01-01T00:00:00Z`), end_ms)) {
    const unit = hourUnit(start_ms);
    if (unit.prefix.startsWith(prefix)) units.push(unit);
  }
  return units;
}

/**
 * The starts of hours from the one that `from_ms` falls in up to, and without, `to_ms`, oldest first; all in
 * milliseconds since 1970.
 */
export function* hourRange(from_ms: number, to_ms: number): Generator<number, void, void> {
  for (let hour_ms = hourOf(from_ms); hour_ms < to_ms; hour_ms += HOUR_MS) yield hour_ms;
}

/** Whether a unit is all of its hour; only then can it complete the hour. */
export function isWholeHour(unit: HourUnit): boolean {
  return unit.startAfter === undefined && unit.endAt === undefined && unit.prefix === hourPrefix(unit.hour_ms);
}

/** One text for each unit, for logs and locks: its prefix, with the ends of a key range quoted after it. */
export function unitLabel({ prefix, startAfter, endAt }: HourUnit): string {
  const from = startAfter === undefined ? '' : ` after ${JSON.stringify(startAfter)}`;
  const to = endAt === undefined ? '' : ` up to ${JSON.stringify(endAt)}`;
  return prefix + from + to;
}

/**
 * From when on a listing of the unit's hour may be taken as final, in milliseconds since 1970: its end and
 * {@link LATE_KEYS_MS}. The moment to compare with is the one at which the listing began.
 */
export function closesAt_ms(unit: HourUnit): number {
  return unit.hour_ms + HOUR_MS + LATE_KEYS_MS;
}
