import { readPayload, type RunRequest } from '../config/payload.ts';
import { wholeNumber } from '../config/setting-kinds.ts';
import type { RejectSelection } from '../warehouse/rejects.ts';
import { flagError, inTermsOfFlags, readFlag } from './flag.ts';
import { readHourRange } from './hour-range.ts';

/** The flags that select dead letters, as they were typed. */
export interface SelectionFlags {
  readonly code?: string;
  readonly hour?: string;
  readonly date?: string;
  readonly from?: string;
  readonly to?: string;
  readonly key?: string;
  readonly index?: string;
}

/** The flags of `clickstream rejects` and `rejects show`. */
export interface RejectsFlags extends SelectionFlags {
  readonly limit?: string;
  readonly raw?: boolean;
  readonly json?: boolean;
}

/** The flags of `clickstream rejects redrive`. */
export interface RedriveFlags extends SelectionFlags {
  readonly all?: boolean;
  readonly pipeline?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** How many dead letters `rejects show` prints when nobody says. */
const SHOWN = 20;

/**
 * The dead letters that flags select.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_flag` that names the flag.
 */
export function readSelection(flags: SelectionFlags, clock_ms: number): RejectSelection {
  const { code, key } = flags;
  if (code === '') throw flagError('--code is empty: give a code as "clickstream rejects" lists it.');
  if (key !== undefined && !key.startsWith('events/')) {
    throw flagError('--key is the whole key of an object, from "events/" on.');
  }
  const index = readFlag('--index', flags.index, wholeNumber(0, 2_147_483_646));
  if (index !== undefined && key === undefined) {
    throw flagError('--index is the place of a record in its object: give --key with it.');
  }
  const request = readHours(flags, clock_ms);
  const hours = request?.kind === 'hours' ? request.hours : [];
  return {
    ...(code === undefined ? {} : { code }),
    ...(hours.length === 0 ? {} : { from_ms: hours[0]!.hour_ms, to_ms: hours.at(-1)!.hour_ms }),
    ...(key === undefined ? {} : { key }),
    ...(index === undefined ? {} : { index }),
  };
}

/** The same for a redrive, which writes: it wants to be told what. */
export function readRedriveSelection(flags: RedriveFlags, clock_ms: number): RejectSelection {
  const selection = readSelection(flags, clock_ms);
  const isEmpty = Object.keys(selection).length === 0;
  if (isEmpty && flags.all !== true) {
    throw flagError(
      'Say which rejects to try again: --code, --hour, --date, --from and --to, --key, or --all of them.',
    );
  }
  if (!isEmpty && flags.all === true) throw flagError('--all is every reject there is: leave the other flags away.');
  return selection;
}

/** How many dead letters to show. */
export function readLimit(flags: RejectsFlags): number {
  return readFlag('--limit', flags.limit, wholeNumber(1, 10_000)) ?? SHOWN;
}

function readHours({ hour, date, from, to }: SelectionFlags, clock_ms: number): RunRequest | undefined {
  const given = [hour, date, from ?? to].filter((value) => value !== undefined);
  if (given.length === 0) return undefined;
  if (given.length > 1) throw flagError('Give one of --hour, --date, and --from with --to.');
  if (from !== undefined || to !== undefined) return readHourRange(from, to, clock_ms);
  const payload = hour === undefined ? { targetUtcDate: date } : { targetUtcHour: hour };
  return inTermsOfFlags(() => readPayload(payload, clock_ms));
}
