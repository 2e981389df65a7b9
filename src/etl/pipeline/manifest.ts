import { hash } from 'node:crypto';
import type { Origin } from './record.ts';

/**
 * Bytes of an object in a manifest: half of them say which key it has, half which version of it was read. Two of a
 * million keys are taken for one another with a chance of one in 300 million.
 */
export const ENTRY_BYTES = 12;
export const HASH_BYTES = ENTRY_BYTES / 2;
const HASH_DIGITS = HASH_BYTES * 2;

/** Which key it is, as hexadecimal digits. */
export function keyHash(key: string): string {
  return hash('sha1', key, 'hex').slice(0, HASH_DIGITS);
}

/** Which content it had, as hexadecimal digits. */
export function versionHash({ etag, size_bytes }: Pick<Origin, 'etag' | 'size_bytes'>): string {
  return hash('sha1', `${etag}\n${size_bytes}`, 'hex').slice(0, HASH_DIGITS);
}

/** The objects that a batch has read to their end, in key order. */
export class ManifestPart {
  firstKey = '';
  lastKey = '';
  objects = 0;
  readonly #hashes: string[] = [];

  /** Takes in the next object, with the ETag and size that were read. */
  add(origin: Origin): void {
    if (this.objects === 0) this.firstKey = origin.key;
    this.lastKey = origin.key;
    this.objects += 1;
    this.#hashes.push(keyHash(origin.key) + versionHash(origin));
  }

  /** {@link ENTRY_BYTES} for each object: {@link keyHash} and {@link versionHash}. */
  get hashes(): Buffer {
    return Buffer.from(this.#hashes.join(''), 'hex');
  }
}
