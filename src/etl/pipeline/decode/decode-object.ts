import { setImmediate as turn } from 'node:timers/promises';
import type { Decoded, ObjectPosition } from '../record.ts';
import { asBuffer, inPortions, peek } from './chunks.ts';
import { FLAWS } from './flaw.ts';
import { GZIP_MAGIC, isGzip } from './gzip-header.ts';
import { GzipReader } from './gzip-reader.ts';
import { RecordDecoder } from './record-decoder.ts';

export { decodeBuffer } from './decode-buffer.ts';

/** What one portion of a stored object came to. */
export interface DecodedChunk {
  /** Whether the object is stored gzipped; a checkpoint keeps it beside the text position, see {@link ObjectPosition}. */
  readonly gzip: boolean;
  /** The pieces that end in this portion, in order. Often none, as when a record spans many portions. */
  readonly pieces: readonly Decoded[];
}

type DecodedChunks = AsyncGenerator<DecodedChunk, void, undefined>;

/**
 * Gzip objects are inflated in portions of so many stored bytes. Such a portion inflates to 16 MiB at the very most, and
 * to 100 to 160 KB if it holds events.
 */
export const GZIP_PORTION_BYTES = 16 * 1024;
/** Inflated buffers that are decoded before timers have their turn: 1 MiB of them, which takes up to 10 ms. */
const BUFFERS_PER_TURN = 8;

/** The byte of the stored object that its chunks have to begin with for {@link decodeObject} to go on from `from`. */
export function firstByteNeeded(from?: ObjectPosition): number {
  return from === undefined || from.gzip ? 0 : from.offset_bytes;
}

/**
 * Decodes a stored object, plain or gzip as its first bytes tell, in bounded memory. The chunks begin at
 * {@link firstByteNeeded}, and must not be written to afterwards.
 *
 * It yields something for every portion that was read, without pieces too, so that the caller can look at its clock.
 * What is wrong with the bytes ends up as rejects; what `chunks` throws is thrown on. Stopping early frees everything.
 */
export async function* decodeObject(chunks: AsyncIterable<Uint8Array>, from?: ObjectPosition): DecodedChunks {
  if (from === undefined) {
    const { head, all } = await peek(chunks, GZIP_MAGIC.length);
    yield* isGzip(head) ? decodeGzip(all) : decodePlain(all);
  } else if (from.mode === 'done') {
    await chunks[Symbol.asyncIterator]().return?.();
  } else {
    yield* from.gzip ? decodeGzip(chunks, from) : decodePlain(chunks, from);
  }
}

async function* decodePlain(chunks: AsyncIterable<Uint8Array>, from?: ObjectPosition): DecodedChunks {
  const decoder = new RecordDecoder(from);
  for await (const chunk of chunks) yield { gzip: false, pieces: decoder.push(asBuffer(chunk)) };
  yield { gzip: false, pieces: decoder.end() };
}

async function* decodeGzip(chunks: AsyncIterable<Uint8Array>, from?: ObjectPosition): DecodedChunks {
  const gzip = new GzipReader();
  const decoder = new RecordDecoder(from);
  let skip_bytes = from?.offset_bytes ?? 0;
  // Buffer by buffer: a portion of the densest kind holds six million records.
  async function* decode(inflated: readonly Buffer[]): DecodedChunks {
    if (inflated.length === 0) yield { gzip: true, pieces: [] };
    for (const [at, bytes] of inflated.entries()) {
      const skipped = Math.min(skip_bytes, bytes.length);
      skip_bytes -= skipped;
      yield { gzip: true, pieces: decoder.push(bytes.subarray(skipped)) };
      if ((at + 1) % BUFFERS_PER_TURN === 0) await turn();
    }
  }
  try {
    let inflated: readonly Buffer[] = [];
    for await (const portion of inPortions(chunks, GZIP_PORTION_BYTES)) {
      // While zlib's thread inflates this portion, the one before is decoded here.
      const inflating = gzip.read(portion);
      yield* decode(inflated);
      inflated = await inflating;
      if (gzip.flaw !== undefined) break;
    }
    yield* decode(inflated);
    gzip.end();
    yield { gzip: true, pieces: endText(decoder, gzip) };
  } finally {
    gzip.close();
  }
}

/** Ends the text as the gzip data ended: in order, before something else, or amid it. */
export function endText(decoder: RecordDecoder, { flaw, junk }: Pick<GzipReader, 'flaw' | 'junk'>): Decoded[] {
  if (flaw === undefined) return decoder.end();
  return flaw === FLAWS.gzipTrailingJunk ? decoder.endBefore(flaw, junk) : decoder.breakOff(flaw);
}
