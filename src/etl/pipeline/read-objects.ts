import { pMapIterable } from 'p-map';
import { ClickstreamError } from '../../errors.ts';
import { ByteGate } from './byte-gate.ts';
import { decodeBuffer, decodeObject, firstByteNeeded, type DecodedChunk } from './decode/decode-object.ts';
import type { PartialObject } from './progress.ts';
import type { Decoded, Origin, UndecodedRecord } from './record.ts';
import { UNREADABLE_OBJECT, type ObjectStore, type StoredObject } from './source.ts';

/** Part of an object, in order. */
export interface ObjectChunk {
  readonly origin: Origin;
  readonly gzip: boolean;
  readonly pieces: readonly Decoded[];
  /** Whether the object ends here. */
  readonly last: boolean;
}

export interface ReadOptions {
  /** The first object is read from here on. */
  readonly partial: PartialObject | null;
  /** Bytes of whole objects that may be in flight or waiting for their turn. */
  readonly ahead_bytes: number;
  readonly signal: AbortSignal;
}

/** Objects up to this size are fetched whole and ahead; larger ones are streamed when it is their turn. */
export const WHOLE_OBJECT_BYTES = 1024 * 1024;
/** GETs at once. With 15 ms each, 128 of them allow some 8,000 objects a second. */
export const CONCURRENT_GETS = 128;
const WAITING_OBJECTS = 512;
const SLICE_BYTES = 64 * 1024;

/** An object whose turn has come: its bytes if they were fetched ahead. */
interface Fetched {
  readonly origin: Origin;
  readonly whole?: StoredObject<Buffer>;
  readonly error?: unknown;
}

/** Reads objects, many at a time and delivered in order. An error surfaces when its object's turn comes. */
export async function* readObjects(
  store: ObjectStore,
  origins: AsyncIterable<Origin> | Iterable<Origin>,
  { partial, ahead_bytes, signal }: ReadOptions,
): AsyncGenerator<ObjectChunk, void, undefined> {
  const gate = new ByteGate(ahead_bytes);
  const fetchAhead = async (origin: Origin): Promise<Fetched> => {
    if (!isFetchedAhead(origin, partial)) return { origin };
    // Asked for in key order, so the object whose turn is next never waits for one behind it.
    await gate.enter(origin.size_bytes);
    try {
      return { origin, whole: await store.read(origin, signal) };
    } catch (error) {
      return { origin, error };
    }
  };
  const fetched = pMapIterable(origins, fetchAhead, { concurrency: CONCURRENT_GETS, backpressure: WAITING_OBJECTS });
  for await (const object of fetched) {
    try {
      if (object.error !== undefined) yield unreadable(object.origin, object.error);
      else if (object.whole) yield* decodeWhole(object.whole);
      else yield* streamObject(store, object.origin, partial, signal);
    } finally {
      if (isFetchedAhead(object.origin, partial)) gate.leave(object.origin.size_bytes);
    }
  }
}

function isFetchedAhead({ key, size_bytes }: Origin, partial: PartialObject | null): boolean {
  return size_bytes > 0 && size_bytes <= WHOLE_OBJECT_BYTES && key !== partial?.key;
}

async function* decodeWhole({ origin, body }: StoredObject<Buffer>): AsyncGenerator<ObjectChunk> {
  const chunk = decodeBuffer(body);
  if (chunk) yield { ...chunk, origin, last: true };
  else yield* withOrigin(origin, decodeObject(slicesOf(body)));
}

async function* streamObject(
  store: ObjectStore,
  origin: Origin,
  partial: PartialObject | null,
  signal: AbortSignal,
): AsyncGenerator<ObjectChunk> {
  const from = partial?.key === origin.key ? partial : undefined;
  // Nothing is left to ask for, and S3 refuses a range that begins where the object ends. The end of the text itself may
  // still be a reject, as when an array was never closed.
  if (firstByteNeeded(from) >= origin.size_bytes) {
    yield* withOrigin(origin, decodeObject(nothing(), from));
    return;
  }
  let stored: StoredObject<AsyncIterable<Uint8Array>>;
  try {
    stored = await store.stream(origin, firstByteNeeded(from), signal);
  } catch (error) {
    yield unreadable(origin, error);
    return;
  }
  if (from && stored.origin.etag !== from.etag) throw replaced(origin.key);
  yield* withOrigin(stored.origin, decodeObject(stored.body, from));
}

async function* withOrigin(origin: Origin, chunks: AsyncIterable<DecodedChunk>): AsyncGenerator<ObjectChunk> {
  let gzip = false;
  for await (const chunk of chunks) {
    gzip = chunk.gzip;
    yield { ...chunk, origin, last: false };
  }
  yield { origin, gzip, pieces: [], last: true };
}

/** An object that is gone or archived becomes one reject, and is listed; any other error fails the run. */
function unreadable(origin: Origin, error: unknown): ObjectChunk {
  if (!(error instanceof ClickstreamError) || !UNREADABLE_OBJECT.has(error.code)) throw error;
  const bytes = Buffer.alloc(0);
  const reject: UndecodedRecord = {
    ok: false,
    index: 0,
    start_bytes: 0,
    end_bytes: 0,
    bytes,
    from: 0,
    to: 0,
    code: error.code,
    detail: error.message,
    next: { index: 1, offset_bytes: 0, mode: 'done', inArray: false },
  };
  return { origin, gzip: false, pieces: [reject], last: true };
}

/** A place in the middle of an object means nothing in another object of the same name. */
function replaced(key: string): ClickstreamError {
  return new ClickstreamError({
    code: 'object_replaced',
    stage: 'read',
    message: `${key} was replaced since its hour was listed. Run the hour again.`,
  });
}

async function* nothing(): AsyncGenerator<Buffer> {
  // No bytes at all.
}

/** As a network would bring it: at one go an object of a megabyte can be 350,000 records. */
async function* slicesOf(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += SLICE_BYTES) {
    yield body.subarray(at, at + SLICE_BYTES);
    await Promise.resolve();
  }
}
