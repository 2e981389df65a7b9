import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { OpenHour, WarehouseStatus } from '../warehouse/status.ts';
import { judge } from '../warehouse/verdict.ts';
import { statusDocument } from './status-command.ts';
import { statusText, verdictLine } from './status-text.ts';

const AT_MS = Date.parse('2025-12-07T10:20:00Z');
const at = (hour: string): number => Date.parse(`${hour}:00:00Z`);
const open = (hour: string, state: OpenHour['state'], errorCode: string | null = null): OpenHour => ({
  hour_ms: at(hour),
  state,
  errorCode,
  lastTry_ms: state === 'never' ? null : AT_MS - 900_000,
});

const RUN: NonNullable<WarehouseStatus['lastRun']> = {
  runId: 'b5c8',
  trigger: 'scheduled',
  status: 'complete',
  errorCode: null,
  started_ms: AT_MS - 900_000,
  ended_ms: AT_MS - 880_000,
  hours: 1,
  processed: 3,
  read: 5000,
  inserted: 4990,
  duplicates: 10,
  rejected: 0,
  dropped: 0,
};

const status = (fields: Partial<WarehouseStatus> = {}): WarehouseStatus => ({
  at_ms: AT_MS,
  lastCompleted_ms: at('2025-12-07T09'),
  lastRun: RUN,
  hours: 25,
  open: [],
  rejects: [],
  unsettledMarks: 0,
  ...fields,
});

describe('the verdict', () => {
  const line = (fields: Partial<WarehouseStatus>): string => verdictLine(status(fields), judge(status(fields)));

  it('is working when every hour that is due is in', () => {
    expect(line({})).toBe('working: every hour that is due is in, 2025-12-07T09 over for 20 min');
  });

  it('gives the last hour half an hour, and a run at work its time', () => {
    expect(line({ open: [open('2025-12-07T09', 'never')] })).toMatch(/^working/);
    expect(line({ open: [open('2025-12-07T05', 'running')] })).toMatch(/^working/);
  });

  it('is behind when an hour that is due is not in', () => {
    const missing = [open('2025-12-07T07', 'open'), open('2025-12-07T08', 'never')];
    expect(line({ open: missing })).toMatch(/^behind: 2 of the last 25 hours are not in, the oldest 2025-12-07T07;/);
    expect(line({ open: missing, lastRun: null, lastCompleted_ms: null })).toMatch(/^behind: nothing was ever loaded/);
  });

  it('is failing when an hour or the last run failed or died', () => {
    expect(line({ open: [open('2025-12-07T08', 'failed', 'access_denied')] })).toMatch(
      /^failing: 2025-12-07T08 failed with access_denied;/,
    );
    expect(line({ open: [open('2025-12-07T08', 'lost')] })).toMatch(
      /^failing: 2025-12-07T08 was left by a run that died/,
    );
    expect(line({ lastRun: { ...RUN, status: 'failed', errorCode: 'out_of_time' } })).toMatch(
      /^failing: the last run failed with out_of_time;/,
    );
  });
});

it('reads well in a terminal', () => {
  const found = status({
    open: [
      open('2025-12-07T05', 'never'),
      open('2025-12-07T06', 'never'),
      open('2025-12-07T08', 'failed', 'access_denied'),
      open('2025-12-07T09', 'never'),
    ],
    rejects: [
      { code: 'bad_json', count: 1200, last_ms: AT_MS },
      { code: 'too_deep', count: 1, last_ms: AT_MS },
    ],
    unsettledMarks: 3,
  });
  expect(statusText(found, judge(found), picocolors.createColors(false))).toBe(
    [
      'failing: 2025-12-07T08 failed with access_denied; see what its run logged, then run it again',
      '',
      'last completed hour  2025-12-07T09, over for 20 min',
      'last run             complete, 15 min ago, scheduled, 1 hour: 3 objects, 5,000 read, 4,990 inserted, 10 duplicates, 0 rejected, 0 dropped',
      'open hours           4 of the last 25',
      'rejects, last 24 h   bad_json 1,200, too_deep 1',
      'unsettled marks      3, for the next run to settle',
      '',
      'open hours                      state      error          last run',
      '2025-12-07T05 to 2025-12-07T06  never run',
      '2025-12-07T08                   failed     access_denied  15 min ago',
      '2025-12-07T09                   never run',
    ].join('\n'),
  );
});

it('is a document with ISO times for a program', () => {
  const found = status();
  expect(statusDocument(found, judge(found))).toMatchObject({
    verdict: 'working',
    lastCompletedHour: '2025-12-07T09:00:00.000Z',
    lagSeconds: 1200,
    lastRun: { status: 'complete', started: '2025-12-07T10:05:00.000Z', inserted: 4990 },
    openHours: [],
  });
});
