import { expect, it } from 'vitest';
import { readOptions } from './options.ts';

const read = (...args: string[]) => readOptions(args, ['hour', 'listing', 'forecasts']);

it('without arguments every row is measured at its full size in five rounds', () => {
  expect(read()).toEqual({ mode: 'default', rows: [], scale: 1, rounds: 5, profile: false, writeCosts: false });
});

it('quick is smaller and has one round, and flags say otherwise', () => {
  expect(read('quick')).toMatchObject({ mode: 'quick', scale: 0.01, rounds: 1 });
  expect(read('quick', 'listing', '--scale', '0.05', '--rounds', '3')).toMatchObject({
    rows: ['listing'],
    scale: 0.05,
    rounds: 3,
  });
});

it('rows are asked for by their names', () => {
  expect(read('listing', 'hour').rows).toEqual(['listing', 'hour']);
  expect(() => read('houre')).toThrow('There is no row "houre"; rows are hour, listing, forecasts');
});

it('compare takes a commit', () => {
  expect(read('compare', 'v1')).toMatchObject({ mode: 'compare', ref: 'v1' });
  expect(read('compare')).not.toHaveProperty('ref');
  expect(() => read('compare', '--rounds', '2')).toThrow('compare wants 3 rounds or more');
  expect(() => read('compare', 'a', 'b')).toThrow('compare takes one commit, not a b');
});

it('costs are written from what the row learns that they are learnt by', () => {
  expect(read('forecasts', '--write-costs').writeCosts).toBe(true);
  expect(read('--write-costs').writeCosts).toBe(true);
  expect(() => read('hour', '--write-costs')).toThrow('--write-costs wants the row forecasts');
  expect(() => read('quick', '--write-costs')).toThrow('which quick does not measure');
  expect(() => read('compare', '--write-costs')).toThrow('which compare does not measure');
});

it.each([['--scale', '0'], ['--scale', 'x'], ['--rounds', '1.5'], ['--rounds', '-1'], ['--slow']])(
  '%s %s is refused',
  (...args) => {
    expect(() => read(...args)).toThrow();
  },
);
