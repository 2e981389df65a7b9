import { expect, test } from 'vitest';
import { BatchSize } from './batch-size.ts';

/** The sizes of the batches of a run whose commits take `duration_ms`. */
function sizesWith(duration_ms: (records: number) => number, cap?: number): number[] {
  const size = new BatchSize(cap);
  return Array.from({ length: 14 }, () => {
    const { records } = size;
    size.committed(records, duration_ms(records));
    return records;
  });
}

test('a cap is strict from the first batch to the last', () => {
  expect(new Set(sizesWith((records) => 50 + records / 100, 7))).toEqual(new Set([7]));
});

test('without a cap, batches double as long as that is no slower per record, up to a limit', () => {
  const sizes = sizesWith((records) => 50 + records / 1000);
  expect(sizes).toEqual([200, 200, 400, 400, 800, 800, 1024, 1024, 1024, 1024, 1024, 1024, 1024, 1024]);
});

test('a size that was slower is given up for the one before', () => {
  expect(sizesWith((records) => (records <= 400 ? records / 10 : records)).slice(4)).toEqual([
    800, 800, 400, 400, 400, 400, 400, 400, 400, 400,
  ]);
});

test('one slow commit does not end the growth', () => {
  const size = new BatchSize();
  for (const duration_ms of [10, 10, 5_000, 12]) size.committed(size.records, duration_ms);
  expect(size.records).toBe(800);
});

test('a batch that was not full says nothing about its size', () => {
  const size = new BatchSize();
  for (const duration_ms of [1, 1, 1]) size.committed(199, duration_ms);
  expect(size.records).toBe(200);
});

test('a size that is slower by no more than a machine’s noise is no reason to stop growing', () => {
  const sizeAfter = (durations_ms: readonly number[]) => {
    const size = new BatchSize();
    for (const duration_ms of durations_ms) size.committed(size.records, duration_ms);
    return size.records;
  };
  // 20 records per millisecond, and then 16.
  expect(sizeAfter([10, 10, 25, 25])).toBe(800);
  expect(sizeAfter([10, 10, 26, 26])).toBe(200);
});
