import { readPayload } from '../config/payload.ts';
import { wholeNumber } from '../config/setting-kinds.ts';
import type { RunFilter } from '../warehouse/runs.ts';
import { inTermsOfFlags, readFlag } from './flag.ts';

/** The flags of `clickstream runs`, as they were typed. */
export interface RunsFlags {
  readonly last?: string;
  readonly hour?: string;
  readonly failed?: boolean;
  readonly json?: boolean;
}

/** A screen's worth. */
const DEFAULT_LAST = 20;

/**
 * Which runs the flags ask for.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_flag` that names the flag.
 */
export function readRunsFlags({ last, hour, failed = false }: RunsFlags, clock_ms: number): RunFilter {
  const filter = { last: readFlag('--last', last, wholeNumber(1, 100_000)) ?? DEFAULT_LAST, failed };
  if (hour === undefined) return filter;
  const request = inTermsOfFlags(() => readPayload({ targetUtcHour: hour }, clock_ms));
  return request.kind === 'hours' ? { ...filter, hour_ms: request.hours[0]!.hour_ms } : filter;
}
