import { expect, it } from 'vitest';
import { readRunsFlags, type RunsFlags } from './runs-flags.ts';

const NOW_MS = Date.parse('2025-12-07T10:20:00Z');

it('asks for the last 20 runs unless told otherwise', () => {
  expect(readRunsFlags({}, NOW_MS)).toEqual({ last: 20, failed: false });
  expect(readRunsFlags({ last: '3', hour: '2025-12-06T05', failed: true }, NOW_MS)).toEqual({
    last: 3,
    hour_ms: Date.parse('2025-12-06T05:00:00Z'),
    failed: true,
  });
});

it.each([
  [{ last: '0' }, '--last is "0": give a whole number from 1'],
  [{ last: '' }, '--last is empty'],
  [{ hour: 'x' }, '--hour is "x": give the start of an hour in UTC'],
] as [RunsFlags, string][])('%j is refused', (flags, message) => {
  expect(() => readRunsFlags(flags, NOW_MS)).toThrow(expect.objectContaining({ code: 'invalid_flag' }));
  expect(() => readRunsFlags(flags, NOW_MS)).toThrow(message);
});
