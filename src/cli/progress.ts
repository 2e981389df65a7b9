import { unitLabel, type HourUnit } from '../etl/pipeline/hours.ts';
import { addCounts, noCounts, type Counts } from '../etl/pipeline/ledger.ts';
import type { UnitResult } from '../etl/pipeline/result.ts';
import type { UnitFailure } from '../etl/pipeline/run.ts';

/** Told how a run comes along; shows it in its own way. */
export interface ProgressReport {
  readonly onProgress: (unit: HourUnit, counts: Readonly<Counts>) => void;
  readonly onUnit: (result: UnitResult) => void;
  readonly onUnitFailed: (failure: UnitFailure) => void;
  /** The run was asked to stop and finishes what is in hand. */
  onStop(): void;
  /** Takes what moves off the screen. May be called more than once. */
  close(): void;
}

/** Says nothing; for `--quiet`. */
export const noProgress: ProgressReport = {
  onProgress: () => undefined,
  onUnit: () => undefined,
  onUnitFailed: () => undefined,
  onStop: () => undefined,
  close: () => undefined,
};

/** How far a run has come, over all of its hours. */
export class RunTally {
  /** Hours that are done, or have failed. */
  hours = 0;
  /** The unit at work, by its label. */
  unit = '';
  readonly #done = noCounts();
  #current: Readonly<Counts> = noCounts();
  readonly #began_ms: number;

  constructor(now_ms: number) {
    this.#began_ms = now_ms;
  }

  committed(unit: HourUnit, counts: Readonly<Counts>): void {
    this.unit = unitLabel(unit);
    this.#current = counts;
  }

  /** The unit at work has ended, whichever way; what it committed counts. */
  ended(): void {
    addCounts(this.#done, this.#current);
    this.#current = noCounts();
    this.hours += 1;
  }

  /** Objects read to their end. */
  get objects(): number {
    return this.#done.processed + this.#current.processed;
  }

  get records(): number {
    return this.#done.read + this.#current.read;
  }

  /** Records per second since the run began. */
  perSecond(now_ms: number): number {
    return Math.round(this.records / Math.max(0.001, (now_ms - this.#began_ms) / 1000));
  }
}

/** How many hours a request can come to. */
export function hoursOf(
  request: { readonly kind: 'scheduled' } | { readonly kind: 'hours'; readonly hours: readonly HourUnit[] },
  catchUp_hours: number,
): number {
  return request.kind === 'hours' ? request.hours.length : 1 + catchUp_hours;
}
