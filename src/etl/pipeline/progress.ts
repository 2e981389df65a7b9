import { hash } from 'node:crypto';
import type { Counts } from './ledger.ts';
import { noCounts } from './ledger.ts';
import type { ObjectPosition, Origin } from './record.ts';

/** The keys that a pass has read to their end, in order; equal when the same keys with the same content were read. */
export interface KeysSeen {
  readonly objects: number;
  readonly bytes: number;
  /** Chained over (key, ETag, size) of each key; empty for no keys. */
  readonly digest: string;
  readonly lastKey: string | null;
}

/** Before the first key. */
export const NO_KEYS: KeysSeen = { objects: 0, bytes: 0, digest: '', lastKey: null };

/** The same with one more key. Chained, so that a checkpoint can hold it and any later run can go on from it. */
export function withKey(seen: KeysSeen, { key, etag, size_bytes }: Origin): KeysSeen {
  return {
    objects: seen.objects + 1,
    bytes: seen.bytes + size_bytes,
    digest: hash('sha1', `${seen.digest}\n${key}\n${etag}\n${size_bytes}`, 'base64'),
    lastKey: key,
  };
}

/** Where reading goes on within an object that is not read to its end. */
export interface PartialObject extends ObjectPosition {
  readonly key: string;
  readonly etag: string;
}

/**
 * - `new`: never read
 * - `reading`: a pass is under way; the next run goes on with it
 * - `loaded`: read to its end, but more keys may still come
 * - `completed`: read to its end from a listing that no key can have come after
 */
export type UnitState = 'new' | 'reading' | 'loaded' | 'completed';

/** How far a unit has come. Stored in the transaction of every batch. */
export interface Progress {
  readonly state: UnitState;
  /** How often the unit was read from its start; 1 while it is first read. */
  readonly pass: number;
  readonly seen: KeysSeen;
  /** Set when the last commit ended within the object after `seen.lastKey`. */
  readonly partial: PartialObject | null;
  /** Of the pass, over all runs that worked on it. */
  readonly counts: Readonly<Counts>;
}

/** A unit that was never read. */
export const UNREAD: Progress = { state: 'new', pass: 0, seen: NO_KEYS, partial: null, counts: noCounts() };

/** The same unit at the start of another pass. */
export function nextPass(progress: Progress): Progress {
  return { state: 'reading', pass: progress.pass + 1, seen: NO_KEYS, partial: null, counts: noCounts() };
}

/** A place between records: before record `index` of the object `key`, and after everything that comes before. */
export interface Place {
  readonly key: string;
  readonly index: number;
}

/** An index after that of every record. */
export const AFTER_ALL_RECORDS = 2_147_483_647;

/** Where a progress ends: everything before it was read. The unit's start when nothing was. */
export function placeOf({ seen, partial }: Progress, startAfter: string): Place {
  if (partial) return { key: partial.key, index: partial.index };
  return { key: seen.lastKey ?? startAfter, index: AFTER_ALL_RECORDS };
}
