import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimalText, millionths } from './money.ts';

it.each([
  ['12.5', '12.50'],
  ['0', '0.00'],
  ['-0.01', '-0.01'],
  ['9007199254740993.000001', '9007199254740993.000001'],
  ['1200', '1200.00'],
  ['0.120000', '0.12'],
])('writes %s as %s', (text, shown) => {
  expect(decimalText(millionths(text))).toBe(shown);
});

it('adds up exactly', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })), (amounts) => {
      const sum = amounts.map((amount) => millionths(decimalText(amount))).reduce((a, b) => a + b, 0n);
      expect(sum).toBe(amounts.reduce((a, b) => a + b, 0n));
    }),
  );
});

it.each(['', 'NaN', 'Infinity', '1e5', '1.1234567'])('takes %j for no amount', (text) => {
  expect(() => millionths(text)).toThrow('not written as a decimal');
});
