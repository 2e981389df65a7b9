import { addCounts, noCounts, type Counts } from './ledger.ts';
import type { Place } from './progress.ts';

/**
 * - `complete`: read to its end
 * - `partial`: time or memory ran out after a commit; the next run goes on from there
 * - `busy`: another run has the hour
 */
export type RunStatus = 'complete' | 'partial' | 'busy';

/** What one invocation did with one hour, or a part of one. The counts are this invocation's. */
export interface UnitResult extends Counts {
  readonly status: RunStatus;
  readonly prefix: string;
  readonly durationMs: number;
  /** MiB. */
  readonly peakRssMb: number;
  /** Where the next run goes on; only with `partial`. */
  readonly resumeFrom?: { readonly key: string; readonly index: number };
  /** Whether nothing was read because the hour is completed and its listing unchanged. */
  readonly unchanged: boolean;
  /** Counts by reason: `dropped.REASON`, `rejected.CODE`, and what transforms count, `TRANSFORM.NAME`. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** What one invocation did. Counts are sums over its hours. */
export interface RunResult extends Counts {
  readonly status: RunStatus;
  readonly prefix: string;
  readonly durationMs: number;
  readonly peakRssMb: number;
  readonly resumeFrom?: { readonly key: string; readonly index: number };
  readonly hours: readonly UnitResult[];
}

/** Puts the results of an invocation's hours together. */
export function runResult(prefix: string, hours: readonly UnitResult[], durationMs: number): RunResult {
  const counts = noCounts();
  for (const hour of hours) addCounts(counts, pickCounts(hour));
  const partial = hours.find((hour) => hour.status === 'partial');
  const status = partial ? 'partial' : hours.some((hour) => hour.status === 'busy') ? 'busy' : 'complete';
  return {
    status,
    prefix,
    ...counts,
    durationMs,
    peakRssMb: Math.max(0, ...hours.map((hour) => hour.peakRssMb)),
    ...(partial?.resumeFrom ? { resumeFrom: partial.resumeFrom } : {}),
    hours,
  };
}

function pickCounts(result: UnitResult): Counts {
  const counts = noCounts();
  for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] = result[name];
  return counts;
}

/** The place where the next run goes on, as a result shows it: the key as it is when reading goes on after it. */
export function resumePlace({ key, index }: Place, partial: boolean): { key: string; index: number } {
  return { key, index: partial ? index : 0 };
}
