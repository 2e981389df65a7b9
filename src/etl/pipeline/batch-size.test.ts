import { expect, test } from 'vitest';
import { BatchSize } from './batch-size.ts';

/** The sizes of the batches of a run whose commits take `duration_ms`. */
function sizesWith(duration_ms: (records: number) => number, cap?: number): number[] {
  const size = new BatchSize(cap);
  return Array.from({ length: 12 }, () => {
    const { records } = size;
    size.committed(records, duration_ms(records));
    return records;
  });
}

test('a cap is strict from the first batch to the last', () => {
  expect(new Set(sizesWith((records) => 50 + records / 100, 7))).toEqual(new Set([7]));
});

test('without a cap, batches double as long as that is faster per record, up to a limit', () => {
  const sizes = sizesWith((records) => 50 + records / 1000);
  expect(sizes.slice(0, 4)).toEqual([200, 400, 800, 1600]);
  expect(sizes.at(-1)).toBe(16_384);
  expect(Math.max(...sizes)).toBe(16_384);
});

test('a size that was not faster is given up for the one before, which needs half the memory', () => {
  expect(sizesWith((records) => (records <= 1600 ? 50 + records / 1000 : records)).slice(3)).toEqual([
    1600,
    3200,
    ...Array.from({ length: 7 }, () => 1600),
  ]);
  expect(sizesWith((records) => records)).toEqual([200, 400, ...Array.from({ length: 10 }, () => 200)]);
});

test('a batch that was not full says nothing about its size', () => {
  const size = new BatchSize();
  size.committed(199, 1);
  expect(size.records).toBe(200);
  size.committed(200, 10);
  size.committed(200, 1000);
  expect(size.records).toBe(400);
});
