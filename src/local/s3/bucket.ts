import { type Body, type BodyWriter, MemoryWriter } from './body.ts';
import type { ChecksumAlgorithm } from './checksums.ts';
import { KeyIndex } from './key-index.ts';

/** What is known of an object besides its bytes. */
export interface ObjectInfo {
  /** MD5 of the bytes in hex, without quotes. */
  readonly etag: string;
  /** In ms; whole seconds, as S3 has it. */
  readonly lastModified: number;
  /** In base64, as the client gave it. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
  /** Headers that are given back as they came: content type, metadata and so on. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface StoredObject extends ObjectInfo {
  readonly body: Body;
}

/** The objects of one bucket, in memory. `DiskBucket` adds the files. */
export class Bucket {
  readonly name: string;
  /** In ms. */
  readonly created: number;
  protected readonly objects = new Map<string, StoredObject>();
  readonly #index = new KeyIndex();

  constructor(name: string, created: number) {
    this.name = name;
    this.created = created;
  }

  get size(): number {
    return this.objects.size;
  }

  get(key: string): StoredObject | undefined {
    return this.objects.get(key);
  }

  /** All keys in S3's order; good until the next change. */
  keys(): readonly string[] {
    return this.#index.keys();
  }

  /** A place for the bytes of an object to come. */
  newBody(): BodyWriter {
    return new MemoryWriter();
  }

  /** Makes the object visible, whole and at once. Synchronous, so that a condition checked just before still holds. */
  put(key: string, object: StoredObject): void {
    const previous = this.objects.get(key);
    this.objects.set(key, object);
    if (previous) previous.body.discard();
    else this.#index.add(key);
  }

  /** Returns whether there was such an object. */
  delete(key: string): boolean {
    const object = this.objects.get(key);
    if (!object) return false;
    this.objects.delete(key);
    this.#index.remove(key);
    object.body.discard();
    return true;
  }

  /** Lets go of files; the objects stay where they are. */
  close(): void {
    // Nothing is open in memory.
  }
}
