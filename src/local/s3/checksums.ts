import { createHash } from 'node:crypto';
import { notImplemented, S3Error } from './s3-error.ts';

/** The algorithms that an upload may name in `x-amz-checksum-<name>`, as a header or as a trailer. */
const ALGORITHMS = ['crc32', 'crc32c', 'sha1', 'sha256'] as const;
export type ChecksumAlgorithm = (typeof ALGORITHMS)[number];

const HEADER = /^x-amz-checksum-(.+)$/;
/** These begin as a checksum's header does but are none. */
const NOT_CHECKSUMS = new Set(['mode', 'type', 'algorithm']);

/** A running checksum over the bytes of a body. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** In base64, as S3 writes it. */
  digest(): string;
}

/** The checksum that a header or trailer of this name holds; undefined if it holds none. */
export function checksumAlgorithm(headerName: string): ChecksumAlgorithm | undefined {
  const name = HEADER.exec(headerName.toLowerCase())?.[1];
  if (name === undefined || NOT_CHECKSUMS.has(name)) return undefined;
  const algorithm = ALGORITHMS.find((candidate) => candidate === name);
  if (!algorithm) throw notImplemented(`checksums of the kind ${name}`);
  return algorithm;
}

export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case 'crc32':
      return new Crc(CRC32_TABLE);
    case 'crc32c':
      return new Crc(CRC32C_TABLE);
    case 'sha1':
    case 'sha256': {
      const hash = createHash(algorithm);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') };
    }
  }
}

/** Refuses a value that cannot be such a checksum at all, as S3 does, before it is compared. */
export function checkForm(algorithm: ChecksumAlgorithm, value: string): void {
  const length = { crc32: 4, crc32c: 4, sha1: 20, sha256: 32 }[algorithm];
  if (Buffer.from(value, 'base64').length === length) return;
  throw new S3Error({
    status: 400,
    code: 'InvalidRequest',
    message: `Value for x-amz-checksum-${algorithm} header is invalid.`,
  });
}

class Crc implements Checksum {
  #state = 0xffffffff;
  readonly #table: Uint32Array;

  constructor(table: Uint32Array) {
    this.#table = table;
  }

  update(bytes: Uint8Array): void {
    const table = this.#table;
    let state = this.#state;
    // By index: iterating over a Uint8Array is seven times slower.
    for (let at = 0; at < bytes.length; at += 1) state = (state >>> 8) ^ table[(state ^ bytes[at]!) & 0xff]!;
    this.#state = state;
  }

  digest(): string {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE((this.#state ^ 0xffffffff) >>> 0);
    return bytes.toString('base64');
  }
}

function crcTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value >>> 0;
  });
}

// Node has a native one only from 20.15 on, and this one does 300 MB/s.
const CRC32_TABLE = crcTable(0xedb88320);
const CRC32C_TABLE = crcTable(0x82f63b78);
