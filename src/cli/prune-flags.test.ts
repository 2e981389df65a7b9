import { expect, it } from 'vitest';
import { readPruneRequest, type PruneFlags } from './prune-flags.ts';
import { prunedText } from './prune-text.ts';

const CLOCK_MS = Date.parse('2026-03-31T23:30:00Z');

it('takes a day, or counts months back from today where the shop is', () => {
  expect(readPruneRequest({ before: '2025-01-01', rows: true }, CLOCK_MS, 'UTC')).toEqual({
    before: '2025-01-01',
    rows: true,
  });
  const before = (months: string, timeZone = 'UTC'): string => readPruneRequest({ months }, CLOCK_MS, timeZone).before;
  expect([before('2'), before('13'), before('14'), before('25')]).toEqual([
    '2026-01-31',
    '2025-02-28',
    '2025-01-31',
    '2024-02-29',
  ]);
  expect(before('2', 'Europe/Berlin')).toBe('2026-02-01');
});

it.each<[PruneFlags, string]>([
  [{}, 'Give one of --before and --months'],
  [{ before: '2025-01-01', months: '3' }, 'Give one of --before and --months'],
  [{ before: '2025-02-30' }, '--before is "2025-02-30": give a day such as 2025-01-01'],
  [{ before: 'yesterday' }, '--before is "yesterday"'],
  [{ before: '2026-03-01' }, '--before is 2026-03-01: give a day at least 31 days ago'],
  [{ months: '0' }, '--months is "0": give a whole number'],
])('refuses %j with a sentence', (flags, message) => {
  expect(() => readPruneRequest(flags, CLOCK_MS, 'UTC')).toThrow(message);
});

it('takes the last day that is 31 days ago', () => {
  expect(readPruneRequest({ before: '2026-02-28' }, CLOCK_MS, 'UTC').before).toBe('2026-02-28');
});

it('says what went, with the rows that went with it', () => {
  const pruned = { keptFrom_ms: Date.parse('2025-01-01'), events: 2, sessions: 0, orders: 0, visitors: 0, rejects: 1 };
  expect(prunedText(pruned, true)).toContain('2 events would be deleted');
  expect(prunedText(pruned, false)).toContain('Deleted 2 events and 1 dead letter. The sums are as they were.\n');
  expect(prunedText({ ...pruned, visitors: 1, sessions: 3 }, false)).toContain(
    ', with the rows of 1 visitor, 3 sessions and 0 orders.',
  );
});
