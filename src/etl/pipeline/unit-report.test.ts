import { expect, test } from 'vitest';
import { Budget } from './budget.ts';
import { hourUnit, type HourUnit } from './hours.ts';
import { NO_KEYS, UNREAD, withKey } from './progress.ts';
import { ORIGIN } from './testing/records.ts';
import type { UnitContext } from './unit-context.ts';
import { UnitReport } from './unit-report.ts';

const unit = hourUnit(Date.parse('2025-12-06T05:00:00Z'));
const budget = new Budget({ remaining_ms: Infinity, memory_bytes: Infinity });
const reportOf = (of: HourUnit = unit, started_ms = performance.now()) =>
  new UnitReport(of, { budget } as UnitContext, started_ms);
const partial = {
  key: `${unit.prefix}b`,
  etag: '"1"',
  gzip: false,
  index: 7,
  offset_bytes: 9,
  mode: 'lines',
  inArray: false,
} as const;

test('counts by reason add up over batches', () => {
  const report = reportOf();
  const counts = { name: 'parse', ms: 1.25, records: 9, rejected: 1, dropped: 2, split: 3 };
  report.count({
    dropped: new Map([['bot', 2]]),
    metrics: new Map([['parse.replaced_times', 3]]),
    transforms: [counts],
  });
  report.count({
    dropped: new Map([
      ['bot', 1],
      ['test', 1],
    ]),
    metrics: new Map([['parse.replaced_times', 4]]),
    transforms: [counts],
  });
  report.reason('rejected.too_deep', 1);
  report.reason('rejected.too_deep', 1);
  expect(report.result('complete').reasons).toEqual({
    'dropped.bot': 3,
    'dropped.test': 1,
    'parse.replaced_times': 7,
    'rejected.too_deep': 2,
  });
  expect(report.result('complete').transforms).toEqual([
    { name: 'parse', ms: 3, records: 18, rejected: 2, dropped: 4, split: 6 },
  ]);
});

test('a partial result says where the next run goes on: at a record, after a key, or where the unit begins', () => {
  const seen = withKey(NO_KEYS, ORIGIN);
  const resumeFrom = (of: HourUnit, progress = UNREAD) => reportOf(of).result('partial', progress).resumeFrom;
  expect(resumeFrom(unit, { ...UNREAD, seen, partial })).toEqual({ key: partial.key, index: 7 });
  expect(resumeFrom(unit, { ...UNREAD, seen })).toEqual({ key: ORIGIN.key });
  expect(resumeFrom(unit)).toEqual({ key: unit.prefix });
  expect(resumeFrom({ ...unit, startAfter: `${unit.prefix}a` })).toEqual({ key: `${unit.prefix}a` });
});

test('a result that is not partial has no such place', () => {
  expect(reportOf().result('complete', { ...UNREAD, partial })).not.toHaveProperty('resumeFrom');
  expect(reportOf().result('busy')).not.toHaveProperty('resumeFrom');
  expect(reportOf().result('partial')).not.toHaveProperty('resumeFrom');
});

test('it has the unit’s label, its counts, how long it took in whole milliseconds and the peak of memory in MiB', () => {
  const report = reportOf({ ...unit, endAt: `${unit.prefix}z` }, performance.now() - 5000.4);
  report.counts.read = 3;
  report.unchanged = true;
  const result = report.result('complete');
  expect(result).toMatchObject({ prefix: `${unit.prefix} up to "${unit.prefix}z"`, read: 3, unchanged: true });
  expect(result.durationMs).toBeGreaterThanOrEqual(5000);
  expect(result.durationMs).toBeLessThan(60_000);
  expect([result.durationMs, result.peakRssMb].every(Number.isInteger)).toBe(true);
  expect(result.peakRssMb).toBeGreaterThan(10);
  expect(result.peakRssMb).toBeLessThan(10_000);
});
