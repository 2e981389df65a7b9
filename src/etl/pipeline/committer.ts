import type { Batch } from './batches.ts';
import type { Reject } from './event-record.ts';
import type { HourUnit } from './hours.ts';
import { addCounts, type Counts } from './ledger.ts';
import type { ManifestPart } from './manifest.ts';
import type { PipelineRun, TransformedBatch } from './pipeline.ts';
import { placeOf, type KeysSeen, type PartialObject } from './progress.ts';
import type { Claim, PreparedRows } from './sink.ts';
import type { UnitContext } from './unit-context.ts';
import type { UnitReport } from './unit-report.ts';

/** A batch after the transforms: all that its commit needs, and none of its records. */
export interface ReadyBatch {
  readonly rows: PreparedRows;
  readonly rejects: readonly Reject[];
  /** Without `inserted`, and the duplicates that only the sink can know. */
  readonly counts: Counts;
  readonly ended: ManifestPart | undefined;
  readonly seen: KeysSeen;
  readonly partial: PartialObject | null;
  readonly dropped: TransformedBatch['dropped'];
  readonly metrics: TransformedBatch['metrics'];
  readonly transforms: TransformedBatch['transforms'];
}

/** Takes a batch through the transforms and makes its rows ready. */
export async function transformed(batch: Batch, run: PipelineRun, claim: Claim): Promise<ReadyBatch> {
  const { rejects, metrics, split, records, duplicates, transforms, ...left } = await run.process(batch.records);
  const rows = await claim.prepare(records, duplicates);
  run.delivered(rows.takeDelivered());
  const dropped = rows.dropped.size === 0 ? left.dropped : added(left.dropped, rows.dropped);
  const all = [...batch.rejects, ...rejects, ...rows.rejects];
  const counts: Counts = {
    ...batch.counts,
    split,
    duplicates: rows.duplicates,
    rejected: all.length,
    dropped: sum(dropped),
    batches: 1,
  };
  const { ended, seen, partial } = batch;
  return { rows, rejects: all, counts, ended, seen, partial, dropped, metrics, transforms };
}

/** Commits one batch at a time, while the next one is read and transformed. */
export class Committer {
  #committing: Promise<void> = Promise.resolve();
  readonly #unit: HourUnit;
  readonly #claim: Claim;
  readonly #context: UnitContext;
  readonly #report: UnitReport;

  constructor(unit: HourUnit, claim: Claim, context: UnitContext, report: UnitReport) {
    this.#unit = unit;
    this.#claim = claim;
    this.#context = context;
    this.#report = report;
  }

  /** Resolves when the commit under way is done; rejects when it failed. */
  async idle(): Promise<void> {
    await this.#committing;
  }

  start(batch: ReadyBatch): void {
    this.#committing = this.#commit(batch);
    // It is awaited before the next one; until then its failure is nobody's unhandled rejection.
    this.#committing.catch(() => undefined);
  }

  async #commit(batch: ReadyBatch): Promise<void> {
    const { budget, batchSize, onProgress } = this.#context;
    const { rows, rejects, counts, ended, seen, partial } = batch;
    const { progress } = this.#claim;
    const startAfter = this.#unit.startAfter ?? this.#unit.prefix;
    const began_ms = performance.now();
    const committed = await this.#claim.commit({
      rows,
      rejects,
      counts,
      ...(ended ? { ended } : {}),
      covers: { from: placeOf(progress, startAfter), to: placeOf({ ...progress, seen, partial }, startAfter) },
      progressAfter: (all) => {
        const total = { ...progress.counts };
        addCounts(total, all);
        return { ...progress, seen, partial, counts: total };
      },
    });
    const duration_ms = performance.now() - began_ms;
    this.#report.committed(batch, committed);
    budget.committed(duration_ms);
    batchSize.committed(counts.read, duration_ms);
    onProgress?.(this.#unit, this.#report.counts);
  }
}

function added(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Map<string, number> {
  const both = new Map(a);
  for (const [reason, records] of b) both.set(reason, (both.get(reason) ?? 0) + records);
  return both;
}

function sum(numbers: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const number of numbers.values()) total += number;
  return total;
}
