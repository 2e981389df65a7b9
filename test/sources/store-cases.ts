import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Origin } from '../../src/etl/pipeline/record.ts';
import type { ObjectStore } from '../../src/etl/pipeline/source.ts';
import { collect, NEVER, type OpenStore, type TestStore } from './stores.ts';

/** A bucket on some S3, to be read through a store. It holds nothing at first. */
export interface BucketUnderTest {
  readonly name: string;
  readonly endpoint: string;
  /** Stores objects and says how each must be listed, in the order given. */
  putAll(objects: readonly StoredText[]): Promise<Origin[]>;
  /** Deletes all objects. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

export type StoredText = readonly [key: string, body: Buffer | string];

const ODD_KEYS = ['a b', 'a+b', 'a%2Fb', 'ä/😀', '\uffee', '<&>"\'', 'a//b', '..', '100%', '?x=1#y', "(!*')", '~-._'];

/**
 * What a store must do on any S3 that works, the one on this machine or a real one. What it must do when that does not
 * work is in the tests of each.
 *
 * @param start makes the bucket, once for all cases.
 */
export function storeCases(open: OpenStore, start: () => Promise<BucketUnderTest>): void {
  let bucket: BucketUnderTest;
  let store: TestStore;

  beforeAll(async () => {
    bucket = await start();
    store = open(bucket.name, bucket.endpoint);
  });

  afterEach(() => bucket.empty());

  afterAll(async () => {
    await store.close();
    await bucket.close();
  });

  const put = async (key: string, body: Buffer | string): Promise<Origin> => (await bucket.putAll([[key, body]]))[0]!;

  const listed = async (prefix = '', startAfter?: string, from: ObjectStore = store): Promise<Origin[]> =>
    (
      await collect(from.list(prefix, startAfter === undefined ? { signal: NEVER } : { signal: NEVER, startAfter }))
    ).flat();

  const read = async (origin: Origin): Promise<string> => (await store.read(origin, NEVER)).body.toString();

  async function streamed(origin: Origin, from_bytes = 0): Promise<Buffer> {
    const { body } = await store.stream(origin, from_bytes, NEVER);
    return Buffer.concat(await collect(body));
  }

  describe('lists', () => {
    test('more than a page, in order, from a key on, and no more than is wanted', async () => {
      const keys = Array.from({ length: 2_500 }, (_, at) => `e/${String(at).padStart(5, '0')}`);
      const origins = await bucket.putAll([...keys.map((key) => [key, '{}'] as const), ['f/other', '{}']]);
      expect(await listed('e/')).toEqual(origins.slice(0, 2_500));
      expect(await listed('e/', 'e/01400')).toEqual(origins.slice(1_401, 2_500));
      expect(await listed('e/', 'e/014')).toEqual(origins.slice(1_400, 2_500));
      expect(await listed('e/', 'e/02499')).toEqual([]);
      // Whoever has had enough leaves the next page under way.
      for await (const page of store.list('e/', { signal: NEVER })) {
        expect(page).toHaveLength(1_000);
        break;
      }
    });

    test('keys of any kind, by the order of their bytes, and gets each of them', async () => {
      await bucket.putAll(ODD_KEYS.map((key) => [key, `at ${key}`]));
      const origins = await listed();
      expect(origins.map(({ key }) => key)).toEqual(
        ODD_KEYS.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
      for (const origin of origins) expect(await read(origin)).toBe(`at ${origin.key}`);
      expect(await listed('ä/😀')).toHaveLength(1);
    });

    test('from any odd key on', async () => {
      await bucket.putAll(ODD_KEYS.map((key) => [key, '']));
      const keys = (await listed()).map(({ key }) => key);
      for (const [at, key] of keys.entries()) {
        expect((await listed('', key)).map((origin) => origin.key)).toEqual(keys.slice(at + 1));
      }
    });

    test('nothing where nothing is, and says so where no bucket is', async () => {
      expect(await listed('e/')).toEqual([]);
      const nowhere = open('nobody', bucket.endpoint);
      await expect(listed('', undefined, nowhere)).rejects.toMatchObject({ code: 'missing_bucket', stage: 'list' });
      await nowhere.close();
    });
  });

  describe('reads', () => {
    test('an object at one go or as a stream, from its start or a later byte', async () => {
      const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, at) => String(at)).join());
      const origin = await put('big', bytes);
      expect(bytes.equals((await store.read(origin, NEVER)).body)).toBe(true);
      expect(bytes.equals(await streamed(origin))).toBe(true);
      expect(bytes.subarray(1_234_567).equals(await streamed(origin, 1_234_567))).toBe(true);
      expect(bytes.subarray(-1).equals(await streamed(origin, bytes.length - 1))).toBe(true);
    });

    test('an object of no bytes', async () => {
      const origin = await put('folder/', '');
      expect(origin.size_bytes).toBe(0);
      expect(await read(origin)).toBe('');
      expect(await streamed(origin)).toHaveLength(0);
    });

    test('gzip as it is stored, whatever its headers promise a browser', async () => {
      const bytes = gzipSync('{"some":"event"}\n'.repeat(1_000));
      const origin = await put('k.json.gz', bytes);
      expect(bytes.equals((await store.read(origin, NEVER)).body)).toBe(true);
      expect(bytes.equals(await streamed(origin))).toBe(true);
    });

    test('an object that was replaced since it was listed as it is now, and says which it read', async () => {
      const origin = await put('k', 'one');
      const now = await put('k', 'number two');
      const { origin: found, body } = await store.read(origin, NEVER);
      expect(body.toString()).toBe('number two');
      expect(found).toEqual(now);
      expect((await store.stream(origin, 0, NEVER)).origin).toEqual(now);
      await expect(store.stream(origin, 2, NEVER)).rejects.toMatchObject({ code: 'object_replaced' });
    });

    test('no object that is gone, and says so', async () => {
      const origin = await put('k', 'v');
      await bucket.empty();
      await expect(store.read(origin, NEVER)).rejects.toMatchObject({ code: 'object_missing', stage: 'read' });
      await expect(store.stream(origin, 0, NEVER)).rejects.toMatchObject({ code: 'object_missing', stage: 'read' });
    });

    test('many at once', async () => {
      const bodies = Array.from(
        { length: 300 },
        (_, at) => [`e/${String(at).padStart(3, '0')}`, `body ${at}`] as const,
      );
      const origins = await bucket.putAll(bodies);
      expect(await Promise.all(origins.map(read))).toEqual(bodies.map(([, body]) => body));
    });
  });
}
