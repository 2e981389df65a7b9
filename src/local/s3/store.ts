import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Bucket } from './bucket.ts';
import { DiskBucket } from './disk-bucket.ts';
import { invalidArgument, noSuchBucket, S3Error } from './s3-error.ts';

/** Lower case, so that names are safe as folders everywhere. */
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** All buckets: in memory, or each in a folder of its own. */
export class Store {
  readonly #buckets = new Map<string, Bucket>();
  readonly #dataDir: string | undefined;

  constructor(dataDir?: string) {
    this.#dataDir = dataDir;
    if (dataDir === undefined) return;
    mkdirSync(dataDir, { recursive: true });
    for (const entry of readdirSync(dataDir, { withFileTypes: true })) {
      if (entry.isDirectory() && BUCKET_NAME.test(entry.name)) this.#open(entry.name);
    }
  }

  /** In the order of their names. */
  buckets(): Bucket[] {
    return Array.from(this.#buckets.values()).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  /** Throws `NoSuchBucket`. */
  get(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw noSuchBucket(name);
    return bucket;
  }

  create(name: string): Bucket {
    if (!BUCKET_NAME.test(name)) {
      throw new S3Error({
        status: 400,
        code: 'InvalidBucketName',
        message: `The specified bucket is not valid: ${name}`,
      });
    }
    if (this.#buckets.has(name)) throw invalidArgument(`bucket ${name} exists`);
    return this.#open(name);
  }

  /** Removes an empty bucket. */
  remove(name: string): void {
    const bucket = this.get(name);
    if (bucket.size > 0) {
      throw new S3Error({
        status: 409,
        code: 'BucketNotEmpty',
        message: 'The bucket you tried to delete is not empty',
      });
    }
    bucket.close();
    this.#buckets.delete(name);
    if (this.#dataDir !== undefined) rmSync(join(this.#dataDir, name), { recursive: true, force: true });
  }

  close(): void {
    for (const bucket of this.#buckets.values()) bucket.close();
  }

  #open(name: string): Bucket {
    const bucket =
      this.#dataDir === undefined ? new Bucket(name, Date.now()) : openFolder(join(this.#dataDir, name), name);
    this.#buckets.set(name, bucket);
    return bucket;
  }
}

function openFolder(folder: string, name: string): Bucket {
  mkdirSync(folder, { recursive: true });
  return new DiskBucket(folder, name, statSync(folder).birthtimeMs);
}
