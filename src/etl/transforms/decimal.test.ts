import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalOf, ONE, quotient, times } from './decimal.ts';

const shown = (value: string | number, decimals: number) => quotient(decimalOf(value)!, ONE, decimals);

test.each<[string | number, number, string]>([
  ['17.50', 2, '17.50'],
  ['17.505', 2, '17.51'],
  ['-17.505', 2, '-17.51'],
  ['17.5049999', 2, '17.50'],
  ['0.005', 2, '0.01'],
  ['-0.004', 2, '0.00'],
  ['.5', 0, '1'],
  ['5.', 1, '5.0'],
  [0.1, 3, '0.100'],
  [1e-7, 8, '0.00000010'],
  [1e21, 1, '1000000000000000000000.0'],
  ['1E+2', 0, '100'],
  [-0, 2, '0.00'],
  [' 1 ', 2, '1.00'],
])('%j with %i decimals is %s', (value, decimals, text) => {
  expect(shown(value, decimals)).toBe(text);
});

test.each([
  '',
  '.',
  '-',
  '1,5',
  'NaN',
  'Infinity',
  '0x10',
  '1e999',
  '1e-999',
  '1'.repeat(401),
  'one',
  '1.2.3',
  Number.NaN,
])('%s is no decimal', (value) => {
  expect(decimalOf(value)).toBeNull();
});

test('what is multiplied and divided comes out to the last digit', () => {
  const cents = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
  const rate = fc.bigInt({ min: 1n, max: 10n ** 10n });
  fc.assert(
    fc.property(cents, rate, (amount, by) => {
      const a = { digits: amount, scale: 2 };
      const b = { digits: by, scale: 6 };
      expect(quotient(times(a, b), b, 2)).toBe(quotient(a, ONE, 2));
      // Half away from zero, said in another way.
      const exact = amount * by;
      const half = exact < 0n ? -500_000n : 500_000n;
      const rounded = (exact + half) / 1_000_000n;
      expect(BigInt(quotient(times(a, b), ONE, 2).replace('.', ''))).toBe(rounded);
    }),
  );
});
