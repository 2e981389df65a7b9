import { describe, expect, test } from 'vitest';
import type { HourUnit } from './hours.ts';
import { listKeys, objectsOf, remaining, sameKeys } from './listing.ts';
import { UNREAD, type PartialObject, type Progress } from './progress.ts';
import { MemoryStore } from './testing/memory-store.ts';

const prefix = 'events/2025/12/06/05/';
const unit: HourUnit = { hour_ms: Date.parse('2025-12-06T05:00:00Z'), prefix };
const { signal } = new AbortController();

function storeOf(...names: string[]): MemoryStore {
  const store = new MemoryStore();
  for (const name of names) store.put(prefix + name, name);
  return store;
}

async function namesOf(origins: AsyncIterable<{ readonly key: string }> | undefined): Promise<string[] | undefined> {
  if (!origins) return undefined;
  const names: string[] = [];
  for await (const { key } of origins) names.push(key.slice(prefix.length));
  return names;
}

const listed = (store: MemoryStore, range: Partial<HourUnit> = {}) =>
  namesOf(objectsOf(store, { ...unit, ...range }, signal));

test('a key range begins after its first key and ends with its last one', async () => {
  const store = storeOf('a', 'b', 'c', 'd');
  expect(await listed(store)).toEqual(['a', 'b', 'c', 'd']);
  expect(await listed(store, { startAfter: `${prefix}a`, endAt: `${prefix}c` })).toEqual(['b', 'c']);
  expect(await listed(store, { endAt: `${prefix}bb` })).toEqual(['a', 'b']);
  expect(await listed(store, { startAfter: `${prefix}d` })).toEqual([]);
});

test('the end of a range goes by the bytes of its key, as S3 does', async () => {
  // As UTF-16 the emoji comes before the private character, as UTF-8 after it.
  const store = storeOf('a', '\u{1F600}');
  expect(await listed(store, { endAt: `${prefix}\uE000` })).toEqual(['a']);
});

describe('what is left of a listing after a checkpoint', () => {
  async function checkpoint(store: MemoryStore, lastName: string, partial?: Partial<PartialObject>): Promise<Progress> {
    const seen = await listKeys(store, { ...unit, endAt: prefix + lastName }, signal);
    const within = { gzip: false, index: 1, offset_bytes: 1, mode: 'lines', inArray: false } as const;
    return {
      ...UNREAD,
      state: 'reading',
      seen,
      partial: partial ? { ...within, key: '', etag: '', ...partial } : null,
    };
  }
  const left = async (store: MemoryStore, progress: Progress) =>
    namesOf(await remaining(objectsOf(store, unit, signal), progress));

  test('are the keys behind it, new ones included', async () => {
    const store = storeOf('a', 'b', 'd');
    const progress = await checkpoint(store, 'b');
    expect(await left(store, progress)).toEqual(['d']);
    store.put(`${prefix}c`, 'c');
    expect(await left(store, progress)).toEqual(['c', 'd']);
  });

  test('begins with the object in whose middle the checkpoint lies', async () => {
    const store = storeOf('a', 'b', 'c');
    const partial = store.origin(`${prefix}b`);
    expect(await left(store, await checkpoint(store, 'a', partial))).toEqual(['b', 'c']);
    expect(await left(store, await checkpoint(store, 'a', { ...partial, etag: '"other"' }))).toBeUndefined();
  });

  test('is unknown when a key before it came, went or changed', async () => {
    const progress = await checkpoint(storeOf('b', 'c', 'd'), 'c');
    expect(await left(storeOf('a', 'b', 'c', 'd'), progress)).toBeUndefined();
    expect(await left(storeOf('c', 'd'), progress)).toBeUndefined();
    expect(await left(storeOf('b'), progress)).toBeUndefined();
    expect(await left(storeOf('b', 'c', 'd').put(`${prefix}c`, 'changed'), progress)).toBeUndefined();
    expect(await left(storeOf('b', 'c', 'd', 'e'), progress)).toEqual(['d', 'e']);
  });

  test('is unknown when a key came in before the object in whose middle it lies', async () => {
    const store = storeOf('a', 'c');
    const progress = await checkpoint(store, 'a', store.origin(`${prefix}c`));
    expect(await left(store.put(`${prefix}b`, 'b'), progress)).toBeUndefined();
    // Nor does it help that the content is the same.
    expect(await left(store.put(`${prefix}b`, 'c'), progress)).toBeUndefined();
  });
});

test('listings are the same when they have the same keys with the same content', async () => {
  const keys = async (store: MemoryStore) => listKeys(store, unit, signal);
  const before = await keys(storeOf('a', 'b'));
  expect(sameKeys(before, await keys(storeOf('a', 'b')))).toBe(true);
  expect(sameKeys(before, await keys(storeOf('a')))).toBe(false);
  expect(sameKeys(before, await keys(storeOf('a', 'b').put(`${prefix}b`, 'x')))).toBe(false);
});

test('the store is told what to list, where to begin, and what ends it', async () => {
  const asked: unknown[] = [];
  const store = new MemoryStore();
  const list = store.list.bind(store);
  store.list = (of, options) => {
    asked.push([of, options]);
    return list(of, options);
  };
  await listed(store);
  await listed(store, { startAfter: `${prefix}a` });
  expect(asked).toEqual([
    [prefix, { signal }],
    [prefix, { signal, startAfter: `${prefix}a` }],
  ]);
  expect((asked[0] as [string, { signal: AbortSignal }])[1].signal).toBe(signal);
});

test('what is behind the end of a range is not listed, however much it is', async () => {
  const store = storeOf('a', 'b', 'c', 'd', 'e', 'f');
  let pages = 0;
  const list = store.list.bind(store);
  store.list = async function* (of, options) {
    for await (const page of list(of, options)) {
      pages += 1;
      yield page;
    }
  };
  expect(await listed(store, { endAt: `${prefix}a` })).toEqual(['a']);
  expect(pages).toBe(1);
});
