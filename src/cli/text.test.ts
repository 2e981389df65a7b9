import { expect, it } from 'vitest';
import { formatTable } from './table.ts';
import { bytesText, countText, durationText, hourText, plural, unitText } from './text.ts';

it('writes counts, durations and sizes for people', () => {
  expect([0, 999, 1000, 1234567].map(countText)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect([0, 999, 1000, 59_900, 60_000, 5_400_000, 172_800_000, -5].map(durationText)).toEqual([
    '0 ms',
    '999 ms',
    '1.0 s',
    '59.9 s',
    '1 min',
    '2 h',
    '2 days',
    '0 ms',
  ]);
  expect([0, 999, 1000, 999_949, 999_951, 1_234_567_890].map(bytesText)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '999.9 kB',
    '1.0 MB',
    '1.2 GB',
  ]);
  expect([plural(1, 'hour'), plural(0, 'hour'), plural(2, 'batch', 'batches')]).toEqual([
    '1 hour',
    '0 hours',
    '2 batches',
  ]);
});

it('names a whole hour as --hour takes it, and a part of one by its prefix', () => {
  expect(hourText(Date.parse('2025-12-06T05:00:00Z'))).toBe('2025-12-06T05');
  expect(unitText('events/2025/12/06/05/')).toBe('2025-12-06T05');
  expect(unitText('events/2025/12/06/05/event-a')).toBe('events/2025/12/06/05/event-a');
});

it('lines a table up, colours or not', () => {
  const columns = [{ title: 'hour' }, { title: 'read', numeric: true }, { title: 'note' }];
  expect(
    formatTable(columns, [
      ['a', '1,000', ''],
      ['\u001b[31mlonger\u001b[39m', '2', 'x'],
    ]),
  ).toBe(['hour     read  note', 'a       1,000', '\u001b[31mlonger\u001b[39m      2  x'].join('\n'));
});
