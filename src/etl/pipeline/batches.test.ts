import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchesOf, type Batch } from './batches.ts';
import { decode } from './decode/testing.ts';
import { definePipeline } from './pipeline.ts';
import { NO_KEYS } from './progress.ts';
import type { ObjectChunk } from './read-objects.ts';
import { ORIGIN } from './testing/records.ts';
import { RULE } from './testing/rule.ts';

const START = { seen: NO_KEYS, partial: null };

/** Objects of so many records each, in chunks of at most `perChunk`. */
async function* chunksOf(sizes: readonly number[], perChunk: number): AsyncGenerator<ObjectChunk[]> {
  for (const [object, size] of sizes.entries()) {
    const origin = { ...ORIGIN, key: `key-${object}`, size_bytes: size };
    const text = Array.from({ length: size }, (_, n) => JSON.stringify({ n: `${object}.${n}` })).join('\n');
    const pieces = decode(text);
    for (let at = 0; at < pieces.length; at += perChunk) {
      await Promise.resolve();
      yield [{ origin, gzip: false, pieces: pieces.slice(at, at + perChunk), last: false }];
    }
    yield [{ origin, gzip: false, pieces: [], last: true }];
  }
}

async function batchesFrom(
  chunks: AsyncIterable<ObjectChunk[]>,
  limits: { records?: number; bytes?: number },
  onBatch: (batch: Batch, stop: AbortController) => void = () => undefined,
): Promise<Batch[]> {
  const run = await definePipeline([]).open(RULE);
  const stop = new AbortController();
  const { records = Infinity, bytes = Infinity } = limits;
  const batches: Batch[] = [];
  for await (const batch of batchesOf(
    chunks,
    START,
    run.record.bind(run),
    { records: () => records, bytes },
    stop.signal,
  )) {
    batches.push(batch);
    onBatch(batch, stop);
  }
  return batches;
}

const namesOf = (batches: readonly Batch[]) => batches.flatMap(({ records }) => records.map(({ event }) => event['n']));
const everyName = (sizes: readonly number[]) =>
  sizes.flatMap((size, object) => Array.from({ length: size }, (_, n) => `${object}.${n}`));

test('every batch but the last is exactly as large as the cap, however objects and chunks are cut', async () => {
  const sizes = fc.array(fc.nat(9), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 7 }),
      async (list, cap, perChunk) => {
        const batches = await batchesFrom(chunksOf(list, perChunk), { records: cap });
        expect(namesOf(batches)).toEqual(everyName(list));
        for (const batch of batches.slice(0, -1)) expect(batch.counts.read).toBe(cap);
        for (const batch of batches) expect(batch.counts.read).toBeLessThanOrEqual(cap);
        expect(batches.reduce((sum, { counts }) => sum + counts.processed, 0)).toBe(list.length);
        expect(batches.reduce((sum, { counts }) => sum + counts.bytes, 0)).toBe(list.reduce((a, b) => a + b, 0));
      },
    ),
    { numRuns: 60 },
  );
});

test('each batch says where it ends: after an object, or before the next record of one', async () => {
  const batches = await batchesFrom(chunksOf([2, 3], 2), { records: 2 });
  expect(
    batches.map(({ seen, partial }) => [seen.lastKey, partial?.key, partial?.index, partial?.offset_bytes]),
  ).toEqual([
    ['key-0', undefined, undefined, undefined],
    ['key-0', 'key-1', 2, '{"n":"1.0"}\n{"n":"1.1"}'.length],
    ['key-1', undefined, undefined, undefined],
  ]);
});

test('a batch holds no more bytes of text than it may, and a larger record comes alone', async () => {
  const batches = await batchesFrom(chunksOf([6], 6), { bytes: 25 });
  expect(batches.map(({ records }) => records.length)).toEqual([2, 2, 2]);
  const alone = await batchesFrom(chunksOf([3], 3), { bytes: 5 });
  expect(alone.map(({ records }) => records.length)).toEqual([1, 1, 1]);
});

test('objects without a record fill batches, too, so that their keys reach a checkpoint', async () => {
  const batches = await batchesFrom(
    chunksOf(
      Array.from({ length: 25_000 }, () => 0),
      1,
    ),
    {},
  );
  expect(batches.map(({ counts }) => counts.processed)).toEqual([10_000, 10_000, 5000]);
  expect(batches.at(-1)!.seen.objects).toBe(25_000);
});

test('nothing to read is no batch', async () => {
  expect(await batchesFrom(chunksOf([], 1), {})).toEqual([]);
});

test('when reading is stopped the batch in hand is the last one, even amid a chunk of many batches', async () => {
  const batches = await batchesFrom(chunksOf([100], 100), { records: 3 }, (batch, stop) => {
    if (namesOf([batch]).includes('0.3')) stop.abort();
  });
  expect(namesOf(batches)).toEqual(['0.0', '0.1', '0.2', '0.3', '0.4', '0.5']);
  expect(batches.at(-1)!.partial).toMatchObject({ key: 'key-0', index: 6 });
});

test('when reading is stopped while a chunk is awaited, what was read is a batch at once', async () => {
  const stop = new AbortController();
  async function* stalling(): AsyncGenerator<ObjectChunk[]> {
    yield* chunksOf([2], 2);
    setTimeout(() => stop.abort(), 5);
    await new Promise(() => undefined);
  }
  const run = await definePipeline([]).open(RULE);
  const limits = { records: () => 10, bytes: Infinity };
  const batches: Batch[] = [];
  for await (const batch of batchesOf(stalling(), START, run.record.bind(run), limits, stop.signal))
    batches.push(batch);
  expect(namesOf(batches)).toEqual(['0.0', '0.1']);
});

test('an error of reading comes through, unless reading was stopped already', async () => {
  async function* failing(): AsyncGenerator<ObjectChunk[]> {
    yield* chunksOf([2], 2);
    throw new Error('gone');
  }
  await expect(batchesFrom(failing(), {})).rejects.toThrow('gone');
  const stopped = await batchesFrom(failing(), { records: 1 }, (_, stop) => stop.abort());
  expect(namesOf(stopped)).toEqual(['0.0']);
});

describe('the source of a run', () => {
  /** A source that says what is done with it. */
  function watched(calls: string[], failure?: { readonly next?: unknown; readonly return?: Error }) {
    const chunks = chunksOf([1, 1], 1);
    return {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          calls.push('next');
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- JavaScript may throw anything
          if (failure?.next !== undefined) throw failure.next;
          return chunks.next();
        },
        return: () => {
          calls.push('return');
          return failure?.return === undefined
            ? Promise.resolve({ done: true as const, value: undefined })
            : Promise.reject(failure.return);
        },
      }),
    };
  }

  test('is not asked for anything when reading was stopped before it began', async () => {
    const calls: string[] = [];
    const run = await definePipeline([]).open(RULE);
    const limits = { records: () => 10, bytes: Infinity };
    const batches = batchesOf(watched(calls), START, run.record.bind(run), limits, AbortSignal.abort());
    expect(await batches.next()).toEqual({ done: true, value: undefined });
    expect(calls).toEqual(['return']);
  });

  test('is let go of at its end, when reading is stopped, and when nobody wants more', async () => {
    const atEnd: string[] = [];
    await batchesFrom(watched(atEnd), {});
    expect(atEnd).toEqual(['next', 'next', 'next', 'next', 'next', 'return']);
    const stopped: string[] = [];
    await batchesFrom(watched(stopped), { records: 1 }, (_, stop) => stop.abort());
    expect(stopped).toEqual(['next', 'next', 'next', 'return']);
    const left: string[] = [];
    await expect(
      batchesFrom(watched(left), { records: 1 }, () => {
        throw new Error('enough');
      }),
    ).rejects.toThrow('enough');
    expect(left).toEqual(['next', 'next', 'next', 'return']);
  });

  test('may fail to be let go of', async () => {
    const batches = await batchesFrom(watched([], { return: new Error('stuck') }), {});
    // Longer than it takes an unhandled rejection to end the process.
    await new Promise((resolve) => setImmediate(resolve));
    expect(namesOf(batches)).toEqual(['0.0', '1.0']);
  });

  test('may be one that cannot be let go of', async () => {
    const chunks = chunksOf([2], 2);
    const source = { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) };
    expect(namesOf(await batchesFrom(source, {}))).toEqual(['0.0', '0.1']);
  });

  test('fails with what it threw, be that an error or not', async () => {
    const error = new RangeError('gone');
    await expect(batchesFrom(watched([], { next: error }), {})).rejects.toBe(error);
    await expect(batchesFrom(watched([], { next: 'gone' }), {})).rejects.toThrow(new Error('gone'));
  });
});

test('no batch keeps listening to the signal', async () => {
  const stop = new AbortController();
  const listening = new Set<unknown>();
  const { signal } = stop;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: () => void, options?: { readonly once?: boolean }) => {
    listening.add(listener);
    add(type, listener, options);
  };
  signal.removeEventListener = (type: string, listener: () => void) => {
    if (type === 'abort') listening.delete(listener);
    remove(type, listener);
  };
  const run = await definePipeline([]).open(RULE);
  const limits = { records: () => 1, bytes: Infinity };
  let most = 0;
  for await (const batch of batchesOf(chunksOf([3], 3), START, run.record.bind(run), limits, signal)) {
    most = Math.max(most, listening.size);
    expect(batch.records).toHaveLength(1);
  }
  expect([most, listening.size]).toEqual([1, 0]);
});

test('a batch’s rejects are the pieces of its objects that are no records', async () => {
  async function* broken(): AsyncGenerator<ObjectChunk[]> {
    await Promise.resolve();
    yield [{ origin: ORIGIN, gzip: true, pieces: decode('{"n":1}\nno JSON\n{"n":2}'), last: false }];
  }
  const [batch] = await batchesFrom(broken(), {});
  expect(batch).toMatchObject({
    rejects: [{ origin: ORIGIN, index: 1, code: 'syntax_error', raw: Buffer.from('no JSON') }],
    counts: { read: 3, processed: 0, bytes: 0, rejected: 0 },
    seen: NO_KEYS,
    partial: { key: ORIGIN.key, etag: ORIGIN.etag, gzip: true, index: 3, mode: 'lines', inArray: false },
  });
  expect(batch!.rejects[0]!.detail).not.toBe('');
});

test('a batch that is as large as it may be in bytes takes no more, and one byte less of text does', async () => {
  // Each record is {"n":"0.N"}, 11 bytes.
  const sizes = async (bytes: number) =>
    (await batchesFrom(chunksOf([4], 4), { bytes })).map(({ counts }) => counts.read);
  expect(await sizes(22)).toEqual([2, 2]);
  expect(await sizes(21)).toEqual([1, 1, 1, 1]);
  expect(await sizes(32)).toEqual([2, 2]);
  expect(await sizes(33)).toEqual([3, 1]);
});
