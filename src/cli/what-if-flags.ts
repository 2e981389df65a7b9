import { timeZone, wholeNumber } from '../config/setting-kinds.ts';
import type { SettlingRule } from '../config/settling-rule.ts';
import { HOUR_MS } from '../etl/pipeline/hours.ts';
import type { EventRange } from '../warehouse/what-if.ts';
import { flagError, readFlag } from './flag.ts';
import { readHourRange } from './hour-range.ts';

/** The flags of `clickstream sessions what-if`, as they were typed. */
export interface WhatIfFlags {
  readonly timeout?: string;
  readonly cutAtMidnight?: boolean;
  readonly timeZone?: string;
  readonly from?: string;
  readonly to?: string;
  readonly byDay?: boolean;
  readonly json?: boolean;
}

/**
 * What is asked for: what is other about the rule, and the events to look at.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_flag` that names the flag.
 */
export function readWhatIfFlags(
  flags: WhatIfFlags,
  clock_ms: number,
): { readonly change: Partial<SettlingRule>; readonly range?: EventRange } {
  const timeout_min = readFlag('--timeout', flags.timeout, wholeNumber(1, 1440));
  const zone = readFlag('--time-zone', flags.timeZone, timeZone);
  const change = {
    ...(timeout_min === undefined ? {} : { sessionTimeout_ms: timeout_min * 60_000 }),
    ...(flags.cutAtMidnight === undefined ? {} : { cutAtMidnight: flags.cutAtMidnight }),
    ...(zone === undefined ? {} : { reportingTimeZone: zone }),
  };
  if (Object.keys(change).length === 0) {
    throw flagError('Say what the rule would be: --timeout, --cut-at-midnight, --no-cut-at-midnight or --time-zone.');
  }
  if (flags.from === undefined && flags.to === undefined) return { change };
  const request = readHourRange(flags.from, flags.to, clock_ms);
  const hours = request.kind === 'hours' ? request.hours : [request.hour];
  return { change, range: { from_ms: hours[0]!.hour_ms, to_ms: hours.at(-1)!.hour_ms + HOUR_MS } };
}
