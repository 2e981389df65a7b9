import { ClickstreamError } from '../../errors.ts';
import { batchesOf } from './batches.ts';
import type { Budget } from './budget.ts';
import { Committer, transformed } from './committer.ts';
import { closesAt_ms, type HourUnit } from './hours.ts';
import { listKeys, objectsOf, remaining, sameKeys } from './listing.ts';
import { nextPass, placeOf, type Progress } from './progress.ts';
import { readTogether } from './read-objects.ts';
import type { Origin } from './record.ts';
import type { UnitResult } from './result.ts';
import type { Claim } from './sink.ts';
import { underClaim } from './under-claim.ts';
import { openContext, type UnitContext } from './unit-context.ts';
import { UnitReport } from './unit-report.ts';

/**
 * Reads a unit, or goes on reading it: list, read, transform and commit batch by batch, each transformed while the one
 * before it is written. Then settles, and stores that the unit was read to its end.
 *
 * @throws ClickstreamError of any stage; what was committed stays, and the next run goes on from there.
 */
export async function runUnit(unit: HourUnit, context: UnitContext): Promise<UnitResult> {
  const started_ms = performance.now();
  const claim = await context.sink.claim(unit);
  const report = new UnitReport(unit, context, started_ms);
  if (!claim) return report.result('busy');
  return underClaim(claim, context, started_ms, () => runClaimed(unit, claim, context, report));
}

async function runClaimed(unit: HourUnit, claim: Claim, context: UnitContext, report: UnitReport): Promise<UnitResult> {
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
      const ended = await settleAndFinish(unit, claim, { ...claim.progress, state: 'completed' });
      return ended ? report.result('complete') : report.result('partial', claim.progress);
    }
  }

  const stopped = await readAll(unit, claim, context, report);
  if (stopped || !budget.hasTime) return report.result('partial', claim.progress);
  const end = { ...claim.progress, state: isFinal ? ('completed' as const) : ('loaded' as const) };
  const ended = await settleAndFinish(unit, claim, end);
  return ended ? report.result('complete') : report.result('partial', claim.progress);
}

/** False when time ran out: the marks stay, and the next run settles before it completes the unit. */
async function settleAndFinish(unit: HourUnit, claim: Claim, end: Progress): Promise<boolean> {
  try {
    await claim.settle();
    await claim.finish(end, placeOf(claim.progress, unit.startAfter ?? unit.prefix));
    return true;
  } catch (error) {
    if (isOutOfTime(error)) return false;
    throw error;
  }
}

/** Reads what is left of a pass, or all of a new one. True when time or memory ran out before the end. */
async function readAll(unit: HourUnit, claim: Claim, context: UnitContext, report: UnitReport): Promise<boolean> {
  const { store, budget, pipeline } = context;
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
  const chunks = readTogether(store, origins ?? objectsOf(store, unit, signal), {
    partial: progress.partial,
    ahead_bytes: budget.ahead_bytes,
    signal,
  });
  const run = await pipeline.open(openContext(context));
  const committer = new Committer(unit, claim, context, report);
  try {
    const limits = { records: () => context.batchSize.records, bytes: budget.batch_bytes };
    const toRecord = run.record.bind(run);
    for await (const batch of batchesOf(chunks, progress, toRecord, limits, signal)) {
      const ready = await transformed(batch, run, claim);
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

/** The result of reading, or undefined when the time was up before it was there. */
async function whileTime<T>(budget: Budget, reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (budget.stopReading.aborted) return undefined;
    throw error;
  }
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
