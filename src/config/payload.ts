import { HOUR_MS, hourOf, hourUnit, type HourUnit } from '../etl/pipeline/hours.ts';
import { nearestName } from './nearest-name.ts';
import { HOUR_KEYS, readHours } from './payload-hours.ts';
import { narrow, RANGE_KEYS } from './payload-range.ts';
import { invalidPayload, wrongValue } from './payload-values.ts';
import { shown } from './shown.ts';

/** What an invocation is asked to do. `prefix` is what it was asked for, as one prefix. */
export type RunRequest =
  /** The schedule's turn: this hour unless it is completed and unchanged, then the open hours before it. */
  | { readonly kind: 'scheduled'; readonly prefix: string; readonly hour: HourUnit }
  /** Somebody asked for these hours, oldest first and at least one; they are read again in any case. */
  | { readonly kind: 'hours'; readonly prefix: string; readonly hours: readonly HourUnit[] };

type Payload = Readonly<Record<string, unknown>>;

const OWN_KEYS: readonly string[] = [...HOUR_KEYS, ...RANGE_KEYS];

/** What EventBridge puts around an event; `replay-name` when it replays an archive. */
const EVENT_KEYS: readonly string[] = [
  'version',
  'id',
  'detail-type',
  'source',
  'account',
  'time',
  'region',
  'resources',
  'detail',
  'replay-name',
];

/** Another service's event has dozens of keys; the first ones tell whose it is. */
const MOST_KEYS_NAMED = 8;

/**
 * What a payload asks for.
 *
 * - nothing (`{}`, null, undefined) or an EventBridge event: the hour before the event's `time`, or before the clock's
 *   when there is none, so that a retry of an event does the same hour
 * - `hoursBack: n`: the hour that began n hours before the current one, by the same time; 1 is the hour just over
 * - `targetUtcHour: "2025-12-06T05:00:00Z"` or `targetUtcDate: "2025-12-06"`
 * - `overridePrefix: "events/2025/12/06/05/"`: an hour; a shorter prefix, down to a year, is all hours that begin with
 *   it, a longer one is a part of an hour
 * - `startAfter` (itself left out) and `endAt` (itself included), beside one of these that is one hour: a range of keys
 *
 * Of a date or a shorter prefix, the hours that have not begun yet are left out.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_payload` that names the keys that are unknown or wrong.
 */
export function readPayload(payload: unknown, clock_ms: number): RunRequest {
  const given = readObject(payload);
  const now_ms = readTime(given) ?? clock_ms;
  const [key, ...others] = HOUR_KEYS.filter((name) => given[name] !== undefined);
  if (others.length > 0) throw invalidPayload(`Give one of ${[key, ...others].join(' and ')}, not all of them.`);

  if (key === undefined) {
    const range = RANGE_KEYS.find((name) => given[name] !== undefined);
    if (range !== undefined) throw rangeWithoutHour(range);
    const hour = hourUnit(hourOf(now_ms) - HOUR_MS);
    if (hour.hour_ms > clock_ms) throw notBegun('time', given['time']);
    return { kind: 'scheduled', prefix: hour.prefix, hour };
  }

  const { prefix, hours } = readHours(key, given[key], now_ms);
  const begun = hours.filter(({ hour_ms }) => hour_ms <= clock_ms);
  if (begun.length === 0) throw notBegun(key, given[key]);
  const range = RANGE_KEYS.find((name) => given[name] !== undefined);
  if (range === undefined) return { kind: 'hours', prefix, hours: begun };
  if (hours.length > 1) throw rangeWithoutHour(range);
  return { kind: 'hours', prefix, hours: begun.map((unit) => narrow(unit, given)) };
}

function readObject(payload: unknown): Payload {
  if (payload === undefined || payload === null) return {};
  if (typeof payload !== 'object' || Array.isArray(payload)) {
    throw wrongValue(
      'The payload',
      payload,
      `an object with ${OWN_KEYS.join(', ')}, or {} for the hour before this one`,
    );
  }
  const given = payload as Payload;
  // A bare `time` is what EventBridge Scheduler can put into an input of one's own (`<aws.scheduler.scheduled-time>`).
  const isEvent = 'time' in given || ('source' in given && 'detail-type' in given);
  const known = isEvent ? [...OWN_KEYS, ...EVENT_KEYS] : OWN_KEYS;
  const unknown = Object.keys(given).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw unknownKeys(unknown);
  return given;
}

function unknownKeys(keys: readonly string[]): Error {
  const named = keys.slice(0, MOST_KEYS_NAMED).map((key) => {
    const meant = nearestName(key, OWN_KEYS);
    return shown(key) + (meant === undefined ? '' : ` (did you mean ${meant}?)`);
  });
  const more = keys.length > named.length ? ` and ${keys.length - named.length} more` : '';
  return invalidPayload(`The payload has unknown keys: ${named.join(', ')}${more}. Known are ${OWN_KEYS.join(', ')}.`);
}

/** When an event says it happened, in milliseconds since 1970; undefined when it does not say. */
function readTime({ time }: Payload): number | undefined {
  if (time === undefined) return undefined;
  if (typeof time === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(time)) {
    const time_ms = Date.parse(time);
    // The way back refuses 30 February; the year refuses a zero value that a template left behind.
    if (time_ms >= HOUR_MS && new Date(time_ms).toISOString().slice(0, 19) === time.slice(0, 19)) return time_ms;
  }
  throw wrongValue('time', time, 'a moment in UTC, such as "2025-12-06T06:05:00Z"');
}

function notBegun(key: string, value: unknown): Error {
  return wrongValue(key, value, 'hours that have begun; these are in the future');
}

function rangeWithoutHour(key: string): Error {
  return invalidPayload(
    `${key} is a key of one hour: give hoursBack, targetUtcHour or the overridePrefix of an hour with it.`,
  );
}
