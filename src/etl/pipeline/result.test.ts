import { expect, test } from 'vitest';
import { noCounts } from './ledger.ts';
import { runResult, type UnitResult } from './result.ts';

const hour = (fields: Partial<UnitResult>): UnitResult => ({
  status: 'complete',
  prefix: 'events/2025/12/06/05/',
  ...noCounts(),
  durationMs: 1,
  peakRssMb: 1,
  unchanged: false,
  reasons: {},
  transforms: [],
  ...fields,
});

test('an invocation’s counts are the sums over its hours, name by name', () => {
  const one = {
    processed: 1,
    read: 2,
    split: 3,
    inserted: 4,
    duplicates: 5,
    rejected: 6,
    dropped: 7,
    bytes: 8,
    batches: 9,
  };
  const hours = [hour(one), hour({ ...one, bytes: 100 })];
  const result = runResult('events/2025/12/06/', hours, 42);
  expect(result).toEqual({
    status: 'complete',
    prefix: 'events/2025/12/06/',
    processed: 2,
    read: 4,
    split: 6,
    inserted: 8,
    duplicates: 10,
    rejected: 12,
    dropped: 14,
    bytes: 108,
    batches: 18,
    durationMs: 42,
    peakRssMb: 1,
    hours,
  });
});

test('of no hour, all is zero and complete', () => {
  expect(runResult('events/', [], 0)).toEqual({
    status: 'complete',
    prefix: 'events/',
    ...noCounts(),
    durationMs: 0,
    peakRssMb: 0,
    hours: [],
  });
});

test.each<[UnitResult['status'][], UnitResult['status']]>([
  [['complete', 'complete'], 'complete'],
  [['complete', 'busy', 'complete'], 'busy'],
  [['busy', 'partial'], 'partial'],
  [['complete', 'partial'], 'partial'],
])('hours that are %j make an invocation %s', (statuses, status) => {
  expect(
    runResult(
      '',
      statuses.map((one) => hour({ status: one })),
      0,
    ).status,
  ).toBe(status);
});

test('a partial one goes on where its partial hour stopped, and a complete one has no such place', () => {
  const resumeFrom = { key: 'events/2025/12/06/05/a', index: 3 };
  const hours = [hour({}), hour({ status: 'partial', resumeFrom })];
  expect(runResult('', hours, 0).resumeFrom).toEqual(resumeFrom);
  expect(runResult('', [hour({ status: 'partial' })], 0)).not.toHaveProperty('resumeFrom');
  expect(runResult('', [hour({})], 0)).not.toHaveProperty('resumeFrom');
});

test('its peak of memory is the highest of its hours', () => {
  const peaks = [2, 7, 3].map((peakRssMb) => hour({ peakRssMb }));
  expect(runResult('', peaks, 0).peakRssMb).toBe(7);
});
