import { addCounts, noCounts, type Counts } from './ledger.ts';
import type { TransformCounts } from './pipeline.ts';

/**
 * - `complete`: read to its end
 * - `partial`: time or memory ran out after a commit; the next run goes on from there
 * - `busy`: another run has the hour
 */
export type RunStatus = 'complete' | 'partial' | 'busy';

/** Where the next run goes on: at a record of the object, or after the object when no index is given. */
export interface ResumePlace {
  readonly key: string;
  readonly index?: number;
}

/** What one invocation did with one hour, or a part of one. The counts are this invocation's. */
export interface UnitResult extends Counts {
  readonly status: RunStatus;
  readonly prefix: string;
  readonly durationMs: number;
  /** MiB. */
  readonly peakRssMb: number;
  /** Only with `partial`. */
  readonly resumeFrom?: ResumePlace;
  /** Whether nothing was read because the hour is completed and its listing unchanged. */
  readonly unchanged: boolean;
  /** Counts by reason: `dropped.REASON`, `rejected.CODE`, and what transforms count, `TRANSFORM.NAME`. */
  readonly reasons: Readonly<Record<string, number>>;
  /** What each transform did with the batches that were committed, and how long it took. */
  readonly transforms: readonly TransformCounts[];
}

/** What one invocation did. Counts are sums over its hours. */
export interface RunResult extends Counts {
  readonly status: RunStatus;
  readonly prefix: string;
  readonly durationMs: number;
  readonly peakRssMb: number;
  readonly resumeFrom?: ResumePlace;
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
