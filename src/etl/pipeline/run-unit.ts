import { ClickstreamError } from '../../errors.ts';
import type { Budget } from './budget.ts';
import type { BatchSize } from './batch-size.ts';
import { batchesOf, type Batch } from './batches.ts';
import type { Reject } from './event-record.ts';
import { closesAt_ms, unitLabel, type HourUnit } from './hours.ts';
import { addCounts, noCounts, type Counts } from './ledger.ts';
import { listKeys, objectsOf, remaining, sameKeys } from './listing.ts';
import { DUPLICATE, type Pipeline, type PipelineRun, type TransformedBatch } from './pipeline.ts';
import { nextPass, placeOf, type KeysSeen, type PartialObject, type Progress } from './progress.ts';
import { readObjects } from './read-objects.ts';
import type { Origin } from './record.ts';
import type { UnitResult } from './result.ts';
import type { Claim, Sink } from './sink.ts';
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

/**
 * Reads a unit, or goes on reading it: list, read, transform and commit batch by batch, each transformed while the one
 * before it is written. Then settles, and stores that the unit was read to its end.
 *
 * @throws ClickstreamError of any stage; what was committed stays, and the next run goes on from there.
 */
export async function runUnit(unit: HourUnit, context: UnitContext): Promise<UnitResult> {
  const started_ms = performance.now();
  const claim = await context.sink.claim(unit);
  const report = new Report(unit, context, started_ms);
  if (!claim) return report.result('busy');
  try {
    const result = await runClaimed(unit, claim, context, report);
    await claim.release({
      status: result.status === 'complete' ? 'complete' : 'partial',
      duration_ms: result.durationMs,
      peakRss_mb: result.peakRssMb,
    });
    return result;
  } catch (error) {
    await claim.release({
      status: 'failed',
      errorCode: error instanceof ClickstreamError ? error.code : 'unexpected',
      duration_ms: performance.now() - started_ms,
      peakRss_mb: context.budget.peakRss_mb,
    });
    throw error;
  }
}

async function runClaimed(unit: HourUnit, claim: Claim, context: UnitContext, report: Report): Promise<UnitResult> {
  const { store, budget, skipUnchanged } = context;
  const listed_ms = context.now_ms();
  const isFinal = listed_ms >= closesAt_ms(unit);
  const { state, seen } = claim.progress;

  if (skipUnchanged && (state === 'loaded' || state === 'completed')) {
    const keys = await whileTime(budget, listKeys(store, unit, budget.stopReading));
    if (!keys) return report.result('partial', claim.progress);
    if (sameKeys(keys, seen)) {
      report.unchanged = true;
      if (state === 'completed' || !isFinal) return report.result('complete');
      const ended = await settleAndFinish(claim, { ...claim.progress, state: 'completed' }, '');
      return ended ? report.result('complete') : report.result('partial', claim.progress);
    }
  }

  const stopped = await readAll(unit, claim, context, report);
  if (stopped || !budget.hasTime) return report.result('partial', claim.progress);
  const end = { ...claim.progress, state: isFinal ? ('completed' as const) : ('loaded' as const) };
  const ended = await settleAndFinish(claim, end, unit.startAfter ?? unit.prefix);
  return ended ? report.result('complete') : report.result('partial', claim.progress);
}

/** False when time ran out: the marks stay, and the next run settles before it completes the unit. */
async function settleAndFinish(claim: Claim, end: Progress, startAfter: string): Promise<boolean> {
  try {
    await claim.settle();
    await claim.finish(end, placeOf(claim.progress, startAfter));
    return true;
  } catch (error) {
    if (isOutOfTime(error)) return false;
    throw error;
  }
}

/** Reads what is left of a pass, or all of a new one. True when time or memory ran out before the end. */
async function readAll(unit: HourUnit, claim: Claim, context: UnitContext, report: Report): Promise<boolean> {
  const { store, budget, pipeline, sessionTimeout_ms } = context;
  const signal = budget.stopReading;
  let origins: AsyncIterable<Origin> | undefined;
  if (claim.progress.state === 'reading') {
    const found = await whileTime(
      budget,
      remaining(objectsOf(store, unit, signal), claim.progress).then((rest) => ({ rest })),
    );
    if (!found) return true;
    origins = found.rest;
  }
  const progress = origins ? claim.progress : nextPass(claim.progress);
  await claim.begin(progress);
  const chunks = readObjects(store, origins ?? objectsOf(store, unit, signal), {
    partial: progress.partial,
    ahead_bytes: budget.ahead_bytes,
    signal,
  });
  const run = await pipeline.open({ sessionTimeout_ms });
  const committer = new Committer(unit, claim, context, report);
  try {
    const limits = { records: () => context.batchSize.records, bytes: budget.batch_bytes };
    const toRecord = run.record.bind(run);
    for await (const batch of batchesOf(chunks, progress, toRecord, limits, signal)) {
      const ready = transformed(batch, run, claim);
      await committer.idle();
      // Not before a first batch: a warm Lambda begins with the memory of the run before, and would never get on.
      if (!budget.hasMemory() && report.counts.batches > 0) return true;
      committer.start(ready);
    }
    await committer.idle();
    if (!signal.aborted) return false;
    if (progress.partial?.gzip && report.counts.batches === 0) throw gzipTooSlow(progress.partial.key);
    return true;
  } catch (error) {
    // The commit under way ends before the unit is let go of, or both would use the warehouse at once.
    await committer.idle().catch(() => undefined);
    if (isOutOfTime(error) && report.counts.batches > 0) return true;
    throw error;
  } finally {
    await run.close();
  }
}

/** A batch after the transforms: all that its commit needs, and none of its records. */
interface ReadyBatch {
  readonly rows: ReturnType<Claim['prepare']>;
  readonly rejects: readonly Reject[];
  /** Without `inserted`, and the duplicates that only the sink can know. */
  readonly counts: Counts;
  readonly seen: KeysSeen;
  readonly partial: PartialObject | null;
  readonly dropped: TransformedBatch['dropped'];
  readonly metrics: TransformedBatch['metrics'];
}

function transformed(batch: Batch, run: PipelineRun, claim: Claim): ReadyBatch {
  const { rejects, dropped, metrics, split, records } = run.batch(batch.records);
  const rows = claim.prepare(records);
  run.delivered(rows.takeDelivered());
  const all = [...batch.rejects, ...rejects, ...rows.rejects];
  const duplicates = dropped.get(DUPLICATE) ?? 0;
  const counts: Counts = {
    ...batch.counts,
    split,
    duplicates: rows.duplicates + duplicates,
    rejected: all.length,
    dropped: sum(dropped) - duplicates,
    batches: 1,
  };
  return { rows, rejects: all, counts, seen: batch.seen, partial: batch.partial, dropped, metrics };
}

/** Commits one batch at a time, while the next one is read and transformed. */
class Committer {
  #committing: Promise<void> = Promise.resolve();
  readonly #unit: HourUnit;
  readonly #claim: Claim;
  readonly #context: UnitContext;
  readonly #report: Report;

  constructor(unit: HourUnit, claim: Claim, context: UnitContext, report: Report) {
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
    const { rows, rejects, counts, seen, partial } = batch;
    const { progress } = this.#claim;
    const startAfter = this.#unit.startAfter ?? this.#unit.prefix;
    const began_ms = performance.now();
    const committed = await this.#claim.commit({
      rows,
      rejects,
      counts,
      from: placeOf(progress, startAfter),
      to: placeOf({ ...progress, seen, partial }, startAfter),
      progressAfter: (all) => {
        const total = { ...progress.counts };
        addCounts(total, all);
        return { ...progress, seen, partial, counts: total };
      },
    });
    const duration_ms = performance.now() - began_ms;
    addCounts(this.#report.counts, committed.counts);
    this.#report.count(batch);
    for (const { code } of rejects) this.#report.reason(`rejected.${code}`, 1);
    budget.committed(duration_ms);
    batchSize.committed(counts.read, duration_ms);
    onProgress?.(this.#unit, this.#report.counts);
  }
}

/** Gathers what a unit's result says. */
class Report {
  readonly counts = noCounts();
  unchanged = false;
  readonly #reasons = new Map<string, number>();
  readonly #unit: HourUnit;
  readonly #context: UnitContext;
  readonly #started_ms: number;

  constructor(unit: HourUnit, context: UnitContext, started_ms: number) {
    this.#unit = unit;
    this.#context = context;
    this.#started_ms = started_ms;
  }

  count({ dropped, metrics }: ReadyBatch): void {
    for (const [reason, records] of dropped) if (reason !== DUPLICATE) this.reason(`dropped.${reason}`, records);
    for (const [name, number] of metrics) this.reason(name, number);
  }

  reason(name: string, number: number): void {
    this.#reasons.set(name, (this.#reasons.get(name) ?? 0) + number);
  }

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
    };
  }

  #resumeFrom({ partial, seen }: Progress): { key: string; index?: number } {
    if (partial) return { key: partial.key, index: partial.index };
    return { key: seen.lastKey ?? this.#unit.startAfter ?? this.#unit.prefix };
  }
}

/** The result of reading, or undefined when the time was up before it was there. */
async function whileTime<T>(budget: Budget, reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (budget.stopReading.aborted) return undefined;
    throw error;
  }
}

function sum(numbers: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const number of numbers.values()) total += number;
  return total;
}

function isOutOfTime(error: unknown): boolean {
  return error instanceof ClickstreamError && error.code === 'out_of_time';
}

function gzipTooSlow(key: string): ClickstreamError {
  return new ClickstreamError({
    code: 'gzip_too_slow',
    stage: 'read',
    message:
      `${key} is gzip and so large that inflating it up to where the last run stopped takes all of the time. ` +
      'Give the run more time (Lambda timeout or --budget), or store it in smaller objects.',
  });
}
