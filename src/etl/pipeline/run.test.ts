import { describe, expect, test } from 'vitest';
import { ClickstreamError, type Stage } from '../../errors.ts';
import { BatchSize } from './batch-size.ts';
import { Budget } from './budget.ts';
import { hourUnit, HOUR_MS, type HourUnit } from './hours.ts';
import { noCounts } from './ledger.ts';
import { definePipeline } from './pipeline.ts';
import type { RunResult, UnitResult } from './result.ts';
import { HoursFailed, runUnits, type UnitFailure } from './run.ts';
import { MemorySink } from './testing/memory-sink.ts';
import { MemoryStore } from './testing/memory-store.ts';
import { RULE } from './testing/rule.ts';

const FIRST_MS = Date.parse('2025-12-06T05:00:00Z');
const UNITS = [0, 1, 2].map((at) => hourUnit(FIRST_MS + at * HOUR_MS));
const [five, six, seven] = UNITS.map(({ prefix }) => prefix) as [string, string, string];

class Bench {
  readonly store = new MemoryStore();
  readonly sink = new MemorySink();
  readonly budget = new Budget({ remaining_ms: Infinity, memory_bytes: Infinity });
  readonly done: UnitResult[] = [];
  readonly failed: UnitFailure[] = [];

  constructor() {
    for (const { prefix } of UNITS) this.store.put(`${prefix}a`, '{"n":1}');
  }

  run(
    units: Iterable<HourUnit> = UNITS,
    options: { skipUnchanged?: boolean; now_ms?: number } = {},
  ): Promise<RunResult> {
    const { skipUnchanged = false, now_ms = FIRST_MS + 10 * HOUR_MS } = options;
    return runUnits(
      { prefix: 'events/2025/12/06/', units },
      {
        store: this.store,
        sink: this.sink,
        pipeline: definePipeline([]),
        budget: this.budget,
        batchSize: new BatchSize(),
        rule: RULE,
        skipUnchanged,
        now_ms: () => now_ms,
        onUnit: (result) => this.done.push(result),
        onUnitFailed: (failure) => this.failed.push(failure),
      },
    );
  }

  /** Makes reading an hour's object fail. */
  failAt(prefix: string, error: unknown): this {
    const { beforeGet } = this.store;
    this.store.beforeGet = (key, signal) => {
      if (key.startsWith(prefix)) throw error;
      return beforeGet(key, signal);
    };
    return this;
  }

  /** What is thrown in the end. */
  async failure(): Promise<HoursFailed> {
    const error: unknown = await this.run().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof HoursFailed)) throw new Error(`not the failure of an hour: ${String(error)}`);
    return error;
  }
}

const coded = (code: string, stage: Stage = 'read'): ClickstreamError =>
  new ClickstreamError({ code, stage, message: `It is ${code}.` });
const prefixes = (results: readonly { readonly prefix: string }[]) => results.map(({ prefix }) => prefix);

test('hours are done one after another, in the order given, and told of as they end', async () => {
  const bench = new Bench();
  const began_ms = performance.now();
  const result = await bench.run([UNITS[2]!, UNITS[0]!, UNITS[1]!]);
  const took_ms = performance.now() - began_ms;
  expect(result).toMatchObject({ status: 'complete', prefix: 'events/2025/12/06/', read: 3, inserted: 3, batches: 3 });
  expect(prefixes(result.hours)).toEqual([seven, five, six]);
  expect(bench.done).toEqual(result.hours);
  expect(bench.store.gets).toEqual([`${seven}a`, `${five}a`, `${six}a`]);
  expect(Number.isInteger(result.durationMs) && result.durationMs >= 0).toBe(true);
  expect(result.durationMs).toBeLessThanOrEqual(Math.ceil(took_ms));
  expect(result.peakRssMb).toBeGreaterThan(10);
});

test('a sink that cannot be written to is found before anything is read', async () => {
  const bench = new Bench();
  bench.sink.open = () => Promise.reject(coded('missing_table', 'config'));
  await expect(bench.run()).rejects.toMatchObject({ code: 'missing_table' });
  expect(bench.store.gets).toEqual([]);
});

test('an hour that another run has is busy, and the others are done', async () => {
  const bench = new Bench();
  const { sink } = bench;
  const claim = sink.claim.bind(sink);
  sink.claim = (unit) => (unit.prefix === six ? Promise.resolve(undefined) : claim(unit));
  const result = await bench.run();
  expect(result.status).toBe('busy');
  expect(result.hours.map(({ status }) => status)).toEqual(['complete', 'busy', 'complete']);
});

describe('hours that needed nothing', () => {
  test('are left out of the result, but for the one that was asked for', async () => {
    const bench = new Bench();
    await bench.run();
    bench.store.put(`${seven}b`, '{"n":2}');
    const result = await bench.run(UNITS, { skipUnchanged: true });
    expect(result.hours.map(({ prefix, unchanged }) => [prefix, unchanged])).toEqual([
      [five, true],
      [seven, false],
    ]);
    expect(bench.done.slice(3).map(({ unchanged }) => unchanged)).toEqual([true, true, false]);
  });
});

describe('when time runs out', () => {
  test('between two hours, the invocation is partial and the next one begins with the hour whose turn it was', async () => {
    const bench = new Bench();
    bench.store.beforeGet = (key) => {
      if (key.startsWith(six)) bench.budget.stop();
    };
    // Hour 6 was read when it was stopped, and is partial; nothing of hour 7 is begun.
    const within = await bench.run();
    expect(within.status).toBe('partial');
    expect(within.hours.map(({ prefix, status }) => [prefix, status])).toEqual([
      [five, 'complete'],
      [six, 'partial'],
    ]);
    expect(bench.store.gets).not.toContain(`${seven}a`);
    const next = await bench.run([UNITS[2]!]);
    expect(next).toMatchObject({ status: 'partial', read: 0, resumeFrom: { key: seven } });
    expect(next.hours).toEqual([
      {
        status: 'partial',
        prefix: seven,
        ...noCounts(),
        durationMs: 0,
        peakRssMb: 0,
        resumeFrom: { key: seven },
        unchanged: false,
        reasons: {},
        transforms: [],
      },
    ]);
    expect(bench.store.gets).not.toContain(`${seven}a`);
  });

  test('before a key range, the next one begins with the range', async () => {
    const bench = new Bench();
    bench.budget.stop();
    const unit = { ...UNITS[0]!, startAfter: `${five}Z` };
    const result = await bench.run([unit, UNITS[1]!]);
    expect(result).toMatchObject({ status: 'partial', resumeFrom: { key: `${five}Z` } });
    expect(prefixes(result.hours)).toEqual([`${five} after "${five}Z"`]);
    expect(bench.done).toEqual([]);
  });
});

describe('an hour that fails', () => {
  test('does not keep the others from being done, and is thrown at the end with what they came to', async () => {
    const cause = coded('store_unavailable', 'list');
    const bench = new Bench().failAt(six, cause);
    const error = await bench.failure();
    expect(error).toMatchObject({ code: 'store_unavailable', stage: 'list', cause });
    expect(error.message).toBe(`An hour failed: ${six} (store_unavailable: It is store_unavailable.)`);
    expect(error.failures).toEqual([{ prefix: six, error: cause }]);
    expect(error.result).toMatchObject({ status: 'complete', read: 2 });
    expect(prefixes(error.result.hours)).toEqual([five, seven]);
    expect(bench.failed).toEqual(error.failures);
  });

  test('with another one is reported under a code of its own, with each of them', async () => {
    const bench = new Bench().failAt(five, coded('gzip_too_slow')).failAt(seven, coded('store_unavailable', 'list'));
    const error = await bench.failure();
    expect(error).toMatchObject({ code: 'hours_failed', stage: 'read', cause: { code: 'gzip_too_slow' } });
    expect(error.message).toBe(
      `2 hours failed: ${five} (gzip_too_slow: It is gzip_too_slow.); ${seven} (store_unavailable: It is store_unavailable.)`,
    );
    expect(prefixes(error.result.hours)).toEqual([six]);
  });

  test('by a defect is named by its kind only, since its message may quote what it choked on', async () => {
    const cause = new RangeError('the customer’s name');
    const bench = new Bench().failAt(five, cause);
    const error = await bench.failure();
    expect(error).toMatchObject({ code: 'unexpected', stage: 'read', cause });
    expect(error.message).toBe(`An hour failed: ${five} (unexpected: a defect, RangeError)`);
  });

  test('by something that is no error is a defect, too', async () => {
    const bench = new Bench();
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- JavaScript may throw anything
    bench.sink.claim = () => Promise.reject('secret');
    expect((await bench.failure()).message).toContain(`${five} (unexpected: a defect); ${six} (unexpected: a defect)`);
  });

  test('is thrown even if nobody asked to be told of it', async () => {
    const { store, sink, budget } = new Bench().failAt(six, coded('store_unavailable'));
    const context = {
      store,
      sink,
      budget,
      pipeline: definePipeline([]),
      batchSize: new BatchSize(),
      rule: RULE,
    };
    const run = runUnits({ prefix: '', units: UNITS }, { ...context, skipUnchanged: false, now_ms: () => 0 });
    await expect(run).rejects.toMatchObject({ code: 'store_unavailable', result: { read: 2 } });
  });

  test.each<[code: string, stage: Stage]>([
    ['missing_bucket', 'list'],
    ['no_credentials', 'list'],
    ['credentials_refused', 'list'],
    ['clock_skewed', 'list'],
    ['wrong_region', 'list'],
    ['access_denied', 'list'],
    ['warehouse_unreachable', 'write'],
    ['missing_table', 'config'],
    ['missing_column', 'config'],
    ['column_type', 'config'],
    ['transform_failed', 'transform'],
  ])('by %s (%s) ends the invocation, since every other hour would meet it, too', async (code, stage) => {
    const bench = new Bench().failAt(six, coded(code, stage));
    const error = await bench.failure();
    expect(error.code).toBe(code);
    expect(prefixes(error.failures)).toEqual([six]);
    expect(prefixes(error.result.hours)).toEqual([five]);
    expect(bench.store.gets).not.toContain(`${seven}a`);
  });

  test.each<[code: string, stage: Stage]>([
    ['access_denied', 'read'],
    ['store_unavailable', 'list'],
  ])('by %s (%s) does not, since others may fare better', async (code, stage) => {
    const bench = new Bench().failAt(six, coded(code, stage));
    expect(prefixes((await bench.failure()).result.hours)).toEqual([five, seven]);
  });
});
