import { setMaxListeners } from 'node:events';
import type { ObjectStore } from '../../src/etl/pipeline/source.ts';
import { S3Store } from '../../src/etl/sources/s3/store.ts';
import { SdkStore } from './sdk-store.ts';

/** A store with a test's own limits; `close` is there on both. */
export type TestStore = ObjectStore & { close(): Promise<void> };

export type OpenStore = (bucket: string, endpoint: string) => TestStore;

/** Short enough for a test that waits for the end of them. */
export const LIMITS = {
  timeouts: { connect_ms: 500, answer_ms: 250, idle_ms: 250 },
  retries: { maxAttempts: 3, first_ms: 5, firstThrottled_ms: 5 },
};

/** The ways to read a bucket, which must behave alike: ours, and what it is held against. Patient unless told. */
export function storesWith(limits: Partial<typeof LIMITS> = {}): [name: string, open: OpenStore][] {
  return [
    ['requests of our own', (bucket, endpoint) => new S3Store({ bucket, endpoint, ...limits })],
    ['the AWS SDK', (bucket, endpoint) => new SdkStore({ bucket, endpoint, ...limits })],
  ];
}

/** A signal of somebody who never stops. */
export const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);

/** All that an iterable gives, in order. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
