import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { noCounts } from '../etl/pipeline/ledger.ts';
import { runResult, type UnitResult } from '../etl/pipeline/result.ts';
import { etlSummary, nextSteps } from './etl-summary.ts';

const PLAIN = picocolors.createColors(false);
const LATER_MS = Date.parse('2026-01-01T00:00:00Z');

const hour = (prefix: string, fields: Partial<UnitResult> = {}): UnitResult => ({
  status: 'complete',
  prefix,
  ...noCounts(),
  durationMs: 1200,
  peakRssMb: 150,
  unchanged: false,
  reasons: {},
  transforms: [],
  ...fields,
});

const loaded = hour('events/2025/12/06/05/', {
  processed: 3,
  read: 5000,
  inserted: 4990,
  duplicates: 10,
  bytes: 1_200_000,
});

describe('the summary of a run', () => {
  it('is its ledger', () => {
    expect(etlSummary(runResult(loaded.prefix, [loaded], 1200), { failures: [], now_ms: LATER_MS }, PLAIN)).toBe(
      [
        'hour           status    objects   read  inserted  duplicates  rejected  dropped   took',
        '2025-12-06T05  complete        3  5,000     4,990          10         0        0  1.2 s',
        '1.2 MB of objects in 0 batches, 4,167 records/s, at most 150 MB of memory',
      ].join('\n'),
    );
  });

  it('has a line for what failed, a sum, and the reasons of what was left out', () => {
    const other = hour('events/2025/12/06/06/', {
      read: 5,
      rejected: 3,
      dropped: 2,
      reasons: { 'rejected.bad_json': 1, 'rejected.too_deep': 2, 'dropped.bot': 2, 'parse.replaced_times': 9 },
    });
    const failures = [{ prefix: 'events/2025/12/06/07/', error: new Error() }];
    const context = { failures, rejectsTable: '"clickstream_rejects"', now_ms: LATER_MS };
    const summary = etlSummary(runResult('events/2025/12/06/', [loaded, other], 2400), context, PLAIN);
    expect(summary).toMatch(/^2025-12-06T07 {2}failed$/m);
    expect(summary).toMatch(/^3 hours +3 {2}5,005 +4,990 +10 +3 +2 +2\.4 s$/m);
    expect(summary).toContain('\nrejected: too_deep 2, bad_json 1\ndropped: bot 2\n');
    expect(summary).toContain('Rejected records are in "clickstream_rejects": see "clickstream rejects".');
  });

  it('leaves hours without anything to say out when there are many', () => {
    const hours = Array.from({ length: 100 }, (_, at) =>
      hour(`events/2025/12/0${1 + (at % 9)}/05/`, at === 7 ? { rejected: 1, read: 1 } : {}),
    );
    const lines = etlSummary(runResult('events/2025/12/', hours, 1), { failures: [], now_ms: LATER_MS }, PLAIN).split(
      '\n',
    );
    expect(lines).toHaveLength(5);
    expect(lines[3]).toBe('99 hours without anything to say left out; --json has all.');
  });
});

describe('what to do next', () => {
  const steps = (hours: UnitResult[], context: object = {}): string =>
    nextSteps(runResult('events/2025/12/06/', hours, 1), { failures: [], now_ms: LATER_MS, ...context }).join('\n');

  it('is nothing when all is well', () => expect(steps([loaded])).toBe(''));

  it('is to run a partial hour again', () => {
    const partial = {
      ...loaded,
      status: 'partial' as const,
      resumeFrom: { key: `${loaded.prefix}a.json`, index: 1200 },
    };
    expect(steps([partial])).toContain('Run the same command again to go on. It goes on at record 1,200 of events/');
    expect(steps([{ ...partial, resumeFrom: { key: 'k' } }])).toContain('It goes on after k.');
  });

  it('is to go on with the range from the hour that is partial', () => {
    const next = hour('events/2025/12/06/06/', { status: 'partial', resumeFrom: { key: 'events/2025/12/06/06/' } });
    expect(steps([loaded, next], { lastHour_ms: Date.parse('2025-12-06T23:00:00Z') })).toContain(
      'clickstream etl --from 2025-12-06T06 --to 2025-12-06T23',
    );
  });

  it('is to wait for a run that has the hour', () => {
    expect(steps([hour(loaded.prefix, { status: 'busy' })])).toContain('Another run has an hour');
  });

  it('is to come back for an hour that is not over', () => {
    expect(steps([loaded], { now_ms: Date.parse('2025-12-06T05:30:00Z') })).toContain('again after 06:05 UTC');
  });

  it('is to look at the bucket when nothing was there', () => {
    expect(steps([hour('events/2025/12/06/05/')])).toContain('Nothing lies under events/2025/12/06/');
    expect(steps([hour('events/2025/12/06/05/', { unchanged: true })])).toBe('');
  });
});
