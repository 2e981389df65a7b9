import { LIMITS } from '../etl/pipeline/record.ts';
import type { EraseRequest } from '../warehouse/erase.ts';
import type { HourUnit } from '../etl/pipeline/hours.ts';
import { flagError } from './flag.ts';
import { readHourRange } from './hour-range.ts';

/** The flags of `clickstream erase`, as they were typed. */
export interface EraseFlags {
  readonly user?: readonly string[];
  readonly client?: readonly string[];
  readonly withClients?: boolean;
  readonly raw?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly pipeline?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Whom flags mean.
 *
 * @throws ClickstreamError `invalid_flag` that names the flag and never an id.
 */
export function readEraseRequest({ user = [], client = [], withClients = false }: EraseFlags): EraseRequest {
  if (user.length + client.length === 0)
    throw flagError('Say whom to erase: --user ID, --client ID, or several of them.');
  if (withClients && user.length === 0)
    throw flagError('--with-clients means the clients of users: give --user with it.');
  return { users: ids('--user', user), clients: ids('--client', client), withClients };
}

/**
 * The hours of raw objects that flags mean, oldest first; undefined for all there are.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_flag` that names the flag.
 */
export function readRawHours({ raw = false, ...flags }: EraseFlags, clock_ms: number): readonly HourUnit[] | undefined {
  const { from, to, pipeline } = flags;
  const given = Object.entries({ from, to, pipeline }).find(([, value]) => value !== undefined)?.[0];
  if (!raw && given !== undefined) throw flagError(`--${given} is about raw objects: give --raw with it.`);
  if (from === undefined && to === undefined) return undefined;
  const request = readHourRange(from, to, clock_ms);
  return request.kind === 'hours' ? request.hours : [request.hour];
}

function ids(flag: string, typed: readonly string[]): string[] {
  for (const id of typed) {
    // What no event has: a slip of a script, most likely an empty variable.
    if (id === '') throw flagError(`${flag} is empty: give the id as the events have it.`);
    if (Buffer.byteLength(id) > LIMITS.id_bytes)
      throw flagError(`${flag} is longer than ids are: ${LIMITS.id_bytes} bytes.`);
    if (id.includes('\0')) throw flagError(`${flag} holds the character U+0000, which no id has.`);
  }
  return [...new Set(typed)];
}
