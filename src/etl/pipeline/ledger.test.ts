import { expect, test } from 'vitest';
import { addCounts, assertBalanced, noCounts } from './ledger.ts';

test('what was read and split off is inserted, a duplicate, rejected or dropped', () => {
  const counts = { ...noCounts(), read: 10, split: 2, inserted: 5, duplicates: 4, rejected: 2, dropped: 1 };
  expect(() => assertBalanced(counts)).not.toThrow();
  expect(() => assertBalanced(noCounts())).not.toThrow();
});

test.each(['read', 'split', 'inserted', 'duplicates', 'rejected', 'dropped'] as const)(
  'a batch with one %s too many must not be committed',
  (name) => {
    expect(() => assertBalanced({ ...noCounts(), [name]: 1 })).toThrow(
      expect.objectContaining({ code: 'ledger_unbalanced' }) as Error,
    );
  },
);

test('counts add up name by name', () => {
  const counts = { ...noCounts(), read: 1, bytes: 2 };
  addCounts(counts, { ...noCounts(), read: 10, batches: 1 });
  expect(counts).toEqual({ ...noCounts(), read: 11, bytes: 2, batches: 1 });
});

test('the error has all of the numbers, since they say where to look', () => {
  const counts = { ...noCounts(), read: 1, split: 2, inserted: 4, duplicates: 8, rejected: 16, dropped: 32 };
  expect(() => assertBalanced(counts)).toThrow(
    expect.objectContaining({
      code: 'ledger_unbalanced',
      stage: 'write',
      message:
        'The batch does not balance and was not committed: read 1 + split 2 is not ' +
        'inserted 4 + duplicates 8 + rejected 16 + dropped 32.',
    }) as Error,
  );
});
