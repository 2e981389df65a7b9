import { expect, it } from 'vitest';
import { interleave, median, ratios, spreadOf } from './measure.ts';

it('the median of an even number of figures lies between the middle ones', () => {
  expect(spreadOf([9, 1, 4, 2])).toEqual({ median: 3, least: 1, greatest: 9 });
});

it('the median of an odd number of figures is the middle one, by value and not as text', () => {
  expect(median([10, 9, 100])).toBe(10);
});

it('there is no median of nothing', () => {
  expect(() => median([])).toThrow(RangeError);
});

it('a ratio is taken within each round', () => {
  expect(ratios([{ s: 4 }, { s: 9 }], [{ s: 2 }, { s: 3 }], ({ s }) => s)).toEqual([2, 3]);
});

it('sides take turns, in the opposite order every other round', async () => {
  const calls: string[] = [];
  const side = (name: string) => (round: number) => {
    calls.push(`${name}${round}`);
    return Promise.resolve(round);
  };
  const found = await interleave(3, { a: side('a'), b: side('b') });
  expect(calls).toEqual(['a0', 'b0', 'b1', 'a1', 'a2', 'b2']);
  expect(found).toEqual({ a: [0, 1, 2], b: [0, 1, 2] });
});
