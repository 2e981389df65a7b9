import { describe, expect, test } from 'vitest';
import { ClickstreamError } from '../errors.ts';
import { HOUR_MS, hourUnit, type HourUnit } from '../etl/pipeline/hours.ts';
import { readPayload } from './payload.ts';

const clock_ms = Date.parse('2025-12-06T10:05:07Z');
const hourAt = (iso: string): HourUnit => hourUnit(Date.parse(iso));
const five = hourAt('2025-12-06T05:00:00Z');
const nine = hourAt('2025-12-06T09:00:00Z');

const scheduledEvent = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '123456789012',
  time: '2025-12-06T06:05:00Z',
  region: 'eu-west-1',
  resources: ['arn:aws:events:eu-west-1:123456789012:rule/etl-hourly-trigger'],
  detail: {},
};

function hoursOf(payload: unknown): readonly HourUnit[] {
  const request = readPayload(payload, clock_ms);
  if (request.kind !== 'hours') throw new Error('the request is a scheduled one');
  return request.hours;
}

function refusal(payload: unknown): string {
  try {
    readPayload(payload, clock_ms);
  } catch (error) {
    expect(error).toBeInstanceOf(ClickstreamError);
    expect(error).toMatchObject({ code: 'invalid_payload', stage: 'config' });
    return (error as ClickstreamError).message;
  }
  throw new Error(`${JSON.stringify(payload)} was accepted`);
}

describe('a scheduled run', () => {
  test.each([[{}], [null], [undefined]])('%j is the hour before the current one', (payload) => {
    expect(readPayload(payload, clock_ms)).toEqual({ kind: 'scheduled', prefix: nine.prefix, hour: nine });
  });

  test('an EventBridge event is the hour before its own time, however late it is delivered', () => {
    expect(readPayload(scheduledEvent, clock_ms)).toEqual({ kind: 'scheduled', prefix: five.prefix, hour: five });
    expect(readPayload({ ...scheduledEvent, 'replay-name': 'again' }, clock_ms)).toMatchObject({ hour: five });
  });

  test('the time alone is enough, as an EventBridge Scheduler can send it', () => {
    expect(readPayload({ time: '2025-12-06T06:00:00Z' }, clock_ms)).toMatchObject({ kind: 'scheduled', hour: five });
  });

  test('an event without a time is measured by the clock', () => {
    const { time: _, ...event } = scheduledEvent;
    expect(readPayload(event, clock_ms)).toMatchObject({ kind: 'scheduled', hour: nine });
  });

  test('at the turn of the year the hour before is in the old one', () => {
    expect(readPayload({}, Date.parse('2026-01-01T00:05:00Z'))).toMatchObject({ prefix: 'events/2025/12/31/23/' });
  });

  test.each([
    7,
    '2025-12-06',
    '2025-12-06T06:05:00+01:00',
    '2025-02-30T06:05:00Z',
    '0001-01-01T00:00:00Z',
    '',
    null,
    '2026-12-06T06:05:00Z',
  ])('a time of %j is refused by name', (time) => {
    expect(refusal({ ...scheduledEvent, time })).toMatch(/^time is /);
  });
});

describe('hoursBack', () => {
  test('counts from the current hour: 1 is the hour just over', () => {
    expect(readPayload({ hoursBack: 1 }, clock_ms)).toEqual({ kind: 'hours', prefix: nine.prefix, hours: [nine] });
    expect(hoursOf({ hoursBack: 5 })).toEqual([five]);
    expect(hoursOf({ hoursBack: 8784 })[0]?.hour_ms).toBe(nine.hour_ms - 8783 * HOUR_MS);
  });

  test('counts from the time of an event that carries it', () => {
    expect(hoursOf({ ...scheduledEvent, hoursBack: 1 })).toEqual([five]);
  });

  test.each([0, -1, 1.5, 8785, '1', null, true, NaN, [1], {}])('refuses %j', (hoursBack) => {
    expect(refusal({ hoursBack })).toMatch(/^hoursBack is .*whole number from 1/);
  });
});

describe('targetUtcHour', () => {
  test.each([
    '2025-12-06T05:00:00Z',
    '2025-12-06T05:00:00.000Z',
    '2025-12-06T05:00Z',
    '2025-12-06T05Z',
    '2025-12-06T05',
  ])('takes %s', (text) => {
    expect(readPayload({ targetUtcHour: text }, clock_ms)).toEqual({
      kind: 'hours',
      prefix: five.prefix,
      hours: [five],
    });
  });

  test('takes the current hour, which is not over yet', () => {
    expect(hoursOf({ targetUtcHour: '2025-12-06T10:00:00Z' })).toEqual([hourAt('2025-12-06T10:00:00Z')]);
  });

  test.each([
    '2025-12-06T05:30:00Z',
    '2025-12-06T05:00:01Z',
    '2025-12-06T05:00:00.001Z',
    '2025-12-06T05:00:00+00:00',
    '2025-12-06T05:00:00',
    '2025-12-06T24:00:00Z',
    '2025-02-29T05:00:00Z',
    '2025-12-06 05:00:00Z',
    '2025-12-06',
    '2025-12-06T05:00:00Z\n',
    '',
    5,
    null,
  ])('refuses %j', (targetUtcHour) => {
    expect(refusal({ targetUtcHour })).toMatch(/^targetUtcHour is .*start of an hour in UTC/);
  });

  test('refuses an hour that has not begun', () => {
    expect(refusal({ targetUtcHour: '2025-12-06T11:00:00Z' })).toMatch(/^targetUtcHour is .*future/);
  });
});

test.each([
  [{ targetUtcDate: '0000-01-01' }],
  [{ targetUtcDate: '1969-12-31' }],
  [{ targetUtcHour: '0001-01-01T00:00:00Z' }],
  [{ overridePrefix: 'events/0000/' }],
])('refuses %j: before 1970 there is nothing but the zero value of a template', (payload) => {
  const [key] = Object.keys(payload);
  expect(refusal(payload)).toMatch(new RegExp(`^${key!} is `));
});

describe('targetUtcDate', () => {
  test('is the 24 hours of a day that is over', () => {
    const request = readPayload({ targetUtcDate: '2025-12-05' }, clock_ms);
    expect(request.prefix).toBe('events/2025/12/05/');
    const hours = hoursOf({ targetUtcDate: '2025-12-05' });
    expect(hours).toHaveLength(24);
    expect(hours[0]?.prefix).toBe('events/2025/12/05/00/');
  });

  test('is the hours of today that have begun', () => {
    const hours = hoursOf({ targetUtcDate: '2025-12-06' });
    expect(hours.map(({ prefix }) => prefix.slice(-3))).toEqual([
      '00/',
      '01/',
      '02/',
      '03/',
      '04/',
      '05/',
      '06/',
      '07/',
      '08/',
      '09/',
      '10/',
    ]);
  });

  test.each(['2025-02-29', '2025-13-01', '2025-12-6', '2025-12', '20251206', '2025-12-06T00', '', 20251206, null])(
    'refuses %j',
    (targetUtcDate) => {
      expect(refusal({ targetUtcDate })).toMatch(/^targetUtcDate is .*a day in UTC/);
    },
  );

  test('refuses a day that has not begun', () => {
    expect(refusal({ targetUtcDate: '2025-12-07' })).toMatch(/^targetUtcDate is .*future/);
  });
});

describe('overridePrefix', () => {
  test('is an hour, and also without its last slash', () => {
    const asked = { kind: 'hours', prefix: five.prefix, hours: [five] };
    expect(readPayload({ overridePrefix: five.prefix }, clock_ms)).toEqual(asked);
    expect(hoursOf({ overridePrefix: five.prefix.slice(0, -1) })).toEqual([five]);
  });

  test('shorter than an hour, is all its hours that have begun', () => {
    expect(hoursOf({ overridePrefix: 'events/2025/11/' })).toHaveLength(30 * 24);
    expect(hoursOf({ overridePrefix: 'events/2025/12/' })).toHaveLength(5 * 24 + 11);
    expect(hoursOf({ overridePrefix: 'events/2024' })).toHaveLength(366 * 24);
  });

  test('longer than an hour, is a part of the hour', () => {
    const overridePrefix = `${five.prefix}event-0190`;
    expect(hoursOf({ overridePrefix })).toEqual([{ hour_ms: five.hour_ms, prefix: overridePrefix }]);
  });

  test('of all history is refused, with the advice to name a year', () => {
    for (const overridePrefix of ['events/', 'events/20', 'events/x']) {
      expect(refusal({ overridePrefix })).toMatch(/^overridePrefix is .*at least a year/);
    }
  });

  test.each([
    '',
    'raw/2025/12/06/05/',
    '/events/2025/12/06/05/',
    'events',
    'events/../secret/',
    'events/2025/12/06/05/../06/',
    'events/2025/13/',
    'events/2025/02/30/05/',
    'events/2025//12/',
    `${five.prefix}\0`,
    `${five.prefix}\ud800`,
    five.prefix + 'é'.repeat(600),
    7,
    null,
    ['events/2025/'],
  ])('refuses %j', (overridePrefix) => {
    expect(refusal({ overridePrefix })).toMatch(/^overridePrefix is /);
  });

  test('refuses hours that have not begun', () => {
    expect(refusal({ overridePrefix: 'events/2026/' })).toMatch(/^overridePrefix is .*future/);
  });
});

describe('a key range', () => {
  const startAfter = `${five.prefix}event-3`;
  const endAt = `${five.prefix}event-7`;

  test('narrows an hour, however the hour was asked for', () => {
    for (const hour of [{ hoursBack: 5 }, { targetUtcHour: '2025-12-06T05' }, { overridePrefix: five.prefix }]) {
      expect(hoursOf({ ...hour, startAfter, endAt })).toEqual([{ ...five, startAfter, endAt }]);
    }
  });

  test('may have one end only', () => {
    expect(hoursOf({ hoursBack: 5, startAfter })).toEqual([{ ...five, startAfter }]);
    expect(hoursOf({ hoursBack: 5, endAt })).toEqual([{ ...five, endAt }]);
  });

  test('narrows a part of an hour too', () => {
    const part = `${five.prefix}event-`;
    expect(hoursOf({ overridePrefix: part, endAt })).toEqual([{ hour_ms: five.hour_ms, prefix: part, endAt }]);
  });

  test.each([{}, { targetUtcDate: '2025-12-05' }, { overridePrefix: 'events/2025/12/05/' }, scheduledEvent])(
    'needs one hour, not %j',
    (hours) => {
      expect(refusal({ ...hours, startAfter })).toMatch(/^startAfter is a key of one hour/);
      expect(refusal({ ...hours, endAt })).toMatch(/^endAt is a key of one hour/);
    },
  );

  test('needs one hour even at midnight, when a day has only one that has begun', () => {
    const midnight_ms = Date.parse('2025-12-06T00:10:00Z');
    const payload = { targetUtcDate: '2025-12-06', startAfter: 'events/2025/12/06/00/a' };
    expect(() => readPayload(payload, midnight_ms)).toThrow(/^startAfter is a key of one hour/);
  });

  test.each(['event-3', 'events/2025/12/06/06/event-3', '', 3, null, `${five.prefix}\0`])(
    'refuses the end %j',
    (key) => {
      expect(refusal({ hoursBack: 5, startAfter: key })).toMatch(
        /^startAfter is .*begins with "events\/2025\/12\/06\/05\/"/,
      );
      expect(refusal({ hoursBack: 5, endAt: key })).toMatch(/^endAt is /);
    },
  );

  test('that can hold no key is refused', () => {
    expect(refusal({ hoursBack: 5, startAfter: endAt, endAt: startAfter })).toMatch(
      /^endAt does not come after startAfter/,
    );
    expect(refusal({ hoursBack: 5, startAfter, endAt: startAfter })).toMatch(/^endAt does not come after startAfter/);
  });

  test('is ordered as S3 orders keys, by UTF-8 bytes', () => {
    const low = `${five.prefix}\uff01`;
    const high = `${five.prefix}\u{1f600}`;
    expect(high < low).toBe(true);
    expect(hoursOf({ hoursBack: 5, startAfter: low, endAt: high })).toHaveLength(1);
    expect(refusal({ hoursBack: 5, startAfter: high, endAt: low })).toMatch(/^endAt does not come after/);
  });
});

describe('a payload that is refused', () => {
  test('because it asks for hours in two ways, naming both', () => {
    expect(refusal({ hoursBack: 1, overridePrefix: five.prefix })).toContain('hoursBack and overridePrefix');
  });

  test('because of a key that nobody knows, with the nearest that somebody does', () => {
    expect(refusal({ hourBack: 1 })).toMatch(/"hourBack" \(did you mean hoursBack\?\)/);
    expect(refusal({ target_utc_hour: '2025-12-06T05' })).toContain('did you mean targetUtcHour?');
    expect(refusal({ hoursBack: 1, bucket: 'other' })).toMatch(/unknown keys: "bucket"\. Known are hoursBack, /);
    expect(refusal(JSON.parse('{"__proto__": 1}'))).toContain('"__proto__"');
  });

  test('because an unknown key stands beside the own keys of an event', () => {
    expect(refusal({ ...scheduledEvent, hoursback: 1 })).toContain('did you mean hoursBack?');
  });

  test('because the own keys of an event stand there without an event', () => {
    expect(refusal({ hoursBack: 1, region: 'eu-west-1' })).toContain('"region"');
  });

  test("because it is another service's, of which a few keys are named and no value is shown", () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`key${index}`, 'a@b.example']));
    expect(refusal(many)).toMatch(/"key7" and 4 more/);
    expect(refusal(many)).not.toContain('a@b.example');
  });

  test.each([['{}'], [7], [true], [[]], [[{ hoursBack: 1 }]]])('because %j is no object', (payload) => {
    expect(refusal(payload)).toMatch(/^The payload is /);
  });
});
