import type { Reject } from './event-record.ts';
import { unitLabel, type HourUnit } from './hours.ts';
import { addCounts, noCounts } from './ledger.ts';
import type { TransformCounts, TransformedBatch } from './pipeline.ts';
import type { Progress } from './progress.ts';
import type { ResumePlace, UnitResult } from './result.ts';
import type { Committed } from './sink.ts';
import type { UnitContext } from './unit-context.ts';

/** Gathers what a unit's result says. */
export class UnitReport {
  readonly counts = noCounts();
  unchanged = false;
  readonly #reasons = new Map<string, number>();
  readonly #transforms: TransformCounts[] = [];
  readonly #unit: HourUnit;
  readonly #context: UnitContext;
  readonly #started_ms: number;

  constructor(unit: HourUnit, context: UnitContext, started_ms: number) {
    this.#unit = unit;
    this.#context = context;
    this.#started_ms = started_ms;
  }

  /** Adds a batch that was committed, with what it came to. */
  committed(
    batch: Parameters<UnitReport['count']>[0] & { readonly rejects: readonly Reject[] },
    { counts, refused }: Pick<Committed, 'counts' | 'refused'>,
  ): void {
    addCounts(this.counts, counts);
    this.count(batch);
    const refusedRejects = new Set(refused?.rejects);
    for (const reject of batch.rejects) if (!refusedRejects.has(reject)) this.reason(`rejected.${reject.code}`, 1);
    for (const [reason, records] of refused?.dropped ?? []) this.reason(`dropped.${reason}`, records);
  }

  /** Adds what a committed batch left out, and what its transforms counted and took. */
  count({ dropped, metrics, transforms }: Pick<TransformedBatch, 'dropped' | 'metrics' | 'transforms'>): void {
    for (const [at, counts] of transforms.entries()) this.#transforms[at] = added(this.#transforms[at], counts);
    for (const [reason, records] of dropped) this.reason(`dropped.${reason}`, records);
    for (const [name, number] of metrics) this.reason(name, number);
  }

  /** Counts something under a reason. */
  reason(name: string, number: number): void {
    this.#reasons.set(name, (this.#reasons.get(name) ?? 0) + number);
  }

  /** The unit's result; `progress` is where a partial one stopped. */
  result(status: UnitResult['status'], progress?: Progress): UnitResult {
    return {
      status,
      prefix: unitLabel(this.#unit),
      ...this.counts,
      durationMs: Math.round(performance.now() - this.#started_ms),
      peakRssMb: Math.round(this.#context.budget.peakRss_mb),
      ...(status === 'partial' && progress ? { resumeFrom: this.#resumeFrom(progress) } : {}),
      unchanged: this.unchanged,
      reasons: Object.fromEntries(this.#reasons),
      transforms: this.#transforms.map((counts) => ({ ...counts, ms: Math.round(counts.ms) })),
    };
  }

  #resumeFrom({ partial, seen }: Progress): ResumePlace {
    if (partial) return { key: partial.key, index: partial.index };
    return { key: seen.lastKey ?? this.#unit.startAfter ?? this.#unit.prefix };
  }
}

function added(sum: TransformCounts | undefined, more: TransformCounts): TransformCounts {
  if (!sum) return more;
  return {
    name: sum.name,
    ms: sum.ms + more.ms,
    records: sum.records + more.records,
    rejected: sum.rejected + more.rejected,
    dropped: sum.dropped + more.dropped,
    split: sum.split + more.split,
  };
}
