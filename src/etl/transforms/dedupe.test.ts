import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { transform } from '../pipeline/transform.ts';
import { dedupe } from './dedupe.ts';
import { parse } from './parse.ts';
import { received, RECEIVED_MS, runBatches } from './testing.ts';
import { testTransform } from '../../testing/index.ts';

const at = (offset_ms: number): string => new Date(RECEIVED_MS + offset_ms).toISOString();
const event = (eventId: string, receivedAt_ms: number, n = 0) => received({ eventId, n }, at(receivedAt_ms));
const counts = (out: { rows: readonly unknown[]; duplicates: number }) => [out.rows.length, out.duplicates];

test('a record that came again in a later batch is left out as a duplicate', async () => {
  const out = await runBatches([parse, dedupe], [[event('a', 0)], [event('a', 0), event('a', 1), event('b', 0)]]);
  expect(out.map(counts)).toEqual([
    [1, 0],
    [1, 2],
  ]);
});

test('a record that was received before the one passed on goes through, since it is the one that counts', async () => {
  const out = await runBatches([parse, dedupe], [[event('a', 5)], [event('a', 3)], [event('a', 4)]]);
  expect(out.map(counts)).toEqual([
    [1, 0],
    [1, 0],
    [0, 1],
  ]);
});

test('records of one batch are all passed on, since none of them was delivered before', async () => {
  const [out] = await runBatches([parse, dedupe], [[event('a', 1), event('a', 2)]]);
  expect(counts(out!)).toEqual([2, 0]);
});

test('a record that a later transform left out does not stand for its event', async () => {
  const leaveOutFirst = transform({
    name: 'leaveOutFirst',
    each(record, context) {
      if (record.event['n'] === 1) context.reject(record, 'unwanted', 'first of all');
      if (record.event['n'] === 2) context.drop(record, 'unwanted');
    },
  });
  const batches = [[event('a', 1, 1)], [event('a', 2, 2)], [event('a', 3, 3)], [event('a', 4, 4)]];
  const out = await runBatches([parse, dedupe, leaveOutFirst], batches);
  expect(out.map(counts)).toEqual([
    [0, 0],
    [0, 0],
    [1, 0],
    [0, 1],
  ]);
});

test('a record that stands for no event is a dead letter, before the one that does or after it', async () => {
  const refuse = transform({
    name: 'refuse',
    each(record, context) {
      if (record.event['n'] === 9) context.reject(record, 'unfit', 'It is 9.');
    },
  });
  for (const batches of [
    [[event('a', 1)], [event('a', 2, 9)]],
    [[event('a', 2, 9)], [event('a', 1)]],
  ]) {
    const out = await runBatches([parse, dedupe, refuse], batches);
    expect(out.flatMap(({ rejects }) => rejects)).toEqual(['unfit 0']);
    expect(out.map(counts).sort()).toEqual([
      [0, 0],
      [1, 0],
    ]);
  }
});

test('in any order and any batches, the record that was received first is never left out', async () => {
  const record = fc.record({ id: fc.constantFrom('a', 'b'), at: fc.nat(3), n: fc.nat(3) });
  const batches = fc.array(fc.array(record, { maxLength: 4 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(batches, async (list) => {
      const events = list.filter((batch) => batch.length > 0).map((batch) => batch.map((r) => event(r.id, r.at, r.n)));
      const whole = await runBatches([parse], [events.flat()]);
      const passed = (await runBatches([parse, dedupe], events)).flatMap(({ rows }) => rows);
      const standing = (row: (typeof passed)[number]) => [row.received_at, row.record_hash] as const;
      const best = (rows: typeof passed) => {
        const first = new Map<string, string>();
        const ordered = [...rows].sort((a, b) => standing(a)[0] - standing(b)[0] || standing(a)[1] - standing(b)[1]);
        for (const row of ordered) if (!first.has(row.event_id)) first.set(row.event_id, standing(row).join());
        return [...first].sort();
      };
      expect(best(passed)).toEqual(best(whole.flatMap(({ rows }) => rows)));
    }),
    { numRuns: 60 },
  );
});

test('dedupe keeps the rules of transforms, but one', () =>
  testTransform(dedupe, {
    except: { batching: 'It knows what earlier batches delivered; the key decides about the rest.' },
  }));
