import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Bucket } from './bucket.ts';
import { wholeSeconds } from './object-operations.ts';
import { noSuchKey } from './s3-error.ts';
import type { Store } from './store.ts';

export interface DirectPutOptions {
  /** The object's modification time; now by default. Kept to the second, as S3 does. */
  readonly lastModified?: Date;
  readonly contentType?: string;
}

/** An object as listings and tests see it. */
export interface ObjectSummary {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** The store without HTTP in between, for tests and the local stack: some 100,000 small objects a second in memory. */
export interface DirectAccess {
  /** Makes the bucket unless it is there. */
  createBucket(name: string): void;
  /** Throws `NoSuchBucket` if there is no such bucket, as do all below. */
  putObject(bucket: string, key: string, body: Buffer | string, options?: DirectPutOptions): Promise<ObjectSummary>;
  /** The object's bytes; throws `NoSuchKey`. */
  getObject(bucket: string, key: string): Promise<Buffer>;
  /** All objects whose keys begin with the prefix, in S3's order. */
  listObjects(bucket: string, prefix?: string): ObjectSummary[];
  /** Returns whether there was such an object. */
  deleteObject(bucket: string, key: string): boolean;
  /** Deletes every object whose key begins with the prefix, and returns how many there were. */
  deleteObjects(bucket: string, prefix?: string): number;
}

export function directAccess(store: Store): DirectAccess {
  const matching = (bucket: Bucket, prefix: string) => bucket.keys().filter((key) => key.startsWith(prefix));
  return {
    createBucket(name) {
      if (!store.find(name)) store.create(name);
    },
    async putObject(bucketName, key, content, { lastModified, contentType } = {}) {
      const bucket = store.get(bucketName);
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      const writer = bucket.newBody();
      await writer.write(bytes);
      bucket.put(key, {
        body: await writer.finish(),
        etag: createHash('md5').update(bytes).digest('hex'),
        lastModified: wholeSeconds(lastModified?.getTime() ?? Date.now()),
        headers: contentType === undefined ? undefined : { 'content-type': contentType },
      });
      return summarize(bucket, key);
    },
    async getObject(bucketName, key) {
      const object = store.get(bucketName).get(key);
      if (!object) throw noSuchKey();
      const content = await object.body.read(0, object.body.size - 1);
      return Buffer.isBuffer(content) ? content : buffer(content);
    },
    listObjects(bucketName, prefix = '') {
      const bucket = store.get(bucketName);
      return matching(bucket, prefix).map((key) => summarize(bucket, key));
    },
    deleteObject: (bucketName, key) => store.get(bucketName).delete(key),
    deleteObjects(bucketName, prefix = '') {
      const bucket = store.get(bucketName);
      const keys = matching(bucket, prefix);
      for (const key of keys) bucket.delete(key);
      return keys.length;
    },
  };
}

function summarize(bucket: Bucket, key: string): ObjectSummary {
  const { body, etag, lastModified } = bucket.get(key)!;
  return { key, size: body.size, etag, lastModified: new Date(lastModified) };
}
