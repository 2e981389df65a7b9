import { readPayload, type RunRequest } from '../config/payload.ts';
import { wholeNumber } from '../config/setting-kinds.ts';
import type { HourLoad, Place } from '../plan/forecast.ts';
import { payloadOf } from './etl-flags.ts';
import { flagError, inTermsOfFlags, readFlag } from './flag.ts';
import { readHourRange } from './hour-range.ts';

/** The flags of `clickstream plan`, as they were typed. */
export interface PlanFlags {
  readonly hour?: string;
  readonly date?: string;
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string;
  readonly events?: string;
  readonly eventsPerObject?: string;
  readonly eventBytes?: string;
  readonly latency?: string;
  readonly memory?: string;
  readonly timeout?: string;
  readonly json?: boolean;
}

/** What a plan is made for: hours of the bucket, or one that is only thought of. */
export type PlanSource =
  { readonly kind: 'bucket'; readonly request: RunRequest } | { readonly kind: 'assumed'; readonly load: HourLoad };

export interface PlanRequest {
  readonly source: PlanSource;
  readonly place: Place;
}

/** What a GET takes within a region; the usual timeout's end; memory that all hours have been seen to fit in. */
const USUAL = { latency_ms: 15, timeout_s: 900, memory_mb: 512, eventBytes: 700 };
const MOST_EVENTS = 1_000_000_000;

/**
 * What a plan is asked for.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_flag` that names the flag.
 */
export function readPlanFlags(flags: PlanFlags, clock_ms: number): PlanRequest {
  const place = {
    memory_mb: readFlag('--memory', flags.memory, wholeNumber(128, 10_240)) ?? USUAL.memory_mb,
    timeout_s: readFlag('--timeout', flags.timeout, wholeNumber(3, 900)) ?? USUAL.timeout_s,
    latency_ms: readFlag('--latency', flags.latency, wholeNumber(0, 60_000)) ?? USUAL.latency_ms,
  };
  const events = readFlag('--events', flags.events, wholeNumber(0, MOST_EVENTS));
  const perObject = readFlag('--events-per-object', flags.eventsPerObject, wholeNumber(1, MOST_EVENTS));
  const eventBytes = readFlag('--event-bytes', flags.eventBytes, wholeNumber(2, 16_777_216));
  const { hour, date, prefix, from, to } = flags;
  const isRange = from !== undefined || to !== undefined;
  const given = [hour, date, prefix].filter((value) => value !== undefined).length + (isRange ? 1 : 0);
  if (events === undefined) {
    if (perObject !== undefined || eventBytes !== undefined) {
      throw flagError('--events-per-object and --event-bytes go with --events: give how many events an hour has.');
    }
    if (given !== 1) {
      throw flagError(
        'Give hours of the bucket (one of --hour, --date, --prefix, --from with --to), or --events for an hour that is thought of.',
      );
    }
    const request = isRange
      ? readHourRange(from, to, clock_ms)
      : inTermsOfFlags(() => readPayload(payloadOf(flags), clock_ms));
    return { source: { kind: 'bucket', request }, place };
  }
  if (given > 0) throw flagError('Give --events, or hours of the bucket, not both.');
  const bytes = events * (eventBytes ?? USUAL.eventBytes);
  const load = { objects: Math.ceil(events / (perObject ?? 1)), events, bytes, storedBytes: bytes };
  return { source: { kind: 'assumed', load }, place };
}
