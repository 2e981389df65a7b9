import { ClickstreamError } from '../../errors.ts';
import type { StoredReject } from '../../warehouse/rejects.ts';
import { rejectPiece, type EventRecord, type Reject } from '../pipeline/event-record.ts';
import { addCounts, noCounts } from '../pipeline/ledger.ts';
import { transformed } from '../pipeline/committer.ts';
import type { HourUnit } from '../pipeline/hours.ts';
import type { PipelineRun } from '../pipeline/pipeline.ts';
import type { Place } from '../pipeline/progress.ts';
import type { UnitResult } from '../pipeline/result.ts';
import type { Claim } from '../pipeline/sink.ts';
import { openContext, type UnitContext } from '../pipeline/unit-context.ts';
import { UnitReport } from '../pipeline/unit-report.ts';
import { recall, type Recalled } from './recall.ts';

/** Dead letters of an object that are looked up together, so that it is read once for all of them. */
const REJECTS_TOGETHER = 100;

/**
 * Tries the dead letters of one hour again, while holding the hour as any run does. The hour's checkpoint stays where it
 * is: no object is read further than before.
 *
 * @param claim undefined when another run holds the hour.
 * @throws ClickstreamError of any stage; what was committed stays.
 */
export async function redriveHour(
  unit: HourUnit,
  claim: Claim | undefined,
  rejects: AsyncIterable<StoredReject>,
  context: UnitContext,
): Promise<UnitResult> {
  const started_ms = performance.now();
  const report = new UnitReport(unit, context, started_ms);
  if (!claim) return report.result('busy');
  try {
    const stopped = await redriveAll(rejects, claim, context, report);
    const result = report.result(stopped ? 'partial' : 'complete', claim.progress);
    await claim.release({
      status: stopped ? 'partial' : 'complete',
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

/** True when it was stopped before the end. */
async function redriveAll(
  rejects: AsyncIterable<StoredReject>,
  claim: Claim,
  context: UnitContext,
  report: UnitReport,
): Promise<boolean> {
  const { store, budget, pipeline } = context;
  const signal = budget.stopReading;
  await claim.begin(claim.progress);
  const run = await pipeline.open(openContext(context));
  try {
    let batch = new RedriveBatch();
    let stopped = false;
    for await (const group of byObject(rejects)) {
      stopped = signal.aborted;
      if (stopped) break;
      for await (const part of recall(group, store, { ahead_bytes: budget.ahead_bytes, signal })) {
        if ('kept' in part) {
          report.reason(`kept.${part.kept}`, 1);
          continue;
        }
        batch.add(part, run);
        if (batch.size < context.batchSize.records && batch.bytes < budget.batch_bytes) continue;
        await batch.commit(claim, run, context, report);
        batch = batch.next();
      }
    }
    if (batch.size > 0) await batch.commit(claim, run, context, report);
    if (report.counts.inserted + report.counts.duplicates > 0) await claim.settle();
    return stopped;
  } catch (error) {
    // A read that was given up, or a warehouse that had no time left: what is left is for the next redrive.
    if (signal.aborted || (error instanceof ClickstreamError && error.code === 'out_of_time')) return true;
    throw error;
  } finally {
    await run.close();
  }
}

/** What goes through the transforms and into one transaction: records, and the dead letters that go with them. */
class RedriveBatch {
  readonly #records: EventRecord[] = [];
  readonly #rejects: Reject[] = [];
  /** Of the dead letters that are read to their end. */
  readonly #ended: Place[] = [];
  #unended: Place | undefined;
  /** Whether the one that is not was rejected again, at its own place, by a batch before. */
  #isRejectedAgain: boolean;
  bytes = 0;

  constructor(isRejectedAgain = false) {
    this.#isRejectedAgain = isRejectedAgain;
  }

  /** Records and dead letters that end; of these there may be some without a record. */
  get size(): number {
    return this.#records.length + this.#rejects.length + this.#ended.length;
  }

  add({ reject, origin, pieces, last }: Recalled, run: PipelineRun): void {
    for (const piece of pieces) {
      this.bytes += piece.to - piece.from;
      if (piece.ok) this.#records.push(run.record(piece, origin));
      else this.#rejects.push(rejectPiece(piece, origin, piece.code, piece.detail));
    }
    const place = { key: reject.key, index: reject.index };
    if (!last) {
      this.#unended = place;
      return;
    }
    this.#unended = undefined;
    if (!this.#isRejectedAgain) this.#ended.push(place);
    this.#isRejectedAgain = false;
  }

  /** The batch after this one. */
  next(): RedriveBatch {
    return new RedriveBatch(this.#unended !== undefined && this.#isRejectedAgain);
  }

  async commit(claim: Claim, run: PipelineRun, context: UnitContext, report: UnitReport): Promise<void> {
    const counts = { ...noCounts(), read: this.#records.length + this.#rejects.length };
    const { progress } = claim;
    const { seen, partial } = progress;
    const batch = { records: this.#records, rejects: this.#rejects, counts, seen, partial };
    const ready = await transformed(batch, run, claim);
    const again = ready.rejects.map(({ origin, index }) => ({ key: origin.key, index }));
    this.#isRejectedAgain ||= again.some(
      ({ key, index }) => key === this.#unended?.key && index === this.#unended.index,
    );
    const began_ms = performance.now();
    const committed = await claim.commit({
      rows: ready.rows,
      rejects: ready.rejects,
      counts: ready.counts,
      // Those that are rejected again replace themselves.
      covers: { places: [...this.#ended, ...again] },
      progressAfter: () => progress,
    });
    addCounts(report.counts, committed.counts);
    report.count(ready);
    for (const { code } of ready.rejects) report.reason(`rejected.${code}`, 1);
    context.batchSize.committed(counts.read, performance.now() - began_ms);
  }
}

/** Dead letters that follow one another and are of one object, together. */
async function* byObject(rejects: AsyncIterable<StoredReject>): AsyncGenerator<StoredReject[], void, undefined> {
  let group: StoredReject[] = [];
  for await (const reject of rejects) {
    if (group.length > 0 && (group[0]!.key !== reject.key || group.length >= REJECTS_TOGETHER)) {
      yield group;
      group = [];
    }
    group.push(reject);
  }
  if (group.length > 0) yield group;
}
