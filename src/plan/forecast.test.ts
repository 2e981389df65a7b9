import { describe, expect, test } from 'vitest';
import type { Costs } from './costs.ts';
import { forecast, monthlyCost, WHOLE_CORE_MB, type HourLoad, type Place } from './forecast.ts';

const COSTS: Costs = {
  start_ms: 500,
  warmUp_ms: 0,
  object_us: 100,
  event_us: 20,
  kilobyte_us: 10,
  row_us: 15,
  settle_ms: 100,
  settleEvent_us: 30,
  smallObjects_mb: 150,
  largeObjects_mb: 170,
};
const HOUR: HourLoad = { objects: 10_000, events: 10_000, bytes: 10_000_000, storedBytes: 10_000_000 };
const PLACE: Place = { memory_mb: WHOLE_CORE_MB, timeout_s: 900, latency_ms: 0 };
const at = (load: Partial<HourLoad>, place: Partial<Place> = {}, costs = COSTS) =>
  forecast({ ...HOUR, ...load }, { ...PLACE, ...place }, costs);

describe('an hour takes', () => {
  test('the CPU of its objects, its events and its bytes, on a whole core', () => {
    // 10,000 times 100 us, 20 us and 10 us.
    expect(at({}).reading_s).toEqual({ cpu: 1.3, latency: 0, warehouse: 0.15 });
    expect(at({}).settling_s).toBeCloseTo(0.4);
    expect(at({}).seconds).toBeCloseTo(0.5 + 1.3 + 0.4);
  });

  test('longer on a part of a core, and hardly less on more than one', () => {
    const [half, whole, six] = [WHOLE_CORE_MB / 2, WHOLE_CORE_MB, 10_240].map((memory_mb) => at({}, { memory_mb }));
    expect(half!.reading_s.cpu).toBeCloseTo(whole!.reading_s.cpu * 2);
    expect(six!.reading_s.cpu).toBeGreaterThan(whole!.reading_s.cpu / 1.5);
  });

  test('as long as the slowest of what goes on at once', () => {
    const slow = at({}, { latency_ms: 64 });
    expect(slow.reading_s.latency).toBeGreaterThan(slow.reading_s.cpu);
    expect(slow.seconds).toBeCloseTo(0.5 + slow.reading_s.latency + slow.settling_s);
  });

  test('more for its first events than for later ones, until code is compiled', () => {
    const cold = { ...COSTS, object_us: 0, event_us: 0, kilobyte_us: 0, warmUp_ms: 800 };
    const warmUps = [0, 3_000, 3_000_000].map((events) => at({ objects: 0, events }, {}, cold).reading_s.cpu);
    expect(warmUps).toEqual([0, 0.4, expect.closeTo(0.8, 2)]);
    expect(at({ objects: 1_500, events: 0 }, {}, cold).reading_s.cpu).toBe(0.4);
  });

  test('nothing but the start when it is empty', () => {
    expect(at({ objects: 0, events: 0, bytes: 0 })).toMatchObject({ seconds: 0.5, invocations: 1, fits: true });
  });
});

describe('an invocation', () => {
  test('is one while there is time, and as many as it takes otherwise', () => {
    expect(at({}, { timeout_s: 10 })).toMatchObject({ invocations: 1, fits: true });
    const many = at({ objects: 1_000_000, events: 1_000_000, bytes: 1e9 }, { timeout_s: 60 });
    expect(many.invocations).toBeGreaterThan(2);
    expect(many.fits).toBe(false);
  });

  test('never completes an hour whose settling takes longer', () => {
    expect(at({ events: 1_000_000 }, { timeout_s: 20 }).invocations).toBeUndefined();
  });

  test('wants memory for what it reads', () => {
    expect(at({}, { memory_mb: 128 })).toMatchObject({ peak_mb: 150, fits: false });
    expect(at({ objects: 1 }).peak_mb).toBe(170);
  });
});

test('a month costs 730 hours of requests, GETs, PUTs, time and a month of storage', () => {
  const prices = {
    ...{ region: 'here', asOf: '2025-01', lambdaGbSecond: 1, lambdaRequest: 0, httpApiRequest: 2 },
    ...{ s3Put: 3, s3Get: 5, s3List: 7, s3GbMonth: 11 },
  };
  const load = { objects: 2000, events: 1, bytes: 1, storedBytes: 1e9 };
  const month = monthlyCost(load, { ...at({}), memory_mb: 1024, seconds: 10, invocations: 1 }, prices);
  expect(month).toMatchObject({
    api: 730 * 4000,
    s3Writing: 730 * 6000,
    s3Reading: 730 * (10_000 + 14),
    etlLambda: 730 * 10,
    storage: 730 * 11,
  });
  const { total, ...parts } = month;
  expect(total).toBe(Object.values(parts).reduce((sum, part) => sum + part, 0));
});
