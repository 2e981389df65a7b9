import { expect, it } from 'vitest';
import { ClickstreamError } from '../errors.ts';
import { readLimit, readRedriveSelection, readSelection, type RedriveFlags } from './rejects-flags.ts';

const CLOCK_MS = Date.parse('2025-12-07T10:20:00Z');
const HOUR_MS = Date.parse('2025-12-06T05:00:00Z');

const refusal = (flags: RedriveFlags, read: typeof readSelection = readSelection): string => {
  try {
    read(flags, CLOCK_MS);
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_flag', stage: 'config' });
    return (error as ClickstreamError).message;
  }
  return 'accepted';
};

it('selects by code, hours, key and index', () => {
  expect(readSelection({}, CLOCK_MS)).toEqual({});
  expect(readSelection({ code: 'too_deep', hour: '2025-12-06T05' }, CLOCK_MS)).toEqual({
    code: 'too_deep',
    from_ms: HOUR_MS,
    to_ms: HOUR_MS,
  });
  const day = { from_ms: HOUR_MS - 5 * 3_600_000, to_ms: HOUR_MS + 18 * 3_600_000 };
  expect(readSelection({ date: '2025-12-06' }, CLOCK_MS)).toEqual(day);
  expect(readSelection({ from: '2025-12-06T00', to: '2025-12-06T23' }, CLOCK_MS)).toEqual(day);
  expect(readSelection({ from: '2025-12-07T09' }, CLOCK_MS)).toMatchObject({ to_ms: Date.parse('2025-12-07T09:00Z') });
  const key = 'events/2025/12/06/05/a.json';
  expect(readSelection({ key, index: '3' }, CLOCK_MS)).toEqual({ key, index: 3 });
  expect(readRedriveSelection({ all: true }, CLOCK_MS)).toEqual({});
});

it.each<[RedriveFlags, string]>([
  [{ code: '' }, '--code is empty'],
  [{ index: '3' }, '--index is the place of a record in its object'],
  [{ key: 'events/a', index: '-1' }, '--index is "-1": give a whole number'],
  [{ key: 'a.json' }, '--key is the whole key'],
  [{ hour: '2025-02-30T05' }, '--hour is "2025-02-30T05"'],
  [{ hour: '2025-12-06T05', date: '2025-12-06' }, 'Give one of --hour, --date'],
  [{ to: '2025-12-06T05' }, '--to is the end of a range'],
])('refuses %j with a sentence', (flags, message) => {
  expect(refusal(flags)).toContain(message);
});

it('a redrive wants to be told what', () => {
  expect(refusal({}, readRedriveSelection)).toContain('Say which rejects to try again');
  expect(refusal({ all: true, code: 'x' }, readRedriveSelection)).toContain('--all is every reject there is');
});

it('shows twenty when nobody says', () => {
  expect([readLimit({}), readLimit({ limit: '5' })]).toEqual([20, 5]);
  expect(() => readLimit({ limit: 'many' })).toThrow('--limit is "many": give a whole number from 1 to 10000');
});
