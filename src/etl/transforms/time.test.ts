import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asInstant, eventTime, type EventClock } from './time.ts';

const at = (iso: string): number => Date.parse(iso);

describe('an instant', () => {
  test.each<[unknown, number]>([
    ['2025-12-06T05:04:03.002Z', at('2025-12-06T05:04:03.002Z')],
    ['2025-12-06T05:04:03', at('2025-12-06T05:04:03Z')],
    ['2025-12-06 05:04:03', at('2025-12-06T05:04:03Z')],
    ['2025-12-06T05:04', at('2025-12-06T05:04:00Z')],
    ['2025-12-06', at('2025-12-06T00:00:00Z')],
    ['2025-12-06t05:04:03z', at('2025-12-06T05:04:03Z')],
    ['2025-12-06T05:04:03+05:30', at('2025-12-05T23:34:03Z')],
    ['2025-12-06T05:04:03-0330', at('2025-12-06T08:34:03Z')],
    ['2025-12-06T05:04:03 +01', at('2025-12-06T04:04:03Z')],
    ['2025-12-06T05:04:03,5Z', at('2025-12-06T05:04:03.500Z')],
    [' 2025-12-06T05:04:03Z\n', at('2025-12-06T05:04:03Z')],
    ['2025-12-06T24:00:00Z', at('2025-12-07T00:00:00Z')],
    ['2025-12-31T24:00', at('2026-01-01T00:00:00Z')],
    ['2016-12-31T23:59:60Z', at('2017-01-01T00:00:00Z')],
    ['2016-12-31T23:59:60.250Z', at('2017-01-01T00:00:00.250Z')],
    ['2024-02-29T00:00:00Z', at('2024-02-29T00:00:00Z')],
    ['2000-02-29', at('2000-02-29T00:00:00Z')],
    ['0001-01-01T00:00:00Z', at('0001-01-01T00:00:00Z')],
    ['0099-06-01T00:00:00Z', at('0099-06-01T00:00:00Z')],
    ['9999-12-31T23:59:59.999Z', at('9999-12-31T23:59:59.999Z')],
    [1_765_000_000_000, 1_765_000_000_000],
    ['1765000000000', 1_765_000_000_000],
    ['1765000000000.25', 1_765_000_000_000.25],
    ['2025-12-06T05:04:03.002', at('2025-12-06T05:04:03.002Z')],
    ['2025-12-06T05:04:03.002z', at('2025-12-06T05:04:03.002Z')],
    ['2025-12-06 05:04:03.002Z', at('2025-12-06T05:04:03.002Z')],
    ['2025-12-06T05:04:03,002Z', at('2025-12-06T05:04:03.002Z')],
    ['2025-12-06T05:04:03.0025', at('2025-12-06T05:04:03.002Z') + 0.5],
    ['2025-12-06T05:04:03 Z', at('2025-12-06T05:04:03Z')],
    ['2025-12-06T23:59:60.999Z', at('2025-12-07T00:00:00.999Z')],
    ['2025-12-06T24:00:00.000Z', at('2025-12-07T00:00:00Z')],
    ['2024-02-29T05:04:03.002Z', at('2024-02-29T05:04:03.002Z')],
    ['2025-01-31T05:04:03.002Z', at('2025-01-31T05:04:03.002Z')],
    ['2025-04-30', at('2025-04-30T00:00:00Z')],
    ['2025-06-30', at('2025-06-30T00:00:00Z')],
    ['2025-09-30', at('2025-09-30T00:00:00Z')],
    ['2025-11-30', at('2025-11-30T00:00:00Z')],
    ['2025-02-28', at('2025-02-28T00:00:00Z')],
    ['0099-06-01T00:00:00.000Z', at('0099-06-01T00:00:00Z')],
    ['0100-06-01T00:00:00.000Z', at('0100-06-01T00:00:00Z')],
    ['2025-12-06T00:00:00+15:59', at('2025-12-05T08:01:00Z')],
    ['2025-12-06T00:00:00-15:59', at('2025-12-06T15:59:00Z')],
    ['0001-01-01T00:00:00-00:01', at('0001-01-01T00:01:00Z')],
    ['-100000000000', -100_000_000_000],
    ['100000000000', 100_000_000_000],
    [' 1765000000000 ', 1_765_000_000_000],
    ['1765000000000.1', 1_765_000_000_000.1],
    ['1765000000000.125', 1_765_000_000_000.125],
    [at('0001-01-01T00:00:00Z'), at('0001-01-01T00:00:00Z')],
    [at('9999-12-31T23:59:59.999Z'), at('9999-12-31T23:59:59.999Z')],
    [0, 0],
    [-1, -1],
  ])('%j is one', (value, instant_ms) => {
    expect(asInstant(value)).toBe(instant_ms);
  });

  test.each<[unknown]>([
    ['2025-02-30T00:00:00Z'],
    ['2025-02-30T00:00:00.000Z'],
    ['2025-02-29T00:00:00.000Z'],
    ['2025-13-06T05:04:03.002Z'],
    ['2025-00-06T05:04:03.002Z'],
    ['2025-12-00T05:04:03.002Z'],
    ['2025-12-06T24:04:03.002Z'],
    ['2025-12-06T05:60:03.002Z'],
    ['2025-12-06T05:04:61.002Z'],
    ['0000-12-06T05:04:03.002Z'],
    ['2025-12-06T05:04:03.002Zx'],
    ['x2025-12-06T05:04:03.002Z'],
    ['0000-12-31T23:59:00-00:01'],
    ['0x176500000000'],
    ['+1765000000000'],
    ['x2025-12-06'],
    ['2025-12-06x'],
    ['2025-12-06T05'],
    ['2025-12-06T'],
    ['2025-12-06T05:04Z+01:00'],
    ['2025-12-06Z'],
    ['2025-12-06T05:04:03.Z'],
    ['2025-12-06T05:04:03  Z'],
    ['2025-12-06T05:04:03+1'],
    ['2025-12-06T05:04:03+01:0'],
    ['2025-12-06T05:04:03+01:000'],
    ['2025-1-06'],
    ['2025-12-6'],
    ['225-12-06'],
    ['2025-12-06T5:04'],
    ['2025-12-06T05:4'],
    ['2025-12-06T05:04:3'],
    ['0001-01-01T00:00:00+00:01'],
    ['9999-12-31T23:59:59.9999999Z'],
    [at('0001-01-01T00:00:00Z') - 1],
    ['-12345678901'],
    ['1765000000000000'],
    ['1765000000000.'],
    ['1765000000000.1234'],
    ['x1765000000000'],
    ['1765000000000x'],
    ['2025-06-31'],
    ['2025-09-31'],
    ['2025-11-31'],
    ['2025-12-32'],
    ['2025-02-29'],
    ['1900-02-29'],
    ['2025-04-31'],
    ['2025-13-01'],
    ['2025-00-01'],
    ['2025-01-00'],
    ['2025-12-06T25:00:00Z'],
    ['2025-12-06T24:00:01Z'],
    ['2025-12-06T24:01:00Z'],
    ['2025-12-06T24:00:00.001Z'],
    ['2025-12-06T23:60:00Z'],
    ['2025-12-06T23:59:61Z'],
    ['2025-12-06T05:00:00+16:00'],
    ['2025-12-06T05:00:00+01:60'],
    ['2025-12-06T05:00:00 Europe/Berlin'],
    ['0000-01-01T00:00:00Z'],
    ['9999-12-31T24:00:00Z'],
    ['+275760-09-13T00:00:00.000Z'],
    ['-000001-01-01T00:00:00Z'],
    ['275760-09-13T00:00:00Z'],
    [8.64e15],
    [-8.64e15],
    [253_402_300_800_000],
    [Infinity],
    [NaN],
    ['infinity'],
    ['-infinity'],
    ['now'],
    ['today'],
    ['tomorrow'],
    ['yesterday'],
    ['epoch'],
    ['allballs'],
    ['Sat, 06 Dec 2025 05:00:00 GMT'],
    ['12/06/2025'],
    ['06.12.2025'],
    ['1765000000'],
    ['1e12'],
    ['0x19af0000000'],
    ['٢٠٢٥-١٢-٠٦'],
    [''],
    [' '],
    [true],
    [null],
    [undefined],
    [{}],
    [[1_765_000_000_000]],
    [['2025-12-06']],
  ])('%j is none', (value) => {
    expect(asInstant(value)).toBeNull();
  });

  test('the form that toISOString writes is read only as it writes it, each character of it', () => {
    const text = '2025-11-17T13:25:36.478Z';
    const wrong: string[] = [];
    for (let position = 0; position < text.length; position += 1) {
      // Beside the ten digits: what comes before and after them, what stands at other places, a digit of another script.
      for (const other of ['/', ':', '-', '.', 'x', 'T', 'Z', '\u0660', ...Array.from('0123456789')]) {
        // Without a zone, the last digit is one of the fraction.
        if (position === text.length - 1 && /\d/.test(other)) continue;
        const changed = text.slice(0, position) + other + text.slice(position + 1);
        const date = new Date(changed);
        const isWritten = !Number.isNaN(date.getTime()) && date.toISOString() === changed;
        if (asInstant(changed) !== (isWritten ? date.getTime() : null)) wrong.push(changed);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('every day is taken in the form that toISOString writes, and none that does not exist', () => {
    const wrong: string[] = [];
    for (const year of ['1999', '2000', '2023', '2024', '2100']) {
      for (let month = 1; month <= 13; month += 1) {
        for (let day = 0; day <= 32; day += 1) {
          const date = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
          const time_ms = Date.UTC(Number(year), month - 1, day, 5, 4, 3, 2);
          const instant_ms = new Date(time_ms).toISOString().startsWith(date) ? time_ms : null;
          for (const text of [`${date}T05:04:03.002Z`, `${date} 05:04:03.002`]) {
            if (asInstant(text) !== instant_ms) wrong.push(text);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('a fraction of any length counts to the microsecond', () => {
    const base = at('2025-12-06T05:00:00Z');
    expect(asInstant('2025-12-06T05:00:00.000001Z')).toBe(base + 0.001);
    expect(asInstant('2025-12-06T05:00:00.123456Z')).toBe(Math.round((base + 123.456) * 1000) / 1000);
    expect(asInstant('2025-12-06T05:00:00.9999996Z')).toBe(base + 1000);
    expect(asInstant('2025-12-06T05:00:00.1234560000000001Z')).toBe(asInstant('2025-12-06T05:00:00.123456Z'));
    expect(asInstant(base + 0.0002)).toBe(base);
  });

  test('every millisecond of the years 1 to 9999 is read back from ISO 8601, in every zone', () => {
    const instant = fc.date({
      min: new Date('0001-01-02T00:00:00Z'),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instant, fc.integer({ min: -15 * 60 - 59, max: 15 * 60 + 59 }), (date, zone_min) => {
        expect(asInstant(date.toISOString())).toBe(date.getTime());
        const local = new Date(date.getTime() + zone_min * 60_000).toISOString().slice(0, -1);
        const [hours, minutes] = [Math.trunc(Math.abs(zone_min) / 60), Math.abs(zone_min) % 60];
        const zone = `${zone_min < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        expect(asInstant(local + zone)).toBe(date.getTime());
      }),
    );
  });
});

describe('the time of an event', () => {
  const received_ms = at('2025-12-06T05:30:00Z');
  const MINUTE = 60_000;
  const DAY = 24 * 60 * MINUTE;
  const timeOf = (clock: Partial<EventClock>): number | null =>
    eventTime({ event_ms: received_ms, sent_ms: null, received_ms, receiptKnown: true, ...clock });

  test('is the client’s from 24 hours before the receipt up to 5 minutes after it', () => {
    for (const offset_ms of [0, -DAY, -DAY + 1, 5 * MINUTE]) {
      expect(timeOf({ event_ms: received_ms + offset_ms })).toBe(received_ms + offset_ms);
    }
    for (const offset_ms of [-DAY - 1, -30 * DAY, 5 * MINUTE + 1, 1000 * DAY]) {
      expect(timeOf({ event_ms: received_ms + offset_ms })).toBeNull();
    }
    expect(timeOf({ event_ms: null })).toBeNull();
  });

  test('is counted back from the receipt when the client says when it sent the event', () => {
    const wrong_ms = at('1999-01-01T00:00:00Z');
    expect(timeOf({ event_ms: wrong_ms, sent_ms: wrong_ms + 7000 })).toBe(received_ms - 7000);
    expect(timeOf({ event_ms: wrong_ms, sent_ms: wrong_ms })).toBe(received_ms);
  });

  test('is none without a time of the event’s own, whatever else is known', () => {
    for (const receiptKnown of [true, false]) {
      for (const sent_ms of [null, 0, 7000, received_ms]) {
        expect(timeOf({ event_ms: null, sent_ms, receiptKnown })).toBeNull();
      }
    }
  });

  test('may then lie 30 days before the receipt, and still only 5 minutes after it', () => {
    expect(timeOf({ event_ms: 0, sent_ms: 30 * DAY })).toBe(received_ms - 30 * DAY);
    expect(timeOf({ event_ms: 0, sent_ms: 30 * DAY + 1 })).toBeNull();
    expect(timeOf({ event_ms: 5 * MINUTE, sent_ms: 0 })).toBe(received_ms + 5 * MINUTE);
    expect(timeOf({ event_ms: 5 * MINUTE + 1, sent_ms: 0 })).toBeNull();
  });

  test('has no lower bound and is not corrected where no receipt is known, as in backfills', () => {
    const long_ago_ms = at('2011-03-04T05:06:07Z');
    expect(timeOf({ event_ms: long_ago_ms, receiptKnown: false })).toBe(long_ago_ms);
    expect(timeOf({ event_ms: long_ago_ms, sent_ms: long_ago_ms + 5, receiptKnown: false })).toBe(long_ago_ms);
    expect(timeOf({ event_ms: received_ms + 5 * MINUTE + 1, receiptKnown: false })).toBeNull();
  });
});
