import { readPayload } from '../config/payload.ts';
import type { HoursRequest } from '../etl/replay/replay.ts';
import { flagError, inTermsOfFlags } from './flag.ts';
import { readHourRange } from './hour-range.ts';

/** The flags of `clickstream replay`, as they were typed. */
export interface ReplayFlags {
  readonly hour?: string;
  readonly date?: string;
  readonly from?: string;
  readonly to?: string;
  readonly pipeline?: string;
  readonly apply?: boolean;
  readonly json?: boolean;
}

/**
 * The hours that flags ask for.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_flag` that names the flag.
 */
export function readReplayFlags({ hour, date, from, to }: ReplayFlags, clock_ms: number): HoursRequest {
  const given = [hour, date, from ?? to].filter((value) => value !== undefined);
  if (given.length !== 1) throw flagError('Say which hours to replay: one of --hour, --date, and --from with --to.');
  const payload = hour === undefined ? { targetUtcDate: date } : { targetUtcHour: hour };
  const request =
    from !== undefined || to !== undefined
      ? readHourRange(from, to, clock_ms)
      : inTermsOfFlags(() => readPayload(payload, clock_ms));
  // Hours that are named are never the schedule's.
  return request as HoursRequest;
}
