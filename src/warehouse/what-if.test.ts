import { expect, test } from 'vitest';
import { bordersAround } from './what-if.ts';

test('pauses are counted around both timeouts, which are borders themselves', () => {
  const minutes = bordersAround(30 * 60_000, 7 * 60_000).map((ms) => ms / 60_000);
  expect(minutes).toEqual([2, 5, 7, 10, 15, 20, 25, 30, 40, 45, 50, 60, 75, 90, 120]);
});
