import { afterEach, describe, expect, test } from 'vitest';
import {
  closesAt_ms,
  expandPrefix,
  HOUR_MS,
  hourOf,
  hourPrefix,
  hourRange,
  hourUnit,
  isWholeHour,
  parseHourPrefix,
  unitLabel,
} from './hours.ts';

const hour_ms = Date.parse('2025-12-06T05:00:00Z');
const prefix = 'events/2025/12/06/05/';
const prefixes = (text: string): string[] => expandPrefix(text).map((unit) => unit.prefix);

describe('an hour and its prefix', () => {
  test('every moment of an hour has the prefix of its start, the last millisecond included', () => {
    for (const moment_ms of [hour_ms, hour_ms + 1, hour_ms + HOUR_MS - 1]) {
      expect(hourOf(moment_ms)).toBe(hour_ms);
      expect(hourPrefix(moment_ms)).toBe(prefix);
    }
    expect(hourPrefix(hour_ms + HOUR_MS)).toBe('events/2025/12/06/06/');
  });

  test('the prefix leads back to the hour, and so does every key under it', () => {
    expect(parseHourPrefix(prefix)).toBe(hour_ms);
    expect(parseHourPrefix(`${prefix}event-1.json`)).toBe(hour_ms);
  });

  test('a date or hour that does not exist has no prefix', () => {
    const wrong = ['events/2025/02/30/00/', 'events/2025/13/01/00/', 'events/2025/12/06/24/', 'events/2023/02/29/00/'];
    for (const text of [
      ...wrong,
      'events/2025/12/06/',
      'events/2025/12/06/05',
      'raw/2025/12/06/05/',
      '',
      prefix.slice(1),
    ]) {
      expect(parseHourPrefix(text), text).toBeUndefined();
    }
  });

  test('a moment whose year has not four digits is refused', () => {
    expect(() => hourPrefix(Date.parse('+010000-01-01T00:00:00Z'))).toThrow(RangeError);
    expect(() => hourPrefix(NaN)).toThrow(RangeError);
  });

  test('years before 1000 and hours before 1970 keep their own prefix', () => {
    expect(parseHourPrefix('events/0099/01/01/00/')).toBe(Date.parse('0099-01-01T00:00:00Z'));
    expect(hourPrefix(-1)).toBe('events/1969/12/31/23/');
    expect(hourOf(-1)).toBe(-HOUR_MS);
  });
});

describe('expanding a prefix', () => {
  test('an hour is itself, with or without its last slash', () => {
    expect(expandPrefix(prefix)).toEqual([{ hour_ms, prefix }]);
    expect(expandPrefix('events/2025/12/06/05')).toEqual([{ hour_ms, prefix }]);
  });

  test('a day is 24 hours, oldest first', () => {
    const day = expandPrefix('events/2025/12/06/');
    expect(day).toHaveLength(24);
    expect(day[0]).toEqual(hourUnit(Date.parse('2025-12-06T00:00:00Z')));
    expect(day[23]).toEqual(hourUnit(Date.parse('2025-12-06T23:00:00Z')));
  });

  test('a month has its own length, and a leap year has 366 days', () => {
    expect(expandPrefix('events/2024/02/')).toHaveLength(29 * 24);
    expect(expandPrefix('events/2025/02/')).toHaveLength(28 * 24);
    expect(expandPrefix('events/2024/')).toHaveLength(366 * 24);
    expect(expandPrefix('events/2025')).toHaveLength(365 * 24);
  });

  test('a prefix that ends within a number means what it means to S3', () => {
    expect(prefixes('events/2025/12/06/2')).toEqual([20, 21, 22, 23].map((hour) => `events/2025/12/06/${hour}/`));
    expect(expandPrefix('events/2025/1')).toHaveLength((31 + 30 + 31) * 24);
  });

  test('a prefix longer than the hour is one part of the hour', () => {
    expect(expandPrefix(`${prefix}event-0190`)).toEqual([{ hour_ms, prefix: `${prefix}event-0190` }]);
  });

  test('what names no year, or no hour that exists, is nothing', () => {
    const wrong = [
      '',
      'events/',
      'events/202',
      'events/20255',
      'events/2025x',
      'events/2025/13/',
      'events/2025/02/30/',
    ];
    for (const text of [...wrong, 'events/2025//', 'events/2025/02/30/00/event-1', '/events/2025/', 'Events/2025/']) {
      expect(expandPrefix(text), text).toEqual([]);
    }
  });
});

describe('a range of hours', () => {
  test('begins with the hour of its start and ends before its end', () => {
    expect([...hourRange(hour_ms + 1, hour_ms + 2 * HOUR_MS)]).toEqual([hour_ms, hour_ms + HOUR_MS]);
    expect([...hourRange(hour_ms, hour_ms + 1)]).toEqual([hour_ms]);
  });

  test('is empty when it ends where it begins, or before', () => {
    expect([...hourRange(hour_ms, hour_ms)]).toEqual([]);
    expect([...hourRange(hour_ms, 0)]).toEqual([]);
  });
});

describe('a unit', () => {
  test('is the whole hour only without a longer prefix and without a key range', () => {
    const unit = hourUnit(hour_ms);
    expect(isWholeHour(unit)).toBe(true);
    expect(isWholeHour({ ...unit, prefix: `${prefix}event-0` })).toBe(false);
    expect(isWholeHour({ ...unit, startAfter: `${prefix}a` })).toBe(false);
    expect(isWholeHour({ ...unit, endAt: `${prefix}z` })).toBe(false);
  });

  test('has a label that no other unit has', () => {
    const unit = hourUnit(hour_ms);
    const units = [
      unit,
      { ...unit, prefix: `${prefix}a` },
      { ...unit, startAfter: `${prefix}a` },
      { ...unit, endAt: `${prefix}a` },
      { ...unit, startAfter: `${prefix}a`, endAt: `${prefix}b` },
      { ...unit, startAfter: `${prefix}a" up to "${prefix}b` },
    ];
    expect(new Set(units.map(unitLabel)).size).toBe(units.length);
    expect(unitLabel(unit)).toBe(prefix);
    expect(unitLabel(units[4]!)).toBe(`${prefix} after "${prefix}a" up to "${prefix}b"`);
  });

  test('closes five minutes after the end of its hour', () => {
    expect(new Date(closesAt_ms(hourUnit(hour_ms))).toISOString()).toBe('2025-12-06T06:05:00.000Z');
  });
});

describe('whatever time zone the process is in', () => {
  const before = process.env['TZ'];
  afterEach(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });

  test.each(['America/St_Johns', 'Pacific/Kiritimati', 'Europe/Berlin'])('in %s the hours are those of UTC', (zone) => {
    process.env['TZ'] = zone;
    expect(hourPrefix(hour_ms)).toBe(prefix);
    expect(parseHourPrefix(prefix)).toBe(hour_ms);
    // The days on which Berlin's clocks change have 24 hours too.
    expect(expandPrefix('events/2025/03/30/')).toHaveLength(24);
    expect(expandPrefix('events/2025/10/26/')).toHaveLength(24);
  });
});

test('the error for a year without four digits names the moment', () => {
  expect(() => hourPrefix(Date.parse('-000001-02-03T04:05:06Z'))).toThrow(
    new RangeError('-000001-02-03T04:05:06.000Z has no four-digit year'),
  );
});

test('digits too few or too many, or anything before them, make no hour', () => {
  for (const key of [
    'events/225/12/06/05/',
    'events/2025/2/06/05/',
    'events/2025/12/6/05/',
    'events/2025/12/06/5/',
    'events/20251/12/06/05/',
    'events/2025/12/06/055/',
    'events/xxxx/12/06/05/',
    'events/2025/xx/06/05/',
    'events/2025/12/xx/05/',
    'events/2025/12/06/xx/',
    'x/events/2025/12/06/05/',
  ]) {
    expect(parseHourPrefix(key), key).toBeUndefined();
    expect(expandPrefix(key), key).toEqual([]);
  }
});

test('a year’s hours begin with its first and end with its last', () => {
  const units = expandPrefix('events/2025/');
  expect([units[0]!.prefix, units.at(-1)!.prefix]).toEqual(['events/2025/01/01/00/', 'events/2025/12/31/23/']);
});
