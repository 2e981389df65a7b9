import { closesAt_ms, type HourUnit } from '../etl/pipeline/hours.ts';
import { NO_KEYS, withKey } from '../etl/pipeline/progress.ts';
import type { Origin } from '../etl/pipeline/record.ts';
import { imbalancesOf } from './audit-balance.ts';
import { KeysRead } from './audit-keys.ts';
import type { HourLedger, UnitLedger } from './audit-ledger.ts';

/**
 * - `completed`: it was read to its end
 * - `never`: no run has read anything of it
 * - `running`: a run is at work on it
 * - `failed`, `lost`: its last run failed, or died
 * - `open`: it was not read to its end, or before it was over
 */
export type AuditState = 'completed' | 'never' | 'running' | 'failed' | 'lost' | 'open';

/** Keys that something holds for: how many there are, and some of them or all. */
export interface FoundKeys {
  readonly count: number;
  readonly keys: readonly string[];
}

/** What an hour's audit found. */
export interface HourAudit {
  readonly hour_ms: number;
  readonly state: AuditState;
  /** Of the last run, when it failed. */
  readonly errorCode: string | null;
  /** Whether no more keys can come: until then nothing is missing yet. */
  readonly over: boolean;
  /** What the bucket has. */
  readonly objects: number;
  readonly bytes: number;
  /** Objects that the ledger has as read, over all units of the hour. */
  readonly read: number;
  readonly unread: FoundKeys;
  readonly changed: FoundKeys;
  /** Read, and no longer in the bucket, as lifecycle rules do it: told, and no fault. Few of their names are kept. */
  readonly gone: FoundKeys;
  /** A sentence for each account that contradicts another; see {@link imbalancesOf}. */
  readonly imbalances: readonly string[];
  /**
   * - `keys`: every key was compared
   * - `counts`: it was read before manifests were kept, so that keys cannot be named; `unread` and `changed` are counts
   */
  readonly compared: 'keys' | 'counts';
}

/**
 * Compares what the bucket has of an hour with what the ledger says was read.
 *
 * @param most_keys how many keys of each kind to keep.
 */
export async function auditHour(
  unit: HourUnit,
  ledger: HourLedger,
  origins: AsyncIterable<Origin>,
  { now_ms, most_keys }: { readonly now_ms: number; readonly most_keys: number },
): Promise<HourAudit> {
  const read = ledger.units.filter(({ state }) => state !== 'new');
  const hasManifests = read.every(({ manifest, counts }) => manifest.objects === counts.processed);
  const keys = new KeysRead(hasManifests ? read.map(({ manifest }) => manifest) : []);
  const found = { unread: new Found(most_keys), changed: new Found(most_keys) };
  let listed = NO_KEYS;
  for await (const origin of origins) {
    listed = hasManifests
      ? { ...listed, objects: listed.objects + 1, bytes: listed.bytes + origin.size_bytes }
      : withKey(listed, origin);
    const verdict = hasManifests ? keys.verdict(origin) : 'read';
    if (verdict !== 'read') found[verdict].add(origin.key);
  }
  let objectsRead = 0;
  for (const { counts } of read) objectsRead += counts.processed;
  const differences = hasManifests
    ? { ...found, gone: { count: keys.gone, keys: keys.goneKeys().slice(0, most_keys) }, compared: 'keys' as const }
    : { ...byCounts(listed, read, objectsRead), compared: 'counts' as const };
  return {
    hour_ms: unit.hour_ms,
    ...stateOf(unit, ledger.units),
    over: now_ms >= closesAt_ms(unit),
    objects: listed.objects,
    bytes: listed.bytes,
    read: objectsRead,
    ...differences,
    imbalances: imbalancesOf(ledger),
  };
}

/** Whether an hour is to be run again: something is missing or changed, it is not read to its end, or does not balance. */
export function isAtFault({ state, over, unread, changed, imbalances }: HourAudit): boolean {
  if (imbalances.length > 0) return true;
  if (!over) return false;
  return unread.count > 0 || changed.count > 0 || (state !== 'completed' && state !== 'never');
}

class Found implements FoundKeys {
  count = 0;
  readonly keys: string[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(key: string): void {
    this.count += 1;
    if (this.keys.length < this.#most) this.keys.push(key);
  }
}

/** All that can be said without manifests. The chained hash tells whether anything differs, not what. */
function byCounts(
  listed: typeof NO_KEYS,
  units: readonly UnitLedger[],
  objectsRead: number,
): Pick<HourAudit, 'unread' | 'changed' | 'gone'> {
  const more = Math.max(0, listed.objects - objectsRead);
  const fewer = Math.max(0, objectsRead - listed.objects);
  const differs = units.length === 1 && units[0]!.digest !== listed.digest;
  const keys: string[] = [];
  return {
    unread: { count: more, keys },
    changed: { count: differs && more === 0 && fewer === 0 ? 1 : 0, keys },
    gone: { count: fewer, keys },
  };
}

/** The hour's own unit decides, unless only ranges of it were read: then all of them must be at their end. */
function stateOf(hour: HourUnit, units: readonly UnitLedger[]): Pick<HourAudit, 'state' | 'errorCode'> {
  const whole = units.find(({ unit }) => unit === hour.prefix);
  const ranges = units.filter((unit) => unit !== whole && unit.state !== 'new');
  const deciding = whole && (whole.state !== 'new' || ranges.length === 0) ? [whole] : ranges;
  const open = deciding.find(({ state }) => state !== 'completed');
  if (!open) return { state: deciding.length > 0 ? 'completed' : 'never', errorCode: null };
  const errorCode = open.lastRun?.errorCode ?? null;
  if (open.held) return { state: 'running', errorCode: null };
  if (open.lastRun?.status === 'failed') return { state: 'failed', errorCode };
  if (open.lastRun?.status === 'lost' || open.lastRun?.status === 'running') return { state: 'lost', errorCode: null };
  return { state: open.state === 'new' ? 'never' : 'open', errorCode: null };
}
