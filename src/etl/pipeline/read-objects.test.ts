import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClickstreamError } from '../../errors.ts';
import type { PartialObject } from './progress.ts';
import { readObjects, readTogether, type ObjectChunk } from './read-objects.ts';
import type { Origin } from './record.ts';
import { MemoryStore } from './testing/memory-store.ts';

const { signal } = new AbortController();

interface Options {
  readonly partial?: PartialObject | null;
  readonly ahead_bytes?: number;
  readonly onChunk?: (chunk: ObjectChunk) => void | Promise<void>;
}

/** Reads keys, as `key n` for a record and `key !code` for a reject; `key .` ends an object. */
async function read(store: MemoryStore, keys: readonly string[], options: Options = {}): Promise<string[]> {
  async function* origins(): AsyncGenerator<Origin> {
    for (const key of keys) {
      await Promise.resolve();
      yield store.origin(key);
    }
  }
  const { partial = null, ahead_bytes = 1e6, onChunk } = options;
  const out: string[] = [];
  for await (const chunk of readObjects(store, origins(), { partial, ahead_bytes, signal })) {
    for (const piece of chunk.pieces) {
      out.push(`${chunk.origin.key} ${piece.ok ? String(piece.event['n']) : `!${piece.code}`}`);
    }
    if (chunk.last) out.push(`${chunk.origin.key} .`);
    await onChunk?.(chunk);
  }
  return out;
}

const lines = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, at) => JSON.stringify({ n: from + at })).join('\n');
const key = (at: number): string => String(at).padStart(3, '0');
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('objects are delivered in order, whatever the order in which they arrive', async () => {
  const latencies = fc.array(fc.nat(8), { minLength: 1, maxLength: 150 });
  await fc.assert(
    fc.asyncProperty(latencies, fc.integer({ min: 20, max: 200 }), async (turns, ahead_bytes) => {
      const store = new MemoryStore();
      const keys = turns.map((_, at) => String(at).padStart(3, '0'));
      for (const key of keys) store.put(key, lines(2));
      store.beforeGet = async (key) => {
        for (let left = turns[Number(key)]!; left > 0; left -= 1) await turn();
      };
      const out = await read(store, keys, { ahead_bytes });
      expect(out).toEqual(keys.flatMap((key) => [`${key} 0`, `${key} 1`, `${key} .`]));
    }),
    { numRuns: 15 },
  );
});

test('many objects are asked for at once, but never more bytes than may be read ahead', async () => {
  const store = new MemoryStore();
  const keys = Array.from({ length: 100 }, (_, at) => String(at).padStart(3, '0'));
  for (const key of keys) store.put(key, `{"n":${'1'.repeat(4)}}`);
  const size_bytes = 10;
  let delivered = 0;
  let most = 0;
  store.beforeGet = async () => {
    most = Math.max(most, store.gets.length - delivered);
    await turn();
  };
  const onChunk = async (): Promise<void> => {
    await turn();
    delivered += 1;
  };
  await read(store, keys, { ahead_bytes: 8 * size_bytes, onChunk });
  expect(most).toBeLessThanOrEqual(8);
  expect(most).toBeGreaterThan(4);
});

test('an object larger than a mebibyte is streamed in its turn, between those fetched ahead', async () => {
  const store = new MemoryStore().put('a', '{"n":1}').put('c', '{"n":2}');
  store.put('b', lines(3) + ' '.repeat(2 ** 20));
  expect(await read(store, ['a', 'b', 'c'])).toEqual(['a 1', 'a .', 'b 0', 'b 1', 'b 2', 'b .', 'c 2', 'c .']);
});

test('small objects that are there come together, up to so many and so many bytes; others come alone', async () => {
  const store = new MemoryStore();
  const sizes = [...Array<number>(70).fill(10), 40_000, 40_000, 10, 2 ** 20 + 10, 10];
  for (const [at, size_bytes] of sizes.entries()) store.put(key(at), lines(1).padEnd(size_bytes));
  const origins = sizes.map((_, at) => store.origin(key(at)));
  const lists: number[] = [];
  for await (const chunks of readTogether(store, origins, { partial: null, ahead_bytes: 1e6, signal })) {
    lists.push(chunks.filter(({ last }) => last).length);
    // Time for all of them to arrive.
    for (let turns = 0; turns < 5; turns += 1) await turn();
  }
  expect(lists.reduce((sum, count) => sum + count)).toBe(sizes.length);
  expect(lists.slice(0, 3)).toEqual([64, 8, 1]);
});

test('empty objects and folder markers hold no record and are not asked for', async () => {
  const store = new MemoryStore().put('a/', '').put('b', '{"n":1}');
  expect(await read(store, ['a/', 'b'])).toEqual(['a/ .', 'b 1', 'b .']);
  expect(store.gets).toEqual(['b']);
});

test('an object that is gone or archived is one reject, and the next ones are read', async () => {
  const store = new MemoryStore()
    .put('a', '{"n":1}')
    .put('b', '{"n":2}')
    .put('c', lines(1) + ' '.repeat(2 ** 20));
  store.beforeGet = (key) => {
    const code = key === 'a' ? 'object_missing' : key === 'c' ? 'object_archived' : '';
    if (code) throw new ClickstreamError({ code, stage: 'read', message: `${key} cannot be read` });
  };
  expect(await read(store, ['a', 'b', 'c'])).toEqual([
    'a !object_missing',
    'a .',
    'b 2',
    'b .',
    'c !object_archived',
    'c .',
  ]);
});

test('any other failure comes up when its object’s turn has come, and not before', async () => {
  const store = new MemoryStore().put('a', '{"n":1}').put('b', '{"n":2}');
  store.beforeGet = (key) => {
    if (key === 'b') throw new Error('no answer');
  };
  const seen: string[] = [];
  const onChunk = async ({ origin }: ObjectChunk): Promise<void> => {
    seen.push(origin.key);
    await turn();
  };
  await expect(read(store, ['a', 'b'], { onChunk })).rejects.toThrow('no answer');
  expect(seen).toEqual(['a']);
});

describe('the first object goes on', () => {
  const at = (key: string, store: MemoryStore, position: Partial<PartialObject>): PartialObject => {
    const start = { gzip: false, index: 0, offset_bytes: 0, mode: 'lines', inArray: false } as const;
    return { ...start, key, etag: store.origin(key).etag, ...position };
  };

  test('from where the checkpoint lies, and those after it are read whole', async () => {
    const store = new MemoryStore().put('a', lines(3)).put('b', lines(1, 9));
    const partial = at('a', store, { index: 2, offset_bytes: lines(2).length + 1 });
    expect(await read(store, ['a', 'b'], { partial })).toEqual(['a 2', 'a .', 'b 9', 'b .']);
  });

  test('in gzip, too, by inflating up to there', async () => {
    const store = new MemoryStore().put('a', gzipSync(lines(3)));
    const partial = at('a', store, { gzip: true, index: 1, offset_bytes: lines(1).length + 1 });
    expect(await read(store, ['a'], { partial })).toEqual(['a 1', 'a 2', 'a .']);
  });

  test('at its very end without asking for bytes that are not there, and still says what the end lacks', async () => {
    const store = new MemoryStore().put('a', '{"n":1}').put('b', '[{"n":1}');
    const end = { index: 1, mode: 'first' } as const;
    expect(await read(store, ['a'], { partial: at('a', store, { ...end, offset_bytes: 7 }) })).toEqual(['a .']);
    const open = at('b', store, { ...end, offset_bytes: 8, inArray: true });
    expect(await read(store, ['b'], { partial: open })).toEqual(['b !syntax_error', 'b .']);
    expect(await read(store, ['b'], { partial: { ...open, index: 2, mode: 'done', inArray: false } })).toEqual(['b .']);
    expect(store.gets).toEqual([]);
  });

  test('never in another object that has taken its place since the listing', async () => {
    const store = new MemoryStore().put('a', gzipSync(lines(3)));
    const partial = at('a', store, { gzip: true, index: 1, offset_bytes: lines(1).length + 1 });
    store.beforeGet = () => void store.put('a', gzipSync(lines(5, 100)));
    await expect(read(store, ['a'], { partial })).rejects.toMatchObject({ code: 'object_replaced' });
  });
});

test('an object that was replaced since the listing is read as it is now', async () => {
  const store = new MemoryStore().put('a', '{"n":1}');
  store.beforeGet = () => void store.put('a', '{"n":2}{"n":3}');
  const origins: Origin[] = [];
  const out = await read(store, ['a'], { onChunk: ({ origin }) => void origins.push(origin) });
  expect(out).toEqual(['a 2', 'a 3', 'a .']);
  expect(origins[0]).toEqual(store.origin('a'));
});
