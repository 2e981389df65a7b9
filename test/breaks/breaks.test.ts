import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BREAKS } from './breaks.ts';

it('every invariant has a break', () => {
  const numbers = new Set(BREAKS.map(({ invariant }) => invariant));
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, at) => at + 1));
});

it.each(BREAKS.map((one) => [one.what, one] as const))('there is still something to break: %s', (_, one) => {
  expect(readFileSync(one.file, 'utf8').split(one.from)).toHaveLength(2);
  expect(readFileSync(one.test, 'utf8')).not.toBe('');
});
