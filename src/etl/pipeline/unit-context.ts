import type { BatchSize } from './batch-size.ts';
import type { Budget } from './budget.ts';
import type { HourUnit } from './hours.ts';
import type { Counts } from './ledger.ts';
import type { Pipeline } from './pipeline.ts';
import type { Sink } from './sink.ts';
import type { ObjectStore } from './source.ts';

/** What a run of a unit works with. */
export interface UnitContext {
  readonly store: ObjectStore;
  readonly sink: Sink;
  readonly pipeline: Pipeline;
  readonly budget: Budget;
  readonly batchSize: BatchSize;
  readonly sessionTimeout_ms: number;
  /** Whether a unit that was read to its end is left alone while its listing is unchanged. */
  readonly skipUnchanged: boolean;
  /** Epoch milliseconds now. */
  readonly now_ms: () => number;
  /** Called after every commit with the counts so far. */
  readonly onProgress?: (unit: HourUnit, counts: Readonly<Counts>) => void;
}
