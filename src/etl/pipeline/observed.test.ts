import { expect, test } from 'vitest';
import { column, required } from './column.ts';
import { observed, type ObservedBatch } from './observed.ts';
import { definePipeline } from './pipeline.ts';
import { recordsOf } from './testing/records.ts';
import { transform, type Transform } from './transform.ts';
import { RULE } from './testing/rule.ts';

const name = transform({
  name: 'name',
  adds: { event_id: required(column.uuid()) },
  each: ({ row, event }) => void (row.event_id = `00000000-0000-4000-8000-00000000000${event['n'] as number}`),
});

test('an observed transform does the same, and what it did is told record by record', async () => {
  const sort = transform({
    name: 'sort',
    adds: { part: column.text() },
    each(record, context) {
      if (record.event['n'] === 0) context.reject(record, 'unwanted', 'It is 0.');
      if (record.event['n'] === 1) context.drop(record, 'boring');
      if (record.event['n'] === 1) context.reject(record, 'late', 'It was dropped before.');
      if (record.event['n'] === 2) context.split(record, 'a').row.part = 'a';
      context.count('seen');
    },
  });
  const told: ObservedBatch[] = [];
  const before: unknown[] = [];
  const watched = observed(sort, {
    before: (transform, records) => before.push([transform, records.map(({ row }) => row['part'])]),
    after: (batch) => told.push(batch),
  });
  const run = await definePipeline([name, watched] as readonly Transform[]).open(RULE);
  const out = run.batch(recordsOf(run, 4));
  const plainRun = await definePipeline([name, sort]).open(RULE);
  const plain = plainRun.batch(recordsOf(plainRun, 4));
  expect([out.records.map(({ row }) => row), out.rejects.length, out.dropped, out.split, out.metrics]).toEqual([
    plain.records.map(({ row }) => row),
    plain.rejects.length,
    plain.dropped,
    plain.split,
    plain.metrics,
  ]);
  expect(before).toEqual([['sort', [null, null, null, null]]]);
  const [{ records, verdicts, parts }] = told as [ObservedBatch];
  expect(records.map((record) => verdicts.get(record))).toEqual([
    { kind: 'rejected', code: 'unwanted', detail: 'It is 0.' },
    { kind: 'dropped', reason: 'boring' },
    undefined,
    undefined,
  ]);
  expect(Array.from(parts, ([part, of]) => [part.row['part'], of.event['n']])).toEqual([['a', 2]]);
});

test('what a transform keeps for a run, prefetches and closes is its own, also when it is an object of a class', async () => {
  class Keeper {
    readonly calls: string[] = [];
    batch(): undefined {
      this.calls.push('batch');
      return undefined;
    }
    prefetch(): Promise<void> {
      this.calls.push('prefetch');
      return Promise.resolve();
    }
    delivered(): void {
      this.calls.push('delivered');
    }
    close(): void {
      this.calls.push('close');
    }
  }
  const keeper = new Keeper();
  const keep: Transform = { name: 'keep', needs: {}, adds: {}, open: () => keeper };
  const run = await definePipeline([observed(keep, {})] as readonly Transform[]).open(RULE);
  const { records } = await run.process(recordsOf(run, 1));
  run.delivered(records);
  await run.close();
  expect(keeper.calls).toEqual(['prefetch', 'batch', 'delivered', 'close']);
});
