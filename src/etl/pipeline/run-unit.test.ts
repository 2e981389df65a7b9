import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClickstreamError } from '../../errors.ts';
import { BatchSize } from './batch-size.ts';
import { Budget, type BudgetLimits } from './budget.ts';
import { hourUnit, type HourUnit } from './hours.ts';
import { noCounts } from './ledger.ts';
import { definePipeline } from './pipeline.ts';
import type { UnitResult } from './result.ts';
import { runUnit } from './run-unit.ts';
import { MemorySink } from './testing/memory-sink.ts';
import { MemoryStore } from './testing/memory-store.ts';
import { transform, type Transform } from './transform.ts';
import { RULE } from './testing/rule.ts';

const unit: HourUnit = hourUnit(Date.parse('2025-12-06T05:00:00Z'));
const CLOSED_MS = Date.parse('2025-12-06T06:05:00Z');

interface Options {
  readonly cap?: number;
  readonly transforms?: readonly Transform[];
  readonly limits?: Partial<BudgetLimits>;
  readonly now_ms?: number;
  readonly skipUnchanged?: boolean;
  /** Reading is stopped after so many commits. */
  readonly stopAfter?: number;
}

async function run(store: MemoryStore, sink: MemorySink, options: Options = {}): Promise<UnitResult> {
  const { cap, transforms = [], limits, now_ms = CLOSED_MS, skipUnchanged = false, stopAfter = Infinity } = options;
  const budget = new Budget({ remaining_ms: Infinity, memory_bytes: Infinity, ...limits });
  let commits = 0;
  try {
    return await runUnit(unit, {
      store,
      sink,
      pipeline: definePipeline(transforms as never),
      budget,
      batchSize: new BatchSize(cap),
      rule: RULE,
      skipUnchanged,
      now_ms: () => now_ms,
      onProgress: () => {
        commits += 1;
        if (commits === stopAfter) budget.stop();
      },
    });
  } finally {
    budget.close();
  }
}

const key = (name: string): string => unit.prefix + name;
const event = (name: string, n: number): object => ({ id: `${name}${n}` });
const eventsOf = (name: string, count: number): object[] => Array.from({ length: count }, (_, n) => event(name, n));
const lines = (events: readonly object[]): string => events.map((one) => JSON.stringify(one)).join('\n');
const ids = (sink: MemorySink): unknown[] => sink.events.map((one) => (one as { id: string }).id);
const idsOf = (name: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${name}${n}`);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const settledProgress = (sink: MemorySink) => sink.progress.get(unit.prefix);

/** The forms in which events can lie in an object. */
const FORMS: readonly ((events: readonly object[]) => string | Buffer)[] = [
  lines,
  (events) => `${lines(events)}\n`,
  (events) => JSON.stringify(events),
  (events) => JSON.stringify(events, null, 2),
  (events) => events.map((one) => JSON.stringify(one)).join(''),
  (events) => events.map((one) => JSON.stringify(one, null, 1)).join('\n'),
  (events) => gzipSync(lines(events)),
  (events) => gzipSync(JSON.stringify(events)),
  // Past the size up to which objects are fetched whole.
  (events) => lines(events) + ' '.repeat(2 ** 20),
  (events) => `[${lines(events).replaceAll('\n', ',')}${' '.repeat(2 ** 20)}`,
];

describe('a unit', () => {
  test('is read, written, settled and finished', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 2))).put(key('b'), 'no JSON');
    const sink = new MemorySink();
    const result = await run(store, sink);
    expect(result).toMatchObject({
      status: 'complete',
      prefix: unit.prefix,
      processed: 2,
      read: 3,
      inserted: 2,
      rejected: 1,
    });
    expect(result).toMatchObject({
      reasons: { 'rejected.syntax_error': 1 },
      bytes: lines(eventsOf('a', 2)).length + 'no JSON'.length,
      batches: 1,
      unchanged: false,
    });
    expect(result.resumeFrom).toBeUndefined();
    expect(sink.calls).toEqual(['begin', 'commit', 'committed', 'settle', 'finish', 'release']);
    expect(settledProgress(sink)).toMatchObject({ state: 'completed', pass: 1, partial: null });
    expect(sink.outcomes).toMatchObject([{ status: 'complete' }]);
  });

  test('of which nothing was listed is complete without a batch', async () => {
    const sink = new MemorySink();
    expect(await run(new MemoryStore(), sink)).toMatchObject({ status: 'complete', read: 0, batches: 0 });
    expect(settledProgress(sink)).toMatchObject({ state: 'completed' });
  });

  test('whose listing fails is an error and no empty unit', async () => {
    const store = new MemoryStore();
    store.list = () => {
      throw new ClickstreamError({ code: 'access_denied', stage: 'list', message: 'no' });
    };
    const sink = new MemorySink();
    await expect(run(store, sink)).rejects.toMatchObject({ code: 'access_denied' });
    expect(sink.outcomes).toMatchObject([{ status: 'failed', errorCode: 'access_denied' }]);
    expect(settledProgress(sink)).toMatchObject({ state: 'reading' });
  });

  test('that another run has is busy', async () => {
    const sink = new MemorySink();
    sink.busy = true;
    expect(await run(new MemoryStore().put(key('a'), '{}'), sink)).toMatchObject({ status: 'busy', read: 0 });
    expect(sink.calls).toEqual([]);
  });

  test('stays open when it was listed before its last keys can have come', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 1)));
    const sink = new MemorySink();
    expect(await run(store, sink, { now_ms: CLOSED_MS - 1 })).toMatchObject({ status: 'complete' });
    expect(settledProgress(sink)).toMatchObject({ state: 'loaded' });
  });

  test('that did not change is left alone when that is asked for, and completed when its time has come', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 1)));
    const sink = new MemorySink();
    await run(store, sink, { now_ms: CLOSED_MS - 1 });
    const again = await run(store, sink, { skipUnchanged: true });
    expect(again).toMatchObject({ status: 'complete', unchanged: true, read: 0 });
    expect(settledProgress(sink)).toMatchObject({ state: 'completed', pass: 1 });
    store.put(key('b'), lines(eventsOf('b', 1)));
    expect(await run(store, sink, { skipUnchanged: true })).toMatchObject({ unchanged: false, read: 2 });
    expect(settledProgress(sink)).toMatchObject({ state: 'completed', pass: 2 });
    expect(await run(store, sink)).toMatchObject({ unchanged: false, read: 2 });
  });
});

describe('resuming', () => {
  test('after any commits, in objects of any form, every record comes once and in order', async () => {
    const object = fc.record({ form: fc.nat(FORMS.length - 1), size: fc.nat(6) });
    const stops = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        stops,
        async (objects, cap, pattern) => {
          const store = new MemoryStore();
          store.chunk_bytes = 7 + cap;
          for (const [at, { form, size }] of objects.entries()) {
            const body = FORMS[form]!(eventsOf(`${at}.`, size));
            // Many small chunks of blanks would only take time.
            if (body.length > 2 ** 20) store.chunk_bytes = 2 ** 18;
            store.put(key(String(at)), body);
          }
          const whole = new MemorySink();
          const once = await run(store, whole, { cap });
          const sink = new MemorySink();
          const sum = noCounts();
          for (let turns = 0, status = 'partial'; status === 'partial'; turns += 1) {
            const result = await run(store, sink, { cap, stopAfter: pattern[turns % pattern.length]! });
            for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += result[name];
            status = result.status;
            expect(turns).toBeLessThan(60);
          }
          expect(ids(sink)).toEqual(ids(whole));
          expect(sink.rejects).toEqual(whole.rejects);
          const { batches: _, ...counts } = sum;
          expect(once).toMatchObject(counts);
          expect(settledProgress(sink)!.counts).toEqual(sum);
          for (const { counts } of sink.commits) expect(counts.read).toBeLessThanOrEqual(cap);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('says where the next run goes on', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 2))).put(key('b'), lines(eventsOf('b', 10)));
    const first = await run(store, new MemorySink(), { cap: 3, stopAfter: 1 });
    expect(first.status).toBe('partial');
    expect(first.resumeFrom).toEqual({ key: key('b'), index: first.read - 2 });
  });

  test.each<[string, (store: MemoryStore) => unknown]>([
    ['a key came in before the checkpoint', (store) => store.put(key('A'), lines(eventsOf('A', 1)))],
    ['a key before it is gone', (store) => store.delete(key('a'))],
    ['an object before it changed', (store) => store.put(key('a'), lines(eventsOf('x', 2)))],
    ['the object it lies in changed', (store) => store.put(key('b'), lines(eventsOf('x', 9)))],
    ['the object it lies in is gone', (store) => store.delete(key('b'))],
  ])('starts over when %s', async (_, change) => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 2))).put(key('b'), lines(eventsOf('b', 9)));
    const sink = new MemorySink();
    await run(store, sink, { cap: 3, stopAfter: 1 });
    expect(settledProgress(sink)).toMatchObject({ state: 'reading', partial: { key: key('b') } });
    change(store);
    sink.commits.length = 0;
    expect(await run(store, sink, { cap: 3 })).toMatchObject({ status: 'complete' });
    const anew = new MemorySink();
    await run(store, anew, { cap: 3 });
    expect(ids(sink)).toEqual(ids(anew));
    expect(settledProgress(sink)).toMatchObject({ pass: 2, counts: settledProgress(anew)!.counts });
  });

  test('reads keys that came in behind the checkpoint without starting over', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 6)));
    const sink = new MemorySink();
    await run(store, sink, { cap: 2, stopAfter: 1 });
    store.put(key('b'), lines(eventsOf('b', 1)));
    await run(store, sink, { cap: 2 });
    expect(ids(sink)).toEqual([...idsOf('a', 6), 'b0']);
    expect(settledProgress(sink)).toMatchObject({ pass: 1, counts: { read: 7, processed: 2 } });
  });
});

describe('when time or memory runs out', () => {
  test('what was read is committed, although the store gives nothing more', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 3))).put(key('b'), lines(eventsOf('b', 3)));
    store.beforeGet = async (name, signal) => {
      if (name === key('b'))
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    };
    const sink = new MemorySink();
    const result = await run(store, sink, { limits: { remaining_ms: 600 } });
    expect(result).toMatchObject({ status: 'partial', read: 3, processed: 1, resumeFrom: { key: key('a') } });
    expect(sink.calls).toEqual(['begin', 'commit', 'committed', 'release']);
    expect(sink.outcomes).toMatchObject([{ status: 'partial' }]);
    store.beforeGet = () => undefined;
    expect(await run(store, sink)).toMatchObject({ status: 'complete', read: 3 });
    expect(ids(sink)).toEqual([...idsOf('a', 3), ...idsOf('b', 3)]);
  });

  test('amid an object of many batches, only those in hand are still committed', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 500)));
    const sink = new MemorySink();
    const result = await run(store, sink, { cap: 1, stopAfter: 3 });
    expect(result.status).toBe('partial');
    expect(result.read).toBeLessThanOrEqual(5);
  });

  test('a run over its memory commits one batch all the same, or no run would ever get on', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 6)));
    const sink = new MemorySink();
    const statuses: string[] = [];
    for (let runs = 0; runs < 4; runs += 1) {
      statuses.push((await run(store, sink, { cap: 2, limits: { memory_bytes: 1 } })).status);
      if (statuses.at(-1) === 'complete') break;
    }
    expect(statuses).toEqual(['partial', 'partial', 'complete']);
    expect(ids(sink)).toEqual(idsOf('a', 6));
  });

  test('during a commit, what was committed before stands and is what the result counts', async () => {
    const store = new MemoryStore().put(key('a'), `${lines(eventsOf('a', 4))}\nbad`);
    const sink = new MemorySink();
    sink.beforeCommit = () => {
      if (sink.commits.length === 2)
        throw new ClickstreamError({ code: 'out_of_time', stage: 'write', message: 'late' });
    };
    const result = await run(store, sink, { cap: 2 });
    expect(result).toMatchObject({ status: 'partial', read: 4, rejected: 0, reasons: {} });
    expect(ids(sink)).toEqual(idsOf('a', 4));
  });

  test('during settling, the next run only settles and finishes', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 2)));
    const sink = new MemorySink();
    sink.beforeSettle = () => {
      throw new ClickstreamError({ code: 'out_of_time', stage: 'settle', message: 'late' });
    };
    expect(await run(store, sink)).toMatchObject({ status: 'partial', read: 2 });
    expect(settledProgress(sink)).toMatchObject({ state: 'reading' });
    sink.beforeSettle = () => undefined;
    expect(await run(store, sink)).toMatchObject({ status: 'complete', read: 0 });
    expect(settledProgress(sink)).toMatchObject({ state: 'completed', counts: { read: 2 } });
  });

  test('before a gzip object was inflated up to its checkpoint, that is an error that says so', async () => {
    const store = new MemoryStore().put(key('a'), gzipSync(lines(eventsOf('a', 9))));
    const sink = new MemorySink();
    await run(store, sink, { cap: 2, stopAfter: 1 });
    store.beforeGet = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    await expect(run(store, sink, { limits: { remaining_ms: 500 } })).rejects.toMatchObject({ code: 'gzip_too_slow' });
  });
});

describe('a failure', () => {
  test('of a transform fails the run by its name, and nothing of its batch is committed', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 4)));
    const sink = new MemorySink();
    const spoil = transform({
      name: 'spoil',
      batch: (records) => {
        if (records.some((record) => record.event['id'] === 'a2')) throw new TypeError('no a2');
        return undefined;
      },
    });
    await expect(run(store, sink, { cap: 2, transforms: [spoil] })).rejects.toMatchObject({
      code: 'transform_failed',
      message: expect.stringContaining('"spoil"') as string,
    });
    expect(ids(sink)).toEqual(['a0', 'a1']);
    expect(sink.outcomes).toMatchObject([{ status: 'failed', errorCode: 'transform_failed' }]);
  });

  test('of a commit fails the run, and no later batch is committed', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 9)));
    const sink = new MemorySink();
    sink.beforeCommit = () => {
      if (sink.commits.length === 1) throw new ClickstreamError({ code: 'lost_hour', stage: 'write', message: 'lost' });
    };
    await expect(run(store, sink, { cap: 2 })).rejects.toMatchObject({ code: 'lost_hour' });
    expect(ids(sink)).toEqual(['a0', 'a1']);
    expect(sink.calls.filter((call) => call === 'commit')).toHaveLength(2);
  });

  test('of reading lets go of the unit only after the commit under way has ended', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 3))).put(key('b'), lines(eventsOf('b', 1)));
    store.beforeGet = async (name) => {
      await turn();
      if (name === key('b'))
        throw new ClickstreamError({ code: 'store_unavailable', stage: 'read', message: 'no answer' });
    };
    const sink = new MemorySink();
    sink.beforeCommit = async () => {
      for (let turns = 0; turns < 20; turns += 1) await turn();
    };
    await expect(run(store, sink, { cap: 2 })).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(sink.calls).toEqual(['begin', 'commit', 'committed', 'release']);
  });

  test('of a record’s account is found before anything is committed', async () => {
    const store = new MemoryStore().put(key('a'), lines(eventsOf('a', 2)));
    const sink = new MemorySink();
    const lose = transform({ name: 'lose', batch: (records) => records.slice(1) });
    await expect(run(store, sink, { transforms: [lose] })).rejects.toMatchObject({ code: 'transform_failed' });
    expect(sink.commits).toEqual([]);
  });
});

test('the ledger has everything that transforms made, left out and rejected, with its reasons', async () => {
  const store = new MemoryStore().put(key('a'), `${lines(eventsOf('a', 5))}\nbad`);
  const sink = new MemorySink();
  const sort = transform({
    name: 'sort',
    batch: (records, context) => {
      for (const record of records) {
        const { id } = record.event;
        if (id === 'a0') context.reject(record, 'unwanted', 'It is a0.');
        if (id === 'a1') context.drop(record, 'boring');
        if (id === 'a2') context.drop(record, 'duplicate');
        context.count('looked');
      }
      const last = records.at(-1)!;
      return [...records, { ...last, row: { ...last.row } }];
    },
  });
  const result = await run(store, sink, { transforms: [sort] });
  expect(result).toMatchObject({ read: 6, split: 1, inserted: 3, duplicates: 1, rejected: 2, dropped: 1 });
  expect(result.reasons).toEqual({
    'rejected.unwanted': 1,
    'rejected.syntax_error': 1,
    'dropped.boring': 1,
    'sort.looked': 5,
  });
});

test('objects that arrive in any order are committed in the order of their keys', async () => {
  const store = new MemoryStore();
  const names = Array.from({ length: 60 }, (_, at) => String(at).padStart(2, '0'));
  for (const name of names) store.put(key(name), lines(eventsOf(name, 2)));
  let seed = 7;
  store.beforeGet = async () => {
    seed = (seed * 48_271) % 2_147_483_647;
    for (let turns = seed % 12; turns > 0; turns -= 1) await turn();
  };
  const sink = new MemorySink();
  await run(store, sink, { cap: 7 });
  expect(ids(sink)).toEqual(names.flatMap((name) => idsOf(name, 2)));
  expect(sink.commits.map(({ events }) => events.length).slice(0, -1)).toEqual(Array.from({ length: 17 }, () => 7));
});
