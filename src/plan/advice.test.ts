import { expect, test } from 'vitest';
import { advice, dollars } from './advice.ts';
import type { Costs } from './costs.ts';
import { forecast, type HourLoad, type Place } from './forecast.ts';

const PLACE: Place = { memory_mb: 512, timeout_s: 900, latency_ms: 15 };
/** Fixed ones, so that what is measured later changes no advice here. */
const COSTS: Costs = {
  start_ms: 300,
  warmUp_ms: 800,
  object_us: 105,
  event_us: 22,
  kilobyte_us: 10,
  row_us: 16,
  settle_ms: 150,
  settleEvent_us: 45,
  smallObjects_mb: 210,
  largeObjects_mb: 205,
};
const adviceFor = (load: Partial<HourLoad>, place: Partial<Place> = {}): string[] => {
  const whole = { objects: 100, events: 10_000, bytes: 7_000_000, storedBytes: 7_000_000, ...load };
  const there = { ...PLACE, ...place };
  return advice(whole, there, forecast(whole, there, COSTS), COSTS);
};

test('an hour that fits asks for nothing', () => {
  expect(adviceFor({})).toEqual([]);
});

test('too little memory is told with the size that is enough', () => {
  expect(adviceFor({}, { memory_mb: 128 })).toEqual([expect.stringMatching(/^It needs up to \d+ MB: give .* 256 MB/)]);
});

test('too little time is told with the memory that makes it enough, or how to go on at once', () => {
  const large = { events: 1_000_000, bytes: 700_000_000 };
  expect(adviceFor(large, { memory_mb: 256, timeout_s: 120 })[0]).toMatch(/with \d+ MB one is\.$/);
  expect(adviceFor(large, { memory_mb: 1769, timeout_s: 30 }).join()).toMatch(/split the hour|Settling alone/);
});

test('an hour that takes longer than an hour falls behind', () => {
  expect(adviceFor({ objects: 50_000_000, events: 50_000_000 }).join()).toContain('falls behind');
});

test('events that come one by one are cheaper together', () => {
  expect(adviceFor({ objects: 10_000 })).toEqual([expect.stringMatching(/\$\d.* instead of \$\d/)]);
  expect(adviceFor({ objects: 900, events: 900 })).toEqual([]);
});

test('dollars are shown to the cent while cents matter', () => {
  expect([0, 0.005, 1.234, 99.994, 100, 1234.5].map(dollars)).toEqual([
    '$0.00',
    '$0.01',
    '$1.23',
    '$99.99',
    '$100',
    '$1235',
  ]);
});
