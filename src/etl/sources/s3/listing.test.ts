import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBefore } from './listing.ts';

test('keys are ordered by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(isBefore(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0);
    }),
  );
  expect(isBefore('\uffee', '😀')).toBe(true);
  expect(isBefore('k', 'k')).toBe(false);
});
