import { wholeNumber } from '../config/setting-kinds.ts';
import type { PruneRequest } from '../warehouse/prune.ts';
import { flagError, readFlag } from './flag.ts';

/** The flags of `clickstream prune`, as they were typed. */
export interface PruneFlags {
  readonly before?: string;
  readonly months?: string;
  readonly rows?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const DAY_MS = 86_400_000;
/** Events may arrive 30 days late, and what may still arrive is not to be dropped. */
const LEAST_DAYS = 31;

/**
 * What flags ask for.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @param timeZone the one whose days are meant.
 * @throws ClickstreamError `invalid_flag` that names the flag.
 */
export function readPruneRequest(flags: PruneFlags, clock_ms: number, timeZone: string): PruneRequest {
  const { before, months, rows = false } = flags;
  if ((before === undefined) === (months === undefined)) throw flagError('Give one of --before and --months.');
  const today = dayIn(timeZone, clock_ms);
  const count = readFlag('--months', months, wholeNumber(1, 1200));
  const day = count === undefined ? readDay(before!) : monthsBefore(today, count);
  if (Date.parse(day) > Date.parse(today) - LEAST_DAYS * DAY_MS) {
    const flag = before === undefined ? '--months' : '--before';
    throw flagError(
      `${flag} is ${day}: give a day at least ${LEAST_DAYS} days ago, since events may arrive 30 days late.`,
    );
  }
  return { before: day, rows };
}

function readDay(text: string): string {
  const day_ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(day_ms) || new Date(day_ms).toISOString().slice(0, 10) !== text || text.startsWith('0000')) {
    throw flagError(`--before is ${JSON.stringify(text)}: give a day such as 2025-01-01.`);
  }
  return text;
}

/** The same day of an earlier month; of a shorter one its last. */
function monthsBefore(day: string, months: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const first = new Date(Date.UTC(year, month - 1 - months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(date, last));
  return first.toISOString().slice(0, 10);
}

function dayIn(timeZone: string, moment_ms: number): string {
  // Swedish writes days as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    moment_ms,
  );
}
