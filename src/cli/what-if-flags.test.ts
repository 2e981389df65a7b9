import { expect, test } from 'vitest';
import { readWhatIfFlags } from './what-if-flags.ts';

const CLOCK_MS = Date.parse('2025-12-06T09:30:00Z');

test('only what is given of the rule is other', () => {
  expect(readWhatIfFlags({ timeout: '45' }, CLOCK_MS)).toEqual({ change: { sessionTimeout_ms: 2_700_000 } });
  expect(readWhatIfFlags({ cutAtMidnight: false, timeZone: 'Asia/Tokyo' }, CLOCK_MS)).toEqual({
    change: { cutAtMidnight: false, reportingTimeZone: 'Asia/Tokyo' },
  });
});

test('a range has its last hour, and ends before this one unless it is said where', () => {
  const { range } = readWhatIfFlags({ timeout: '45', from: '2025-12-06T03' }, CLOCK_MS);
  expect(range).toEqual({ from_ms: Date.parse('2025-12-06T03:00:00Z'), to_ms: Date.parse('2025-12-06T09:00:00Z') });
});
