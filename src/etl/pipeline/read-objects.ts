import { ClickstreamError } from '../../errors.ts';
import { decodeBuffer, decodeObject, firstByteNeeded, type DecodedChunk } from './decode/decode-object.ts';
import type { PartialObject } from './progress.ts';
import { ReadAhead, type Fetched } from './read-ahead.ts';
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
  /** Bytes of objects fetched ahead that may be in flight or waiting for their turn. */
  readonly ahead_bytes: number;
  readonly signal: AbortSignal;
}

/** Objects up to this size are fetched whole and ahead; larger ones are streamed when it is their turn. */
export const WHOLE_OBJECT_BYTES = 1024 * 1024;
/** Small objects that are handed on together, if they are there: so many, or when they have so many bytes. */
const TOGETHER_OBJECTS = 64;
const TOGETHER_BYTES = 64 * 1024;
const SLICE_BYTES = 64 * 1024;

/** Reads objects, many at a time and delivered in order. An error surfaces when its object's turn comes. */
export async function* readObjects(
  store: ObjectStore,
  origins: AsyncIterable<Origin> | Iterable<Origin>,
  options: ReadOptions,
): AsyncGenerator<ObjectChunk, void, undefined> {
  for await (const chunks of readTogether(store, origins, options)) yield* chunks;
}

/** The same, with what is there at once in one list: a wait for each of many small objects costs more than reading them. */
export async function* readTogether(
  store: ObjectStore,
  origins: AsyncIterable<Origin> | Iterable<Origin>,
  { partial, ahead_bytes, signal }: ReadOptions,
): AsyncGenerator<readonly ObjectChunk[], void, undefined> {
  const ahead = new ReadAhead(origins, {
    ahead_bytes,
    isFetched: (origin) => isFetchedAhead(origin, partial),
    fetch: (origin) => store.read(origin, signal),
  });
  try {
    do {
      const taken: Fetched[] = [];
      const together: ObjectChunk[] = [];
      let bytes = 0;
      let alone: Fetched | undefined;
      while (alone === undefined && together.length < TOGETHER_OBJECTS && bytes < TOGETHER_BYTES) {
        const object = ahead.take();
        if (!object) break;
        taken.push(object);
        bytes += object.origin.size_bytes;
        const decoded = object.whole && decodeBuffer(object.whole.body);
        if (decoded) together.push(wholeChunk(object.whole.origin, decoded));
        else alone = object;
      }
      if (together.length > 0) yield together;
      if (alone) yield* oneByOne(readAlone(store, alone, partial, signal));
      for (const object of taken) ahead.free(object);
    } while (await ahead.wait());
  } finally {
    ahead.stop();
  }
}

function isFetchedAhead({ key, size_bytes }: Origin, partial: PartialObject | null): boolean {
  return size_bytes > 0 && size_bytes <= WHOLE_OBJECT_BYTES && key !== partial?.key;
}

function wholeChunk(origin: Origin, { gzip, pieces }: DecodedChunk): ObjectChunk {
  return { origin, gzip, pieces, last: true };
}

/** An object that is no single chunk. */
async function* readAlone(
  store: ObjectStore,
  { origin, whole, error }: Fetched,
  partial: PartialObject | null,
  signal: AbortSignal,
): AsyncGenerator<ObjectChunk> {
  if (error !== undefined) yield unreadable(origin, error);
  else if (whole) yield* withOrigin(whole.origin, decodeObject(slicesOf(whole.body)));
  else yield* streamObject(store, origin, partial, signal);
}

async function* oneByOne(chunks: AsyncIterable<ObjectChunk>): AsyncGenerator<readonly ObjectChunk[]> {
  for await (const chunk of chunks) yield [chunk];
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
