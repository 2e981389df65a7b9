import { readPayload } from '../config/payload.ts';
import type { HourUnit } from '../etl/pipeline/hours.ts';
import { payloadOf } from './etl-flags.ts';
import { flagError, inTermsOfFlags } from './flag.ts';
import { readHourRange } from './hour-range.ts';

/** The flags of `clickstream audit`, as they were typed. */
export interface AuditFlags {
  readonly hour?: string;
  readonly date?: string;
  readonly from?: string;
  readonly to?: string;
  readonly keys?: boolean;
  readonly json?: boolean;
}

/**
 * The hours that the flags ask for, oldest first and at least one.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_flag` that names the flag.
 */
export function readAuditHours({ hour, date, from, to }: AuditFlags, clock_ms: number): readonly HourUnit[] {
  const isRange = from !== undefined || to !== undefined;
  const other = hour === undefined ? (date === undefined ? undefined : '--date') : '--hour';
  if (isRange && other !== undefined) throw flagError(`Give --from and --to, or ${other}, not both of them.`);
  if (!isRange && other === undefined) throw flagError('Give the hours to audit: --hour, --date, or --from and --to.');
  const request = isRange
    ? readHourRange(from, to, clock_ms)
    : inTermsOfFlags(() =>
        readPayload(
          payloadOf({ ...(hour === undefined ? {} : { hour }), ...(date === undefined ? {} : { date }) }),
          clock_ms,
        ),
      );
  return request.kind === 'hours' ? request.hours : [request.hour];
}
