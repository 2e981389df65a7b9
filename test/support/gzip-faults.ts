import { constants, crc32, deflateRawSync } from 'node:zlib';

const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** An empty last block. */
const END = Buffer.from([3, 0]);
const FILL_BYTES = 16 * 2 ** 20;

/** A gzip object of parts, each of which inflates on its own, so that a test knows what comes before a fault. */
export function gzipOfParts(parts: readonly string[]): { readonly bytes: Buffer; readonly ends: readonly number[] } {
  const blocks = parts.map((part) => flushed(Buffer.from(part)));
  const text = Buffer.from(parts.join(''));
  let at = HEADER.length;
  const ends = blocks.map((block) => (at += block.length));
  return { bytes: Buffer.concat([HEADER, ...blocks, END, trailer(crc32(text), text.length)]), ends };
}

/**
 * One member that inflates to `before`, so many bytes of `fill`, and `after`: a thousandth of that, made without ever having
 * it in memory.
 */
export function gzipBomb(before: string, fill: string, fill_bytes: number, after: string): Buffer {
  const repeats = Math.ceil(fill_bytes / FILL_BYTES);
  const filling = Buffer.alloc(FILL_BYTES, fill);
  const block = flushed(filling);
  let sum = crc32(before);
  for (let left = repeats; left > 0; left -= 1) sum = crc32(filling, sum);
  sum = crc32(after, sum);
  const length = before.length + repeats * FILL_BYTES + after.length;
  return Buffer.concat([
    HEADER,
    flushed(Buffer.from(before)),
    ...Array<Buffer>(repeats).fill(block),
    flushed(Buffer.from(after)),
    END,
    trailer(sum, length),
  ]);
}

function flushed(text: Buffer): Buffer {
  return deflateRawSync(text, { finishFlush: constants.Z_FULL_FLUSH, level: 9 });
}

function trailer(sum: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(sum);
  bytes.writeUInt32LE(length % 2 ** 32, 4);
  return bytes;
}
