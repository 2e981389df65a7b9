import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBefore, pagesOf } from './listing.ts';

test('keys are ordered by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(isBefore(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0);
    }),
  );
  expect(isBefore('\uffee', '😀')).toBe(true);
  expect(isBefore('k', 'k')).toBe(false);
});

test('pages without keys come to an end, whatever their tokens', async () => {
  let asked = 0;
  const pages = pagesOf({ bucket: 'raw', prefix: '', startAfter: undefined }, () =>
    Promise.resolve({ origins: [], nextToken: String((asked += 1)) }),
  );
  const reading = async (): Promise<void> => {
    for await (const _ of pages);
  };
  await expect(reading()).rejects.toMatchObject({ code: 'disordered_listing' });
  expect(asked).toBeGreaterThan(1_000);
});
