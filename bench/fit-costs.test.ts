import { expect, test } from 'vitest';
import type { Costs } from '../src/plan/costs.ts';
import { forecast, WHOLE_CORE_MB, type HourLoad } from '../src/plan/forecast.ts';
import { fitCosts, type MeasuredLoad } from './fit-costs.ts';

const COSTS: Costs = {
  start_ms: 300,
  warmUp_ms: 800,
  object_us: 120,
  event_us: 20,
  kilobyte_us: 12.5,
  row_us: 15,
  settle_ms: 150,
  settleEvent_us: 40,
  smallObjects_mb: 180,
  largeObjects_mb: 210,
};

/** Hours that take exactly what costs say. */
function hoursOf(costs: Costs): MeasuredLoad[] {
  const sizes = [1_000, 10_000, 100_000, 1_000_000];
  const loads = sizes.flatMap((events): HourLoad[] => [hour(events, 1, 700), hour(events, events, 700)]);
  return [...loads, hour(100_000, 1, 2_700)].map((load) => {
    const { cpu_s, seconds, peak_mb } = forecast(
      load,
      { memory_mb: WHOLE_CORE_MB, timeout_s: 9e9, latency_ms: 0 },
      costs,
    );
    const server_s = (costs.settle_ms + (load.events * (costs.row_us + costs.settleEvent_us)) / 1000) / 1000;
    return { load, cpu_s, wall_s: seconds, server_s, peak_mb };
  });
}

function hour(events: number, objects: number, eventBytes: number): HourLoad {
  return { objects, events, bytes: events * eventBytes, storedBytes: events * eventBytes };
}

test('hours that take what costs say tell those costs', () => {
  expect(fitCosts(hoursOf(COSTS))).toEqual(COSTS);
});

test('what all hours take a tenth more, and a tenth less, at times, is told nearly as well', () => {
  const noisy = hoursOf(COSTS).map((one, at) => {
    const factor = 1 + (at % 2 === 0 ? 0.1 : -0.1);
    return { ...one, cpu_s: one.cpu_s * factor, wall_s: one.wall_s * factor };
  });
  const fitted = fitCosts(noisy);
  for (const { load, cpu_s } of hoursOf(COSTS)) {
    const told = forecast(load, { memory_mb: WHOLE_CORE_MB, timeout_s: 9e9, latency_ms: 0 }, fitted);
    expect(Math.abs(told.cpu_s / cpu_s - 1)).toBeLessThan(0.15);
  }
});

test('a server that settles while the client reads leaves little to settle, and its work is that of rows', () => {
  const overlapped = { ...COSTS, row_us: 25, settleEvent_us: 2 };
  expect(fitCosts(hoursOf(overlapped))).toEqual(overlapped);
});

test('rows never take longer than the client did, which would have waited for them', () => {
  const hours = hoursOf(COSTS).map((one) => ({ ...one, server_s: one.server_s * 3 }));
  const { event_us, kilobyte_us, row_us } = fitCosts(hours);
  expect(row_us).toBeGreaterThan(event_us);
  expect(row_us).toBeLessThan(event_us + kilobyte_us);
});

test('where the system does not tell what the server took, rows take none of it', () => {
  expect(fitCosts(hoursOf(COSTS).map((one) => ({ ...one, server_s: NaN })))).toEqual({ ...COSTS, row_us: 0 });
});
