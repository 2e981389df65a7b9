import { nearestName } from '../config/nearest-name.ts';
import { readPayload, type RunRequest } from '../config/payload.ts';
import { wholeNumber } from '../config/setting-kinds.ts';
import type { Pipeline } from '../etl/pipeline/pipeline.ts';
import { flagError, inTermsOfFlags, readFlag } from './flag.ts';

/** The flags of `clickstream try`, as they were typed. */
export interface TryFlags {
  readonly events?: string;
  readonly prefix?: string;
  readonly hour?: string;
  readonly only?: string;
  readonly limit?: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

/** Where the events come from. */
export type TrySource =
  | { readonly kind: 'samples' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'bucket'; readonly request: RunRequest };

export interface TryPlan {
  readonly source: TrySource;
  /** At most so many events. */
  readonly limit: number;
}

const SHOWN = 20;

/**
 * What is to be tried.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_flag` that names the flag.
 */
export function readTryFlags(flags: TryFlags, clock_ms: number): TryPlan {
  const { events, prefix, hour, json, watch } = flags;
  const limit = readFlag('--limit', flags.limit, wholeNumber(1, 10_000)) ?? SHOWN;
  if ([events, prefix, hour].filter((value) => value !== undefined).length > 1) {
    throw flagError('Give one of --events, --prefix and --hour, or none for sample events.');
  }
  if (events === '') throw flagError('--events is empty: give a file of events, such as events.ndjson.');
  if (watch === true && json === true) throw flagError('--watch shows again and again; --json is one document.');
  if (events !== undefined) return { source: { kind: 'file', path: events }, limit };
  if (prefix === undefined && hour === undefined) return { source: { kind: 'samples' }, limit };
  const payload = prefix === undefined ? { targetUtcHour: hour } : { overridePrefix: prefix };
  return { source: { kind: 'bucket', request: inTermsOfFlags(() => readPayload(payload, clock_ms)) }, limit };
}

/**
 * The transforms to show.
 *
 * @throws ClickstreamError `invalid_flag` when the pipeline has none of that name.
 */
export function readOnly(only: string | undefined, { transforms }: Pipeline): ReadonlySet<string> {
  const names = transforms.map(({ name }) => name);
  if (only === undefined) return new Set(names);
  if (names.includes(only)) return new Set([only]);
  const nearest = nearestName(only, names);
  const hint = nearest === undefined ? '' : ` Is it "${nearest}"?`;
  throw flagError(`--only is "${only}", which the pipeline has not: it has ${names.join(', ')}.${hint}`);
}
