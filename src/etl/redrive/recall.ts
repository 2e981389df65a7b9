import { decodeBuffer } from '../pipeline/decode/decode-object.ts';
import { RecordPiece } from '../pipeline/decode/piece.ts';
import { readObjects } from '../pipeline/read-objects.ts';
import type { Decoded, Origin } from '../pipeline/record.ts';
import type { ObjectStore } from '../pipeline/source.ts';
import type { StoredReject } from '../../warehouse/rejects.ts';

/** Why a dead letter stays as it is: what it was made of cannot be had any more. */
export type KeptBecause = 'object_missing' | 'object_changed';

/** Part of what one dead letter is made of, as reading it again gives it. */
export interface Recalled {
  readonly reject: StoredReject;
  readonly origin: Origin;
  readonly pieces: readonly Decoded[];
  /** Whether this is all of it, or the last part. */
  readonly last: boolean;
}

/** A dead letter that stays. */
export interface Kept {
  readonly reject: StoredReject;
  readonly kept: KeptBecause;
}

export interface RecallOptions {
  /** Bytes of an object that may be read ahead. */
  readonly ahead_bytes: number;
  readonly signal: AbortSignal;
}

/**
 * Reads again what one object's dead letters are made of, in their order. A record that was kept whole is taken as it
 * was kept, so that a dead letter outlives its object. The others (cut at 64 KiB, no record, or all of the rest of an
 * object) are read from S3, once for all of them, and only from the version that was read then.
 */
export async function* recall(
  rejects: readonly StoredReject[],
  store: ObjectStore,
  options: RecallOptions,
): AsyncGenerator<Recalled | Kept, void, undefined> {
  const unread: StoredReject[] = [];
  for (const reject of rejects) {
    const piece = keptWhole(reject);
    if (piece) yield { reject, origin: originOf(reject), pieces: [piece], last: true };
    else unread.push(reject);
  }
  if (unread.length === 0) return;
  const { key } = unread[0]!;
  const origin = await find(key, store, options.signal);
  for (const reject of unread) {
    if (!origin) yield { reject, kept: 'object_missing' };
    else if (origin.etag !== reject.etag) yield { reject, kept: 'object_changed' };
  }
  const wanted = unread.filter(({ etag }) => etag === origin?.etag);
  if (origin && wanted.length > 0) yield* fromObject(origin, wanted, store, options);
}

/** The record of a dead letter, when its bytes were kept whole and are one JSON object and nothing else. */
function keptWhole({ index, start_bytes, end_bytes, raw }: StoredReject): RecordPiece | undefined {
  if (raw.length === 0 || raw.length !== end_bytes - start_bytes) return undefined;
  const pieces = decodeBuffer(raw)?.pieces ?? [];
  const [piece] = pieces;
  if (pieces.length !== 1 || !piece?.ok || piece.from !== 0 || piece.to !== raw.length) return undefined;
  return new RecordPiece(piece.event, index, start_bytes, raw, 0, raw.length, 'lines', false);
}

/** The pieces that lie where the dead letters lay. */
async function* fromObject(
  origin: Origin,
  rejects: readonly StoredReject[],
  store: ObjectStore,
  { ahead_bytes, signal }: RecallOptions,
): AsyncGenerator<Recalled | Kept, void, undefined> {
  let at = 0;
  for await (const chunk of readObjects(store, only(origin), { partial: null, ahead_bytes, signal })) {
    // It was replaced between the listing and the read.
    if (chunk.origin.etag !== origin.etag) {
      for (const reject of rejects.slice(at)) yield { reject, kept: 'object_changed' };
      return;
    }
    let pieces: Decoded[] = [];
    for (const piece of chunk.pieces) {
      while (at < rejects.length && isAfter(piece, rejects[at]!)) {
        yield { reject: rejects[at]!, origin, pieces, last: true };
        pieces = [];
        at += 1;
      }
      const reject = rejects[at];
      if (!reject) return;
      if (isOf(piece, reject)) pieces.push(piece);
    }
    if (pieces.length > 0) yield { reject: rejects[at]!, origin, pieces, last: false };
  }
  for (const reject of rejects.slice(at)) yield { reject, origin, pieces: [], last: true };
}

/** Whether a piece is what was rejected, or part of it. */
function isOf(piece: Decoded, reject: StoredReject): boolean {
  return !isAfter(piece, reject) && piece.index >= reject.index;
}

function isAfter(piece: Decoded, reject: StoredReject): boolean {
  if (isWholeObject(reject)) return false;
  return piece.index > reject.index && piece.start_bytes >= reject.end_bytes;
}

/** An object that could not be read at all was rejected without a byte of it. */
function isWholeObject({ index, end_bytes }: StoredReject): boolean {
  return index === 0 && end_bytes === 0;
}

/** Its size is not kept, and nothing asks for it: no object is read. */
function originOf({ key, etag, lastModified_ms }: StoredReject): Origin {
  return { key, etag, lastModified_ms, size_bytes: 0 };
}

/** An object as it is listed now. */
async function find(key: string, store: ObjectStore, signal: AbortSignal): Promise<Origin | undefined> {
  for await (const [first] of store.list(key, { signal })) {
    // The key itself is the first of those that begin with it.
    if (first) return first.key === key ? first : undefined;
  }
  return undefined;
}

async function* only(origin: Origin): AsyncGenerator<Origin> {
  yield origin;
  await Promise.resolve();
}
