import { expect, it } from 'vitest';
import { verdictOf } from './verdict.ts';

it('what no round of the other side comes near is worse or better', () => {
  expect(verdictOf([11, 12, 13], [9, 10, 10.9])).toEqual({
    ratio: { median: 1.2, least: 13 / 10.9, greatest: 11 / 9 },
    verdict: 'worse',
  });
  expect(verdictOf([9, 10, 10.9], [11, 12, 13]).verdict).toBe('better');
});

it('what one round contradicts is the same', () => {
  expect(verdictOf([11, 12, 13], [9, 10, 11.1]).verdict).toBe('same');
  expect(verdictOf([9, 10, 11.1], [11, 12, 13]).verdict).toBe('same');
});

it('up to 5 % is the same, however clear', () => {
  expect(verdictOf([105, 105, 105], [100, 100, 100]).verdict).toBe('same');
  expect(verdictOf([106, 106, 106], [100, 100, 100]).verdict).toBe('worse');
  expect(verdictOf([95, 95, 95], [100, 100, 100]).verdict).toBe('same');
});
