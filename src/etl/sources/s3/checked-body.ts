import { crc32 } from 'node:zlib';
import type { Origin } from '../../pipeline/record.ts';
import type { StoredObject } from '../../pipeline/source.ts';
import { expectedChecksum } from './checksum.ts';
import { CORRUPT, REPLACED, S3Failure } from './failure.ts';
import { objectBody, type Resumption } from './object-body.ts';
import { discard, type OpenObject } from './object-reader.ts';

/**
 * An object from a byte on, of which nothing is handed on that is not as it was stored. Its records are committed long
 * before its end is reached, where alone a checksum can tell; so it is read twice, first for its checksum and then, block
 * by block, for its bytes. Only needed where bytes may change on their way, which is without TLS.
 *
 * Without a checksum there is nothing to go by, and it is read once.
 *
 * @throws S3Failure `ChecksumMismatch`; `Replaced` when it is not the same object both times.
 */
export async function openChecked(
  listed: Origin,
  from_bytes: number,
  resumption: Resumption,
): Promise<StoredObject<AsyncIterable<Uint8Array>>> {
  const { retries, signal, reopen } = resumption;
  let sums: BlockSums | undefined;
  let origin = listed;
  for (let attempt = 1; sums === undefined; attempt += 1) {
    const opened = await retries.run(() => reopen(listed, 0), signal);
    origin = opened.origin;
    const hasChecksum = expectedChecksum(opened.answer.headers) !== undefined;
    if (!hasChecksum && from_bytes === 0) return { origin, body: objectBody(opened, 0, resumption) };
    if (hasChecksum) sums = await soundSums(opened, from_bytes, resumption, attempt);
    else {
      await discard(opened.answer);
      break;
    }
  }
  const again = await retries.run(() => reopen(listed, from_bytes), signal);
  if (again.origin.etag !== origin.etag) {
    await discard(again.answer);
    throw new S3Failure({ code: REPLACED });
  }
  const body = objectBody(again, from_bytes, resumption);
  return { origin, body: sums ? checkedBody(body, sums) : body };
}

/** The sums of an object whose checksum is right; undefined when it was not, after a wait. */
async function soundSums(
  opened: OpenObject,
  from_bytes: number,
  resumption: Resumption,
  attempt: number,
): Promise<BlockSums | undefined> {
  const { retries, signal } = resumption;
  try {
    return await blockSums(objectBody(opened, 0, resumption), from_bytes);
  } catch (error) {
    // Whatever else went wrong was tried again already.
    if (!(error instanceof S3Failure) || error.code !== CORRUPT) throw error;
    await retries.wait(error, attempt, signal);
    return undefined;
  }
}

/** The unit in which a body is held against what was read of it before. */
const BLOCK_BYTES = 2 ** 20;

/** The CRC-32 of each block of an object, the first of which begins at a byte that a reader will go on from. */
export type BlockSums = readonly number[];

/** Reads a body to its end, from the object's first byte on, and keeps no more than the sums of what comes after `from_bytes`. */
export async function blockSums(body: AsyncIterable<Uint8Array>, from_bytes: number): Promise<BlockSums> {
  const sums: number[] = [];
  let skip_bytes = from_bytes;
  let sum = 0;
  let length_bytes = 0;
  for await (const chunk of body) {
    const skipped = Math.min(skip_bytes, chunk.length);
    skip_bytes -= skipped;
    for (let at = skipped; at < chunk.length;) {
      const piece = chunk.subarray(at, at + BLOCK_BYTES - length_bytes);
      sum = crc32(piece, sum);
      length_bytes += piece.length;
      at += piece.length;
      if (length_bytes < BLOCK_BYTES) continue;
      sums.push(sum);
      sum = 0;
      length_bytes = 0;
    }
  }
  if (length_bytes > 0) sums.push(sum);
  return sums;
}

/**
 * The same bytes again: each block is handed on once it is known to be what it was.
 *
 * @throws S3Failure `ChecksumMismatch` in place of the first block that is not.
 */
export async function* checkedBody(
  body: AsyncIterable<Uint8Array>,
  sums: BlockSums,
): AsyncGenerator<Uint8Array, void, undefined> {
  let held: Uint8Array[] = [];
  let sum = 0;
  let length_bytes = 0;
  let block = 0;
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + BLOCK_BYTES - length_bytes);
      sum = crc32(piece, sum);
      length_bytes += piece.length;
      at += piece.length;
      held.push(piece);
      if (length_bytes < BLOCK_BYTES) continue;
      if (sum !== sums[block]) throw new S3Failure({ code: CORRUPT });
      yield* held;
      held = [];
      sum = 0;
      length_bytes = 0;
      block += 1;
    }
  }
  if (length_bytes > 0 && sum !== sums[block]) throw new S3Failure({ code: CORRUPT });
  yield* held;
}
