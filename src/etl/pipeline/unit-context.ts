import type { SettlingRule } from '../../config/settling-rule.ts';
import type { BatchSize } from './batch-size.ts';
import type { Budget } from './budget.ts';
import type { HourUnit } from './hours.ts';
import type { Counts } from './ledger.ts';
import type { Pipeline } from './pipeline.ts';
import type { Sink } from './sink.ts';
import type { ObjectStore } from './source.ts';
import type { OpenContext } from './transform.ts';

/** What a run of a unit works with. */
export interface UnitContext {
  readonly store: ObjectStore;
  readonly sink: Sink;
  readonly pipeline: Pipeline;
  readonly budget: Budget;
  readonly batchSize: BatchSize;
  readonly rule: SettlingRule;
  /** Whether a unit that was read to its end is left alone while its listing is unchanged. */
  readonly skipUnchanged: boolean;
  /** Epoch milliseconds now. */
  readonly now_ms: () => number;
  /** What transforms say, for the run's log. */
  readonly transformLog?: OpenContext['log'];
  /** Called after every commit with the counts so far. */
  readonly onProgress?: (unit: HourUnit, counts: Readonly<Counts>) => void;
}

/** What a pipeline is opened with for a unit. */
export function openContext({ rule, transformLog }: UnitContext): OpenContext {
  const { sessionTimeout_ms, cutAtMidnight, reportingTimeZone } = rule;
  return { sessionTimeout_ms, cutAtMidnight, reportingTimeZone, ...(transformLog ? { log: transformLog } : {}) };
}
