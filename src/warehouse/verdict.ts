import { HOUR_MS } from '../etl/pipeline/hours.ts';
import type { OpenHour, WarehouseStatus } from './status.ts';

/**
 * - `working`: what should be in is in
 * - `behind`: an hour that should be in is not
 * - `failing`: the last run, or the last run of an hour that should be in, failed or died
 */
export type Verdict = 'working' | 'behind' | 'failing';

/** The schedule's run begins five minutes after the hour and has fifteen; and one that was retried may take a while. */
const GRACE_MS = 30 * 60_000;

/** A verdict, with the hours that are to blame for it. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Hours that failed when it is failing, that are missing when it is behind. */
  readonly hours: readonly OpenHour[];
}

/** Judges what a look at the warehouse found. */
export function judge({ at_ms, open, lastRun }: WarehouseStatus): Judgement {
  const failed = open.filter(({ state }) => state === 'failed' || state === 'lost');
  if (failed.length > 0 || lastRun?.status === 'failed' || lastRun?.status === 'lost') {
    return { verdict: 'failing', hours: failed };
  }
  const late = open.filter(({ hour_ms, state }) => state !== 'running' && hour_ms + HOUR_MS + GRACE_MS <= at_ms);
  return { verdict: late.length > 0 ? 'behind' : 'working', hours: late };
}
