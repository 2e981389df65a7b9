import { ClickstreamError } from '../../errors.ts';
import type { StoredReject } from '../../warehouse/rejects.ts';
import type { HourUnit } from '../pipeline/hours.ts';
import type { UnitResult } from '../pipeline/result.ts';
import type { Claim } from '../pipeline/sink.ts';
import { underClaim } from '../pipeline/under-claim.ts';
import { openContext, type UnitContext } from '../pipeline/unit-context.ts';
import { UnitReport } from '../pipeline/unit-report.ts';
import { recall } from './recall.ts';
import { RedriveBatch } from './redrive-batch.ts';

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
  return underClaim(claim, context, started_ms, async () => {
    const stopped = await redriveAll(rejects, claim, context, report);
    return report.result(stopped ? 'partial' : 'complete', claim.progress);
  });
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
