import { expect, test } from 'vitest';
import { nonNegativeFit, type Observation } from './least-squares.ts';

const observed = (terms: readonly number[], coefficients: readonly number[]): Observation => ({
  terms,
  value: terms.reduce((sum, term, at) => sum + term * coefficients[at]!, 0),
});
const near = (numbers: readonly number[]): unknown => numbers.map((number) => expect.closeTo(number, 9) as number);

test('terms that measurements are exact sums of are found, whatever their sizes', () => {
  const terms = [
    [1, 1000, 1],
    [1, 1_000_000, 1],
    [1, 1000, 1000],
    [1, 50_000, 20],
  ];
  const coefficients = [0.5, 0.00003, 0.0001];
  expect(nonNegativeFit(terms.map((one) => observed(one, coefficients)))).toEqual(near(coefficients));
});

test('an error of a tenth counts the same in a small measurement as in a large one', () => {
  // No line through nothing meets both; the nearest in percent is as far from one as from the other.
  const [each] = nonNegativeFit([
    { terms: [1], value: 0.9 },
    { terms: [1000], value: 1100 },
  ]);
  expect(each! / 0.9 - 1).toBeGreaterThan(0.08);
  expect(1 - each! / 1.1).toBeGreaterThan(0.07);
});

test('what errors are relative to can be said: a value of nothing counts, too', () => {
  const fitted = nonNegativeFit([
    { terms: [1, 0], value: 0, scale: 10 },
    { terms: [1, 10], value: 20, scale: 10 },
  ]);
  expect(fitted).toEqual(near([0, 2]));
});

test('nothing costs less than nothing', () => {
  // The line through both begins at -1.
  const [start, each] = nonNegativeFit([
    { terms: [1, 2], value: 1, scale: 1 },
    { terms: [1, 4], value: 3, scale: 1 },
  ]);
  expect([start, each]).toEqual([0, expect.closeTo(0.7, 9)]);
});

test('of terms that always go together, the first has it all', () => {
  const fitted = nonNegativeFit([1, 2, 5].map((events) => observed([events, events * 0.7], [3, 0])));
  expect(fitted).toEqual(near([3, 0]));
});

test('without measurements there is nothing', () => {
  expect(nonNegativeFit([])).toEqual([]);
});
