import { isMainThread } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { inOtherCircumstances } from './other-circumstances.ts';

test('inside it is later and elsewhere, outside nothing has changed, even when it throws', () => {
  const RealDate = Date;
  const zone = process.env['TZ'];
  const noon = new Date('2025-12-06T12:00:00Z').toString();
  const [later, same, isDate, elsewhere] = inOtherCircumstances(() => [
    Date.now() - RealDate.now(),
    new Date(0).getTime(),
    new Date() instanceof Date && new Date() instanceof RealDate,
    new Date('2025-12-06T12:00:00Z').toString(),
  ]);
  expect(later).toBeGreaterThan(300 * 86_400_000);
  expect([same, isDate]).toEqual([0, true]);
  // A worker's environment is a copy, which Date does not look at.
  if (isMainThread) expect(elsewhere).not.toBe(noon);
  expect(() =>
    inOtherCircumstances(() => {
      throw new Error('inside');
    }),
  ).toThrow('inside');
  expect([Date, process.env['TZ'], new Date('2025-12-06T12:00:00Z').toString()]).toEqual([RealDate, zone, noon]);
});
