import { expect, test } from 'vitest';
import { Calendar } from './calendar.ts';

const dayOf = (timeZone: string, moment: string): string =>
  new Date(new Calendar(timeZone).dayOf(Date.parse(moment)) * 86_400_000).toISOString().slice(0, 10);

test('a day begins at midnight of its zone, before and after the clocks are set', () => {
  expect(dayOf('UTC', '2025-12-06T23:59:59.999Z')).toBe('2025-12-06');
  expect(dayOf('UTC', '2025-12-07T00:00:00Z')).toBe('2025-12-07');
  expect(dayOf('Europe/Berlin', '2025-03-29T22:59:59.999Z')).toBe('2025-03-29');
  expect(dayOf('Europe/Berlin', '2025-03-29T23:00:00Z')).toBe('2025-03-30');
  expect(dayOf('Europe/Berlin', '2025-03-30T21:59:59.999Z')).toBe('2025-03-30');
  expect(dayOf('Europe/Berlin', '2025-03-30T22:00:00Z')).toBe('2025-03-31');
  expect(dayOf('America/New_York', '2025-12-06T04:59:59.999Z')).toBe('2025-12-05');
  expect(dayOf('Asia/Kathmandu', '2025-12-06T18:15:00Z')).toBe('2025-12-07');
});

test('a quarter of an hour whose clocks were set within it has both of its days', () => {
  const calendar = new Calendar('America/St_Johns');
  // At 00:01 of 7 November 2010 the clocks went back to 23:01.
  const days = ['02:29:59', '02:30:00', '02:30:59', '02:31:00', '02:59:59', '03:29:59', '03:30:00'].map((time) =>
    calendar.dayOf(Date.parse(`2010-11-07T${time}Z`)),
  );
  const [sixth, seventh] = [Date.UTC(2010, 10, 6) / 86_400_000, Date.UTC(2010, 10, 7) / 86_400_000];
  expect(days).toEqual([sixth, seventh, seventh, sixth, sixth, sixth, seventh]);
});

test('the first years and moments before 1970 have days, too', () => {
  expect(dayOf('UTC', '0001-01-01T00:00:00Z')).toBe('0001-01-01');
  expect(dayOf('UTC', '1969-12-31T23:59:59.999Z')).toBe('1969-12-31');
  expect(dayOf('UTC', '9999-12-31T23:59:59.999Z')).toBe('9999-12-31');
});

test('it goes on when it has seen more quarters than it remembers', () => {
  const calendar = new Calendar('UTC', 10);
  const days = Array.from({ length: 100 }, (_, quarter) => calendar.dayOf(quarter * 900_000));
  expect(days).toEqual(Array.from({ length: 100 }, (_, quarter) => Math.floor(quarter / 96)));
  expect(calendar.dayOf(0)).toBe(0);
});
