import { ENTRY_BYTES, HASH_BYTES, keyHash, versionHash } from '../etl/pipeline/manifest.ts';
import type { Origin } from '../etl/pipeline/record.ts';
import type { UnitManifest } from './audit-ledger.ts';

/**
 * - `read`: this version of the key was read
 * - `changed`: another version of it was
 * - `unread`: none was
 */
export type KeyVerdict = 'read' | 'changed' | 'unread';

/**
 * What an hour was read from, over all of its units. Takes some 100 bytes per object: the hashes of a million of them
 * are 100 MB.
 */
export class KeysRead {
  /** Version by key. */
  readonly #versions = new Map<number, number>();
  /** Further versions, of keys that several units have read. */
  readonly #others = new Map<number, number[]>();
  readonly #borderKeys: readonly string[];

  constructor(manifests: readonly UnitManifest[]) {
    this.#borderKeys = [...new Set(manifests.flatMap(({ borderKeys }) => borderKeys))].sort();
    for (const { hashes } of manifests) {
      for (let at = 0; at < hashes.length; at += ENTRY_BYTES) {
        const key = hashes.readUIntBE(at, HASH_BYTES);
        const version = hashes.readUIntBE(at + HASH_BYTES, HASH_BYTES);
        if (this.#versions.has(key)) this.#others.set(key, [...(this.#others.get(key) ?? []), version]);
        else this.#versions.set(key, version);
      }
    }
  }

  /** What was read of a key that is listed. Asked once for each; what is never asked for is gone. */
  verdict(origin: Origin): KeyVerdict {
    const key = numberOf(keyHash(origin.key));
    const version = this.#versions.get(key);
    if (version === undefined) return 'unread';
    this.#versions.delete(key);
    const current = numberOf(versionHash(origin));
    return version === current || this.#others.get(key)?.includes(current) === true ? 'read' : 'changed';
  }

  /** How many keys were read and have not been listed. */
  get gone(): number {
    return this.#versions.size;
  }

  /** Those of them whose names are kept, in order. */
  goneKeys(): string[] {
    return this.#borderKeys.filter((key) => this.#versions.has(numberOf(keyHash(key))));
  }
}

function numberOf(digits: string): number {
  return Number.parseInt(digits, 16);
}
