import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ClickstreamError } from '../../errors.ts';
import { BatchSize } from './batch-size.ts';
import { Budget } from './budget.ts';
import { hourUnit, type HourUnit } from './hours.ts';
import { definePipeline } from './pipeline.ts';
import { AFTER_ALL_RECORDS, type Place } from './progress.ts';
import type { UnitResult } from './result.ts';
import { runUnit } from './run-unit.ts';
import { MemorySink } from './testing/memory-sink.ts';
import { MemoryStore } from './testing/memory-store.ts';
import { transform } from './transform.ts';
import type { UnitContext } from './unit-context.ts';
import { RULE } from './testing/rule.ts';

const unit = hourUnit(Date.parse('2025-12-06T05:00:00Z'));
const CLOSED_MS = Date.parse('2025-12-06T06:05:00Z');
const key = (name: string): string => unit.prefix + name;
const coded = (code: string) => new ClickstreamError({ code, stage: 'settle', message: code });

/** An object of many batches. */
const MANY = Array.from({ length: 20 }, (_, n) => JSON.stringify({ n })).join('\n');

/** One unit with two objects of two records each, read in batches of two. */
class Bench {
  readonly store = new MemoryStore().put(key('a'), '{"n":1}\n{"n":2}').put(key('b'), '{"n":3}\n{"n":4}');
  readonly sink = new MemorySink();
  budget = new Budget({ remaining_ms: Infinity, memory_bytes: Infinity });
  /** Where each finished unit was said to have ended. */
  readonly finishedFrom: Place[] = [];
  onProgress: () => void = () => undefined;

  constructor() {
    const claim = this.sink.claim.bind(this.sink);
    this.sink.claim = async (of) => {
      const claimed = (await claim(of))!;
      const finish = claimed.finish.bind(claimed);
      claimed.finish = (progress, from) => {
        this.finishedFrom.push(from);
        return finish(progress, from);
      };
      return claimed;
    };
  }

  async run(context: Partial<UnitContext> = {}, of: HourUnit = unit): Promise<UnitResult> {
    this.sink.calls.length = 0;
    this.sink.outcomes.length = 0;
    return runUnit(of, {
      store: this.store,
      sink: this.sink,
      pipeline: definePipeline([]),
      budget: this.budget,
      batchSize: new BatchSize(2),
      rule: RULE,
      skipUnchanged: false,
      now_ms: () => CLOSED_MS,
      onProgress: () => this.onProgress(),
      ...context,
    });
  }

  get state(): string | undefined {
    return this.sink.progress.get(unit.prefix)?.state;
  }

  /** Is stopped at its first commit, within an object of many batches. */
  async stopEarly(body: string | Buffer = MANY): Promise<UnitResult> {
    const { budget } = this;
    this.store.put(key('a'), body);
    this.onProgress = () => budget.stop();
    const result = await this.run();
    this.onProgress = () => undefined;
    this.budget = new Budget({ remaining_ms: Infinity, memory_bytes: Infinity });
    return result;
  }

  /** Makes the next listings wait until time is up, which it soon is. */
  stallListing(): void {
    this.store.list = async function* (_, { signal }) {
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      yield [];
    };
    this.budget = new Budget({ remaining_ms: 800, memory_bytes: Infinity });
  }

  failListing(): void {
    this.store.list = () => {
      throw coded('access_denied');
    };
  }
}

describe('a unit is let go of', () => {
  test('with how the run ended, how long it took and the memory it had', async () => {
    const bench = new Bench();
    const { durationMs, peakRssMb } = await bench.run();
    expect(bench.sink.outcomes).toEqual([{ status: 'complete', duration_ms: durationMs, peakRss_mb: peakRssMb }]);
    const stopped = new Bench();
    const result = await stopped.stopEarly();
    expect(stopped.sink.outcomes).toEqual([
      { status: 'partial', duration_ms: result.durationMs, peakRss_mb: result.peakRssMb },
    ]);
  });

  test.each([
    [coded('out_of_memory'), 'out_of_memory'],
    [new TypeError('a defect'), 'unexpected'],
  ])('with the code of what went wrong: %s', async (error, errorCode) => {
    const bench = new Bench();
    bench.sink.beforeSettle = () => {
      throw error;
    };
    await expect(bench.run()).rejects.toBe(error);
    const [outcome] = bench.sink.outcomes;
    expect(outcome).toMatchObject({ status: 'failed', errorCode });
    expect(outcome!.duration_ms).toBeGreaterThanOrEqual(0);
    expect(outcome!.duration_ms).toBeLessThan(60_000);
    expect(outcome!.peakRss_mb).toBeGreaterThan(10);
    expect(bench.sink.calls.at(-1)).toBe('release');
    expect(bench.state).toBe('reading');
  });
});

describe('the end of a unit', () => {
  test('is where its last object ends, or where it begins when it has none', async () => {
    const bench = new Bench();
    await bench.run();
    await bench.run({}, { ...unit, startAfter: key('b') });
    await bench.run({}, { ...unit, prefix: key('x') });
    expect(bench.finishedFrom).toEqual([
      { key: key('b'), index: AFTER_ALL_RECORDS },
      { key: key('b'), index: AFTER_ALL_RECORDS },
      { key: key('x'), index: AFTER_ALL_RECORDS },
    ]);
  });

  test('is final by the time at which its listing began', async () => {
    const bench = new Bench();
    const times_ms = [CLOSED_MS - 1, CLOSED_MS, CLOSED_MS];
    await bench.run({ now_ms: () => times_ms.shift()! });
    expect(bench.state).toBe('loaded');
  });

  test('is left to the next run when time is up just then', async () => {
    const bench = new Bench();
    Object.defineProperty(bench.budget, 'hasTime', { get: () => false });
    expect(await bench.run()).toMatchObject({ status: 'partial', read: 4, resumeFrom: { key: key('b') } });
    expect(bench.sink.calls).not.toContain('settle');
    expect(bench.state).toBe('reading');
  });
});

describe('a unit that was read before and is left alone while it is unchanged', () => {
  const unchanged = { skipUnchanged: true };

  test('is not settled again when it is completed', async () => {
    const bench = new Bench();
    await bench.run();
    expect(await bench.run(unchanged)).toMatchObject({ status: 'complete', unchanged: true });
    expect(bench.sink.calls).toEqual(['release']);
    expect(bench.sink.outcomes).toMatchObject([{ status: 'complete' }]);
  });

  test('stays as it is while more keys may come', async () => {
    const bench = new Bench();
    const early = { now_ms: () => CLOSED_MS - 1 };
    await bench.run(early);
    expect(await bench.run({ ...unchanged, ...early })).toMatchObject({ status: 'complete', unchanged: true });
    expect(bench.sink.calls).toEqual(['release']);
    expect(bench.state).toBe('loaded');
  });

  test('is settled and completed when no more keys can come, if there is time', async () => {
    const bench = new Bench();
    await bench.run({ now_ms: () => CLOSED_MS - 1 });
    bench.sink.beforeSettle = () => {
      throw coded('out_of_time');
    };
    expect(await bench.run(unchanged)).toMatchObject({ status: 'partial', read: 0, resumeFrom: { key: key('b') } });
    expect(bench.state).toBe('loaded');
    bench.sink.beforeSettle = () => undefined;
    expect(await bench.run(unchanged)).toMatchObject({ status: 'complete', read: 0 });
    expect(bench.sink.calls).toEqual(['settle', 'finish', 'release']);
    expect(bench.state).toBe('completed');
    expect(bench.finishedFrom.at(-1)).toEqual({ key: key('b'), index: AFTER_ALL_RECORDS });
  });

  test('ends where it begins when it is empty, so that no other hour’s dead letters are cleared with its own', async () => {
    const bench = new Bench();
    for (const of of [
      { ...unit, prefix: key('x') },
      { ...unit, startAfter: key('x') },
    ]) {
      await bench.run({ now_ms: () => CLOSED_MS - 1 }, of);
      expect(await bench.run(unchanged, of)).toMatchObject({ status: 'complete', unchanged: true });
    }
    expect(bench.finishedFrom.map((from) => from.key)).toEqual([key('x'), key('x'), key('x'), key('x')]);
  });

  test('is no unit that was never read, even if it is empty', async () => {
    const bench = new Bench();
    bench.store.delete(key('a'));
    bench.store.delete(key('b'));
    expect(await bench.run(unchanged)).toMatchObject({ status: 'complete', unchanged: false });
    expect(bench.sink.progress.get(unit.prefix)).toMatchObject({ state: 'completed', pass: 1 });
  });

  test('is partial when time is up before it is listed, and a listing that fails is an error', async () => {
    const bench = new Bench();
    await bench.run();
    bench.failListing();
    await expect(bench.run(unchanged)).rejects.toMatchObject({ code: 'access_denied' });
    bench.stallListing();
    expect(await bench.run(unchanged)).toMatchObject({ status: 'partial', read: 0, resumeFrom: { key: key('b') } });
    expect(bench.sink.calls).toEqual(['release']);
    expect(bench.state).toBe('completed');
  });

  test('is read at once when it was never read to its end', async () => {
    const bench = new Bench();
    expect(await bench.run(unchanged)).toMatchObject({ unchanged: false, read: 4 });
    const stopped = new Bench();
    const { read } = await stopped.stopEarly();
    expect(await stopped.run(unchanged)).toMatchObject({ unchanged: false, read: 22 - read });
  });
});

describe('a unit that is resumed', () => {
  test('is partial when time is up before it is listed, and nothing of it is begun', async () => {
    const bench = new Bench();
    const { resumeFrom } = await bench.stopEarly();
    bench.stallListing();
    expect(await bench.run()).toMatchObject({ status: 'partial', read: 0, resumeFrom });
    expect(bench.sink.calls).toEqual(['release']);
  });

  test('fails when its listing does', async () => {
    const bench = new Bench();
    await bench.stopEarly();
    bench.failListing();
    await expect(bench.run()).rejects.toMatchObject({ code: 'access_denied' });
    expect(bench.sink.calls).toEqual(['release']);
  });

  test('that is loaded or completed is read anew, as another pass', async () => {
    const bench = new Bench();
    await bench.run({ now_ms: () => CLOSED_MS - 1 });
    expect(await bench.run()).toMatchObject({ status: 'complete', read: 4 });
    expect(await bench.run()).toMatchObject({ status: 'complete', read: 4 });
    expect(bench.sink.progress.get(unit.prefix)).toMatchObject({ state: 'completed', pass: 3, counts: { read: 4 } });
  });
});

describe('a run that comes to nothing', () => {
  test('since its first commit ran out of time is an error, or it would be partial for ever', async () => {
    const bench = new Bench();
    bench.sink.beforeCommit = () => {
      throw coded('out_of_time');
    };
    await expect(bench.run()).rejects.toMatchObject({ code: 'out_of_time' });
    expect(bench.sink.outcomes).toMatchObject([{ status: 'failed', errorCode: 'out_of_time' }]);
  });

  test('since a gzip object took all of the time says which and what to do', async () => {
    const bench = new Bench();
    await bench.stopEarly(gzipSync(MANY));
    bench.budget = new Budget({ remaining_ms: 800, memory_bytes: Infinity });
    bench.store.beforeGet = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    await expect(bench.run()).rejects.toMatchObject({
      code: 'gzip_too_slow',
      stage: 'read',
      message:
        `${key('a')} is gzip and so large that inflating it up to where the last run stopped takes all of the time. ` +
        'Give the run more time (Lambda timeout or --budget), or store it in smaller objects.',
    });
  });

  test('since a plain object gave nothing in time is partial, and the next one goes on', async () => {
    const bench = new Bench();
    const { read, resumeFrom } = await bench.stopEarly();
    expect(resumeFrom).toEqual({ key: key('a'), index: read });
    const { beforeGet } = bench.store;
    bench.budget = new Budget({ remaining_ms: 800, memory_bytes: Infinity });
    bench.store.beforeGet = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    expect(await bench.run()).toMatchObject({ status: 'partial', read: 0, resumeFrom });
    bench.store.beforeGet = beforeGet;
    bench.budget = new Budget({ remaining_ms: Infinity, memory_bytes: Infinity });
    expect(await bench.run()).toMatchObject({ status: 'complete', read: 22 - read });
  });
});

test('the transforms are opened with the session’s time-out, and closed however the run ends', async () => {
  const calls: unknown[] = [];
  const watch = transform({
    name: 'watch',
    open: (context) => {
      calls.push(context);
      return { batch: () => undefined, close: () => void calls.push('closed') };
    },
  });
  const bench = new Bench();
  await bench.run({ pipeline: definePipeline([watch]), rule: { ...RULE, sessionTimeout_ms: 42 } });
  bench.sink.beforeCommit = () => {
    throw coded('lost_hour');
  };
  await expect(
    bench.run({ pipeline: definePipeline([watch]), rule: { ...RULE, sessionTimeout_ms: 42 } }),
  ).rejects.toThrow('lost_hour');
  const given = { ...RULE, sessionTimeout_ms: 42 };
  expect(calls).toEqual([given, 'closed', given, 'closed']);
});
