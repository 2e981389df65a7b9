import { expect, test, vi } from 'vitest';
import { BatchSize } from './batch-size.ts';
import type { Batch } from './batches.ts';
import { Budget } from './budget.ts';
import { Committer, transformed, type ReadyBatch } from './committer.ts';
import type { EventRecord, Reject } from './event-record.ts';
import { hourUnit, type HourUnit } from './hours.ts';
import { noCounts, type Counts } from './ledger.ts';
import { ManifestPart } from './manifest.ts';
import { definePipeline } from './pipeline.ts';
import { AFTER_ALL_RECORDS, NO_KEYS, UNREAD, withKey, type Progress } from './progress.ts';
import type { Claim, CommitBatch, Committed } from './sink.ts';
import { ORIGIN, recordsOf } from './testing/records.ts';
import { transform } from './transform.ts';
import type { UnitContext } from './unit-context.ts';
import { UnitReport } from './unit-report.ts';
import { RULE } from './testing/rule.ts';

const unit = hourUnit(Date.parse('2025-12-06T05:00:00Z'));
const seen = withKey(NO_KEYS, ORIGIN);
const partial = {
  key: `${unit.prefix}b`,
  etag: '"1"',
  gzip: false,
  index: 7,
  offset_bytes: 9,
  mode: 'lines',
  inArray: false,
} as const;
const reject = (code: string): Reject => ({
  origin: ORIGIN,
  index: 0,
  start_bytes: 0,
  end_bytes: 1,
  code,
  detail: '',
  raw: Buffer.from('x'),
});
const ready = (fields: Partial<ReadyBatch> = {}): ReadyBatch => ({
  rows: { takeDelivered: () => [], rejects: [], duplicates: 0, dropped: new Map() },
  rejects: [],
  counts: { ...noCounts(), read: 200, dropped: 1, batches: 1 },
  ended: undefined,
  seen,
  partial: null,
  dropped: new Map(),
  metrics: new Map(),
  transforms: [],
  ...fields,
});

/** A committer on a claim that notes what it is given, and that inserts whatever is left. */
function bench(of: HourUnit = unit, progress: Progress = { ...UNREAD, state: 'reading', pass: 1 }) {
  const given: CommitBatch[] = [];
  const told: [HourUnit, Readonly<Counts>][] = [];
  const held = { progress, before: (): Promise<void> => Promise.resolve() };
  const claim = {
    get progress() {
      return held.progress;
    },
    async commit(batch: CommitBatch): Promise<Committed> {
      given.push(batch);
      await held.before();
      const counts = { ...batch.counts, inserted: batch.counts.read - batch.counts.dropped };
      held.progress = batch.progressAfter(counts);
      return { counts, progress: held.progress };
    },
  } as Claim;
  const context = {
    budget: new Budget({ remaining_ms: Infinity, memory_bytes: Infinity }),
    batchSize: new BatchSize(),
    onProgress: (about: HourUnit, counts: Readonly<Counts>) => told.push([about, { ...counts }]),
  } as unknown as UnitContext;
  const report = new UnitReport(of, context, 0);
  return { committer: new Committer(of, claim, context, report), given, told, held, report, context };
}

test('the progress after a batch has the counts of all before it, and where the batch ends', async () => {
  const { committer, held, report } = bench();
  for (let turn = 0; turn < 2; turn += 1) {
    committer.start(ready({ partial }));
    await committer.idle();
  }
  const counts = { ...noCounts(), read: 400, inserted: 398, dropped: 2, batches: 2 };
  expect(held.progress).toEqual({ state: 'reading', pass: 1, seen, partial, counts });
  expect(report.counts).toEqual(counts);
  expect(UNREAD.counts).toEqual(noCounts());
});

test('a batch covers the keys from where the last one ended up to its own end', async () => {
  const { committer, given } = bench();
  committer.start(ready({ partial }));
  await committer.idle();
  committer.start(ready());
  await committer.idle();
  expect(given.map(({ covers }) => covers)).toEqual([
    { from: { key: unit.prefix, index: AFTER_ALL_RECORDS }, to: { key: partial.key, index: 7 } },
    { from: { key: partial.key, index: 7 }, to: { key: ORIGIN.key, index: AFTER_ALL_RECORDS } },
  ]);
});

test('the first batch of a key range covers it from its beginning', async () => {
  const { committer, given } = bench({ ...unit, startAfter: `${unit.prefix}A` });
  committer.start(ready());
  await committer.idle();
  expect(given[0]!.covers).toMatchObject({ from: { key: `${unit.prefix}A`, index: AFTER_ALL_RECORDS } });
});

test('the objects that ended in a batch are handed on, if it was read in order', async () => {
  const { committer, given } = bench();
  const ended = new ManifestPart();
  committer.start(ready({ ended }));
  await committer.idle();
  committer.start(ready());
  await committer.idle();
  expect(given[0]!.ended).toBe(ended);
  expect(given[1]!).not.toHaveProperty('ended');
});

test('rejects and reasons are reported only once they are committed', async () => {
  const { committer, held, report, told } = bench();
  let commit: () => void = () => undefined;
  held.before = () => new Promise((resolve) => (commit = resolve));
  committer.start(
    ready({ rejects: [reject('too_deep'), reject('too_deep'), reject('x')], dropped: new Map([['bot', 4]]) }),
  );
  const before = report.result('complete');
  expect([before.reasons, before.read, told]).toEqual([{}, 0, []]);
  commit();
  await committer.idle();
  expect(report.result('complete').reasons).toEqual({ 'rejected.too_deep': 2, 'rejected.x': 1, 'dropped.bot': 4 });
  expect(told).toEqual([[unit, report.counts]]);
});

test('a commit’s failure is met by whoever waits for it, once it is waited for', async () => {
  const { committer, held, report, told } = bench();
  held.before = () => Promise.reject(new Error('lost'));
  committer.start(ready());
  // Longer than it takes an unhandled rejection to end the process.
  await new Promise((resolve) => setImmediate(resolve));
  await expect(committer.idle()).rejects.toThrow('lost');
  expect([report.counts, told]).toEqual([noCounts(), []]);
});

test('how long commits take decides how large batches get, by the records that were read', async () => {
  const { committer, context } = bench();
  for (let turn = 0; turn < 2; turn += 1) {
    committer.start(ready());
    await committer.idle();
  }
  expect(context.batchSize.records).toBe(400);
});

test('the budget is told how long a commit took, and nothing else', async () => {
  const { committer, held, context } = bench();
  const told = vi.spyOn(context.budget, 'committed');
  held.before = () => new Promise((resolve) => setTimeout(resolve, 20));
  const began_ms = performance.now();
  committer.start(ready());
  await committer.idle();
  const took_ms = performance.now() - began_ms;
  expect(told).toHaveBeenCalledTimes(1);
  const [[duration_ms]] = told.mock.calls as [[number]];
  expect(duration_ms).toBeGreaterThan(10);
  expect(duration_ms).toBeLessThanOrEqual(took_ms);
});

test('a batch’s rejects are those of reading, of the transforms and of the sink, each counted', async () => {
  const sort = transform({
    name: 'sort',
    batch: (records, context) => {
      context.reject(records[0]!, 'unwanted', '');
      context.drop(records[1]!, 'bot');
      context.drop(records[2]!, 'bot');
      context.drop(records[3]!, 'test');
      context.drop(records[4]!, 'duplicate');
      context.count('seen');
      return [...records, { ...records[5]!, row: { ...records[5]!.row } }];
    },
  });
  const run = await definePipeline([sort]).open(RULE);
  const prepared: number[][] = [];
  const rows = { takeDelivered: () => [], rejects: [reject('nul_character')], duplicates: 3, dropped: new Map() };
  const claim = {
    prepare: (records: readonly EventRecord[], duplicates: readonly EventRecord[]) => {
      prepared.push([records.length, duplicates.length]);
      return rows;
    },
  } as unknown as Claim;
  const batch: Batch = {
    records: recordsOf(run, 8),
    rejects: [reject('syntax_error')],
    counts: { ...noCounts(), read: 9, processed: 2, bytes: 50 },
    ended: new ManifestPart(),
    seen,
    partial,
  };
  const { rejects, counts, transforms, ...rest } = await transformed(batch, run, claim);
  expect(prepared).toEqual([[4, 1]]);
  expect(transforms).toMatchObject([{ name: 'sort', records: 8, rejected: 1, dropped: 4, split: 1 }]);
  expect(rejects.map(({ code }) => code)).toEqual(['syntax_error', 'unwanted', 'nul_character']);
  expect(counts).toEqual({
    processed: 2,
    read: 9,
    split: 1,
    inserted: 0,
    duplicates: 3,
    rejected: 3,
    dropped: 3,
    bytes: 50,
    batches: 1,
  });
  expect(rest).toEqual({
    rows,
    ended: batch.ended,
    seen,
    partial,
    dropped: new Map([
      ['bot', 2],
      ['test', 1],
    ]),
    metrics: new Map([['sort.seen', 1]]),
  });
});

test('the transforms are told which records are fit to be written, and no others', async () => {
  const delivered: unknown[] = [];
  const listen = transform({
    name: 'listen',
    open: () => ({
      batch: () => undefined,
      delivered: (records) => void delivered.push(...records.map(({ index }) => index)),
    }),
  });
  const run = await definePipeline([listen]).open(RULE);
  const records = recordsOf(run, 3);
  const claim = {
    prepare: () => ({ takeDelivered: () => [records[1]], rejects: [], duplicates: 0, dropped: new Map() }),
  } as unknown as Claim;
  await transformed({ records, rejects: [], counts: noCounts(), seen, partial: null }, run, claim);
  expect(delivered).toEqual([1]);
});
