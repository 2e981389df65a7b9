import { readPayload, type RunRequest } from '../config/payload.ts';
import { HOUR_MS, hourOf, hourRange, hourUnit } from '../etl/pipeline/hours.ts';
import { flagError, inTermsOfFlags } from './flag.ts';

/** As far as counting hours back reaches: a leap year. */
const MOST_HOURS = 8784;

/**
 * The hours from `--from` up to `--to`, both included, oldest first. Without `--to`, up to the hour before this one.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_flag` that names the flag.
 */
export function readHourRange(from: string | undefined, to: string | undefined, clock_ms: number): RunRequest {
  if (from === undefined) throw flagError('--to is the end of a range: give --from with it.');
  const first_ms = readHour('--from', from, clock_ms);
  const last_ms = to === undefined ? hourOf(clock_ms) - HOUR_MS : readHour('--to', to, clock_ms);
  if (last_ms < first_ms) {
    throw flagError(
      to === undefined
        ? `--from is "${from}", and no hour after it is over yet: give --to as well.`
        : `--to is "${to}": give an hour that is not before --from.`,
    );
  }
  const count = (last_ms - first_ms) / HOUR_MS + 1;
  if (count > MOST_HOURS) {
    throw flagError(`--from and --to are ${count} hours apart: give at most ${MOST_HOURS}, and read year by year.`);
  }
  const hours = Array.from(hourRange(first_ms, last_ms + HOUR_MS), hourUnit);
  return { kind: 'hours', prefix: sharedPrefix(hours[0]!.prefix, hours.at(-1)!.prefix), hours };
}

/** Read as a payload's hour is, so that the same hours are allowed, spelled the same ways. */
function readHour(flag: string, text: string, clock_ms: number): number {
  const request = inTermsOfFlags(() => readPayload({ targetUtcHour: text }, clock_ms), { targetUtcHour: flag });
  return request.kind === 'hours' ? request.hours[0]!.hour_ms : request.hour.hour_ms;
}

/** The folder that two prefixes share: `events/2025/12/` of two days of a month. */
function sharedPrefix(first: string, last: string): string {
  let length = 0;
  while (length < first.length && first[length] === last[length]) length += 1;
  return first.slice(0, first.lastIndexOf('/', length - 1) + 1);
}
