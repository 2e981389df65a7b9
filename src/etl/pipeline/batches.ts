import { rejectPiece, type EventRecord, type Reject } from './event-record.ts';
import { noCounts, type Counts } from './ledger.ts';
import { ManifestPart } from './manifest.ts';
import { withKey, type KeysSeen, type PartialObject } from './progress.ts';
import type { ObjectChunk } from './read-objects.ts';
import type { Decoded, DecodedRecord, Origin } from './record.ts';
import { endTurn, isLongTurn } from './turn.ts';

/** What goes through the transforms and into one transaction. */
export interface Batch {
  readonly records: EventRecord[];
  /** Pieces of objects that are no records. */
  readonly rejects: Reject[];
  /** `read`, `processed` and `bytes`; the rest is decided later. */
  readonly counts: Counts;
  /** The objects that end in it; absent when it was not read in order. */
  readonly ended?: ManifestPart;
  /** Where the batch ends. */
  readonly seen: KeysSeen;
  readonly partial: PartialObject | null;
}

export interface BatchLimits {
  /** Records that the batch now being filled may have. */
  records(): number;
  /** Bytes of text that it may have; a larger record makes a batch of its own. */
  readonly bytes: number;
}

/** Objects without a record in them also fill a batch, so that a run through many of them leaves checkpoints. */
const OBJECTS_PER_BATCH = 10_000;

/**
 * Cuts a stream of decoded objects, in lists of what comes together, into batches. When `signal` is aborted the batch in hand
 * is the last one, however small, and reading ends: what waits for S3 must not keep what was read from being committed.
 */
export async function* batchesOf(
  chunks: AsyncIterable<readonly ObjectChunk[]>,
  from: { readonly seen: KeysSeen; readonly partial: PartialObject | null },
  toRecord: (piece: DecodedRecord, origin: Origin) => EventRecord,
  limits: BatchLimits,
  signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  let batch = new Filling(from.seen, from.partial);
  for await (const together of untilAborted(chunks, signal)) {
    for (const chunk of together) {
      if (isLongTurn()) await endTurn();
      for (const [at, piece] of chunk.pieces.entries()) {
        if (batch.pieces > 0 && (batch.pieces >= limits.records() || batch.bytes + sizeOf(piece) > limits.bytes)) {
          const before = chunk.pieces[at - 1];
          if (before) batch.endWithin(chunk, before);
          yield batch;
          // One portion of an object can fill many batches, and so can one list of chunks.
          if (signal.aborted) return;
          batch = new Filling(batch.seen, batch.partial);
        }
        batch.add(piece, chunk.origin, toRecord);
      }
      if (chunk.last) batch.endObject(chunk.origin);
      else if (chunk.pieces.length > 0) batch.endWithin(chunk, chunk.pieces.at(-1)!);
      if (batch.counts.processed >= OBJECTS_PER_BATCH) {
        yield batch;
        if (signal.aborted) return;
        batch = new Filling(batch.seen, batch.partial);
      }
    }
  }
  if (batch.pieces > 0 || batch.counts.processed > 0) yield batch;
}

class Filling implements Batch {
  readonly records: EventRecord[] = [];
  readonly rejects: Reject[] = [];
  readonly counts = noCounts();
  readonly ended = new ManifestPart();
  seen: KeysSeen;
  partial: PartialObject | null;
  bytes = 0;

  constructor(seen: KeysSeen, partial: PartialObject | null) {
    this.seen = seen;
    this.partial = partial;
  }

  get pieces(): number {
    return this.counts.read;
  }

  add(piece: Decoded, origin: Origin, toRecord: (piece: DecodedRecord, origin: Origin) => EventRecord): void {
    this.counts.read += 1;
    this.bytes += sizeOf(piece);
    if (piece.ok) this.records.push(toRecord(piece, origin));
    else this.rejects.push(rejectPiece(piece, origin, piece.code, piece.detail));
  }

  endWithin({ origin, gzip }: ObjectChunk, piece: Decoded): void {
    const { index, offset_bytes, mode, inArray } = piece.next;
    this.partial = { key: origin.key, etag: origin.etag, gzip, index, offset_bytes, mode, inArray };
  }

  endObject(origin: Origin): void {
    this.counts.processed += 1;
    this.counts.bytes += origin.size_bytes;
    this.ended.add(origin);
    this.seen = withKey(this.seen, origin);
    this.partial = null;
  }
}

function sizeOf(piece: Decoded): number {
  return piece.to - piece.from;
}

/** The items of an iterable until the signal; errors that come after it are those of aborted reads. */
async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  // Not Promise.race against one promise of the signal: that would keep every item for as long as the signal lives.
  let giveUp: () => void = () => undefined;
  const onAbort = (): void => giveUp();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      const next = await new Promise<IteratorResult<T, unknown> | undefined>((resolve, reject) => {
        giveUp = () => resolve(undefined);
        iterator.next().then(resolve, (error: unknown) => {
          if (signal.aborted) resolve(undefined);
          else reject(error instanceof Error ? error : new Error(String(error)));
        });
      });
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a generator that waits for S3 returns only when S3 answers.
    void iterator.return?.().catch(() => undefined);
  }
}
