import { describe, expect, test } from 'vitest';
import { CONCURRENT_GETS, ReadAhead } from './read-ahead.ts';
import type { Origin } from './record.ts';
import type { StoredObject } from './source.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const originOf = (key: string, size_bytes = 1): Origin => ({ key, etag: '"e"', size_bytes, lastModified_ms: 0 });

/** A store whose objects come when they are told to. */
function slowStore() {
  const answers = new Map<string, (error?: Error) => void>();
  const fetch = (origin: Origin): Promise<StoredObject<Buffer>> =>
    new Promise((resolve, reject) => {
      answers.set(origin.key, (error) => (error ? reject(error) : resolve({ origin, body: Buffer.from(origin.key) })));
    });
  return { fetch, asked: () => [...answers.keys()], answer: (key: string, error?: Error) => answers.get(key)!(error) };
}

/** Origins that tell how many were taken, and whether they were let go of. */
function watched(list: Iterable<Origin>, failure?: Error) {
  const seen = { taken: 0, isOver: false };
  async function* origins(): AsyncGenerator<Origin> {
    try {
      for (const origin of list) {
        await Promise.resolve();
        seen.taken += 1;
        yield origin;
      }
      if (failure) throw failure;
    } finally {
      seen.isOver = true;
    }
  }
  return { seen, origins: origins() };
}

const keysOf = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at).padStart(4, '0'));

function takeAll(ahead: ReadAhead): string[] {
  const keys: string[] = [];
  for (let object = ahead.take(); object; object = ahead.take()) {
    keys.push(object.error === undefined ? object.origin.key : `!${object.origin.key}`);
    ahead.free(object);
  }
  return keys;
}

test('objects are taken in order, each once it and all before it are there', async () => {
  const store = slowStore();
  const ahead = new ReadAhead(
    ['a', 'b', 'c'].map((key) => originOf(key)),
    {
      ahead_bytes: 10,
      isFetched: () => true,
      fetch: store.fetch,
    },
  );
  await turn();
  expect(store.asked()).toEqual(['a', 'b', 'c']);
  store.answer('c');
  store.answer('b', new Error('gone'));
  await turn();
  expect(takeAll(ahead)).toEqual([]);
  const waiting = ahead.wait();
  store.answer('a');
  expect(await waiting).toBe(true);
  expect(takeAll(ahead)).toEqual(['a', '!b', 'c']);
  expect(await ahead.wait()).toBe(false);
});

test('what is not fetched ahead has its turn, too, and takes no room', async () => {
  const store = slowStore();
  const ahead = new ReadAhead([originOf('a', 8), originOf('large', 1_000), originOf('b', 2)], {
    ahead_bytes: 10,
    isFetched: ({ key }) => key !== 'large',
    fetch: store.fetch,
  });
  await turn();
  expect(store.asked()).toEqual(['a', 'b']);
  for (const key of ['a', 'b']) store.answer(key);
  await ahead.wait();
  expect(takeAll(ahead)).toEqual(['a', 'large', 'b']);
});

test('so many are asked for at once, and so many wait for their turn, but no more', async () => {
  const store = slowStore();
  const keys = keysOf(2_000);
  const { seen, origins } = watched(keys.map((key) => originOf(key)));
  const ahead = new ReadAhead(origins, { ahead_bytes: 1e6, isFetched: () => true, fetch: store.fetch });
  await turn();
  expect(store.asked()).toHaveLength(CONCURRENT_GETS);
  // All but the first come; none has its turn before that one.
  for (let at = 1; at < 512; at += 1) {
    store.answer(keys[at]!);
    await turn();
  }
  expect(store.asked()).toHaveLength(512);
  expect(seen.taken).toBe(513);
  store.answer(keys[0]!);
  await ahead.wait();
  expect(takeAll(ahead)).toEqual(keys.slice(0, 512));
  await turn();
  expect(store.asked()).toHaveLength(512 + CONCURRENT_GETS);
});

test('a failure of the listing comes after the objects before it', async () => {
  const store = slowStore();
  const { origins } = watched([originOf('a')], new Error('no listing'));
  const ahead = new ReadAhead(origins, { ahead_bytes: 10, isFetched: () => true, fetch: store.fetch });
  await turn();
  store.answer('a');
  expect(await ahead.wait()).toBe(true);
  expect(takeAll(ahead)).toEqual(['a']);
  await expect(ahead.wait()).rejects.toThrow('no listing');
});

describe('once it is stopped', () => {
  test.each([
    ['GETs are under way', 1e6],
    ['bytes wait for room', 1],
  ])('it asks for nothing and lets go of the listing, though %s', async (_, ahead_bytes) => {
    const store = slowStore();
    const { seen, origins } = watched(keysOf(2_000).map((key) => originOf(key)));
    const ahead = new ReadAhead(origins, { ahead_bytes, isFetched: () => true, fetch: store.fetch });
    await turn();
    const asked = store.asked();
    ahead.stop();
    await turn();
    expect(seen.isOver).toBe(true);
    for (const key of asked) store.answer(key, new Error('aborted'));
    await turn();
    expect(store.asked()).toEqual(asked);
  });
});
