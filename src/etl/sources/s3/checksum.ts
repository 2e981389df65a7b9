import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A checksum over bytes as they come. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** In base64, as S3 writes it. */
  digest(): string;
}

/** The checksum that an answer carries, and what computes it again. */
export interface ExpectedChecksum {
  readonly value: string;
  readonly start: () => Checksum;
}

/** The cheapest first, should an answer have several. */
const ALGORITHMS: readonly (readonly [header: string, start: () => Checksum])[] = [
  ['x-amz-checksum-crc32', () => new NativeCrc32()],
  ['x-amz-checksum-sha256', () => hashOf('sha256')],
  ['x-amz-checksum-sha1', () => hashOf('sha1')],
  ['x-amz-checksum-crc32c', () => new Crc32c()],
  ['x-amz-checksum-crc64nvme', () => new Crc64Nvme()],
];

/**
 * What the bytes of a whole object must come to. Undefined when the store sends nothing to go by: no checksum, one of a
 * kind not known here, or one of an upload's parts instead of the object.
 */
export function expectedChecksum(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): ExpectedChecksum | undefined {
  if (headers['x-amz-checksum-type'] === 'COMPOSITE') return undefined;
  for (const [header, start] of ALGORITHMS) {
    const value = headers[header];
    if (typeof value === 'string' && !value.includes('-')) return { value, start };
  }
  return undefined;
}

/** Whether the bytes are those that the checksum was made of. */
export function isIntact(bytes: Uint8Array, { value, start }: ExpectedChecksum): boolean {
  const checksum = start();
  checksum.update(bytes);
  return checksum.digest() === value;
}

function hashOf(algorithm: string): Checksum {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') };
}

class NativeCrc32 implements Checksum {
  #state = 0;

  update(bytes: Uint8Array): void {
    this.#state = crc32(bytes, this.#state);
  }

  digest(): string {
    return base64(this.#state);
  }
}

/** 385 MB/s, by index: iterating over the bytes did 54. The ingest's objects have the native kind. */
class Crc32c implements Checksum {
  #state = ~0;

  update(bytes: Uint8Array): void {
    const table = (crc32cTable ??= makeTable((value) => (value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1)));
    let state = this.#state;
    for (let at = 0; at < bytes.length; at += 1) state = (state >>> 8) ^ table[(state ^ bytes[at]!) & 0xff]!;
    this.#state = state;
  }

  digest(): string {
    return base64(~this.#state);
  }
}

let crc32cTable: Int32Array | undefined;

function makeTable(step: (value: number) => number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = step(value);
    return value;
  });
}

/** What the AWS CLI and S3 itself add by default. In two halves of 32 bits, to spare a BigInt per byte. */
class Crc64Nvme implements Checksum {
  #high = ~0;
  #low = ~0;

  update(bytes: Uint8Array): void {
    const { highs, lows } = (crc64Tables ??= makeCrc64Tables());
    let high = this.#high;
    let low = this.#low;
    for (let at = 0; at < bytes.length; at += 1) {
      const index = (low ^ bytes[at]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ lows[index]!;
      high = (high >>> 8) ^ highs[index]!;
    }
    this.#high = high;
    this.#low = low;
  }

  digest(): string {
    return base64(~this.#high, ~this.#low);
  }
}

let crc64Tables: { highs: Int32Array; lows: Int32Array } | undefined;

function makeCrc64Tables(): { highs: Int32Array; lows: Int32Array } {
  const highs = new Int32Array(256);
  const lows = new Int32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
    highs[byte] = Number(value >> 32n);
    lows[byte] = Number(value & 0xffffffffn);
  }
  return { highs, lows };
}

function base64(...words: readonly number[]): string {
  const bytes = Buffer.alloc(4 * words.length);
  words.forEach((word, at) => bytes.writeUInt32BE(word >>> 0, 4 * at));
  return bytes.toString('base64');
}
