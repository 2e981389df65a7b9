import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Budget } from './budget.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** When reading stops, in milliseconds from now. */
function stopsAfter(budget: Budget): number {
  const from = performance.now();
  while (!budget.stopReading.aborted) vi.advanceTimersByTime(1);
  return performance.now() - from;
}

const budgetOf = (remaining_ms: number, memory_bytes = Infinity): Budget => new Budget({ remaining_ms, memory_bytes });

test('reading stops early enough for a flush and for the answer', () => {
  const budget = budgetOf(60_000);
  const stopped = stopsAfter(budget);
  expect(stopped).toBeLessThanOrEqual(60_000 - 1300);
  expect(stopped).toBeGreaterThan(58_000);
  expect(budget.hasTime).toBe(false);
});

test('a short run keeps back less, so that 2.5 s still make progress', () => {
  const stopped = stopsAfter(budgetOf(2500));
  expect(stopped).toBeGreaterThan(1000);
  expect(stopped).toBeLessThan(2200);
});

test('slow commits are given more time at the end, but never most of the run', () => {
  const slow = budgetOf(60_000);
  slow.committed(4000);
  slow.committed(10);
  expect(stopsAfter(slow)).toBeLessThanOrEqual(60_000 - 2 * 4000);
  const slower = budgetOf(60_000);
  slower.committed(50_000);
  expect(stopsAfter(slower)).toBeGreaterThan(30_000);
});

test('a commit so slow that the time is up stops reading at once', () => {
  const budget = budgetOf(10_000);
  vi.advanceTimersByTime(7000);
  budget.committed(3000);
  vi.advanceTimersByTime(1);
  expect(budget.stopReading.aborted).toBe(true);
});

test('without an end nothing stops it, and stop does', () => {
  const budget = budgetOf(Infinity);
  budget.committed(1e9);
  vi.advanceTimersByTime(1e9);
  expect([budget.stopReading.aborted, budget.hasTime]).toEqual([false, true]);
  budget.stop();
  expect([budget.stopReading.aborted, budget.hasTime]).toEqual([true, false]);
});

test('a month is a long time and no overflow', () => {
  const budget = budgetOf(31 * 86_400_000);
  vi.advanceTimersByTime(1000);
  expect(budget.stopReading.aborted).toBe(false);
});

test('the longest time that a timer can wait is kept by one', () => {
  budgetOf(2 ** 31 - 1 + 1300);
  expect(vi.getTimerCount()).toBe(1);
  budgetOf(2 ** 31 + 1300);
  expect(vi.getTimerCount()).toBe(1);
});

test('batches and reading ahead have their share of the memory, within limits', () => {
  const MIB = 2 ** 20;
  const shares = (memory_bytes: number) => {
    const { batch_bytes, ahead_bytes } = budgetOf(1000, memory_bytes);
    return [batch_bytes / MIB, ahead_bytes / MIB];
  };
  expect(shares(Infinity)).toEqual([2, 4]);
  expect(shares(128 * MIB)).toEqual([1, 2]);
  expect(shares(1)).toEqual([1, 1]);
  expect(budgetOf(1000, 1).hasMemory()).toBe(false);
  expect(budgetOf(1000).hasMemory()).toBe(true);
});

test('reading stops when what a flush and an answer take is left: a second at first, then twice what a commit took', () => {
  expect(stopsAfter(budgetOf(60_000))).toBe(60_000 - 1000 - 300);
  expect(stopsAfter(budgetOf(2000))).toBe(2000 - 800 - 300);
  const slow = budgetOf(60_000);
  slow.committed(4000);
  expect(stopsAfter(slow)).toBe(60_000 - 8500 - 300);
  const slowest = budgetOf(60_000);
  slowest.committed(50_000);
  expect(stopsAfter(slowest)).toBe(60_000 - 24_000 - 300);
});

test('the warehouse has all of the time but what the answer takes', () => {
  const budget = budgetOf(10_000);
  expect(budget.timeLeft_ms()).toBe(9700);
  vi.advanceTimersByTime(700);
  expect(budget.timeLeft_ms()).toBe(9000);
});

test('there is time until reading was stopped, or until nothing is left', () => {
  const budget = budgetOf(10_000);
  vi.advanceTimersByTime(8699);
  expect(budget.hasTime).toBe(true);
  vi.advanceTimersByTime(1);
  expect(budget.hasTime).toBe(false);
  const closed = budgetOf(1000);
  closed.close();
  vi.advanceTimersByTime(699);
  expect([closed.stopReading.aborted, closed.hasTime]).toEqual([false, true]);
  vi.advanceTimersByTime(1);
  expect([closed.stopReading.aborted, closed.hasTime]).toEqual([false, false]);
});

test('a timer that a shorter one replaced does not fire, nor does one of a run that is over', () => {
  const budget = budgetOf(10_000);
  expect(vi.getTimerCount()).toBe(1);
  budget.committed(1000);
  expect(vi.getTimerCount()).toBe(1);
  budget.stop();
  expect(vi.getTimerCount()).toBe(0);
  budgetOf(10_000).close();
  expect(vi.getTimerCount()).toBe(0);
});

test('memory runs out at 85 percent of it, and the peak is kept in MiB', () => {
  const MIB = 2 ** 20;
  const used = vi.spyOn(process.memoryUsage, 'rss');
  try {
    const budget = budgetOf(1000, 1000 * MIB);
    used.mockReturnValue(849 * MIB);
    expect([budget.hasMemory(), budget.peakRss_mb]).toEqual([true, 849]);
    used.mockReturnValue(850 * MIB);
    expect(budget.hasMemory()).toBe(false);
    used.mockReturnValue(100 * MIB);
    expect([budget.hasMemory(), budget.peakRss_mb]).toEqual([true, 850]);
    used.mockReturnValue(900 * MIB);
    expect(budget.peakRss_mb).toBe(900);
  } finally {
    used.mockRestore();
  }
});

test('of memory in between, a batch has a 128th and what is read ahead a 64th', () => {
  const { batch_bytes, ahead_bytes } = budgetOf(1000, 192 * 2 ** 20);
  expect([batch_bytes, ahead_bytes]).toEqual([1.5 * 2 ** 20, 3 * 2 ** 20]);
});
