import { randomUUID } from 'node:crypto';
import type { EtlSettings } from '../../config/settings.ts';
import { checkTables } from '../../warehouse/check-tables.ts';
import { Rejects, type RejectSelection } from '../../warehouse/rejects.ts';
import { defaultPipeline } from '../default-pipeline.ts';
import { BatchSize } from '../pipeline/batch-size.ts';
import { Budget, NO_LIMITS } from '../pipeline/budget.ts';
import { EVENTS_PREFIX, hourUnit, parseHourPrefix } from '../pipeline/hours.ts';
import { runResult, type RunResult, type UnitResult } from '../pipeline/result.ts';
import { HoursFailed, type UnitFailure } from '../pipeline/run.ts';
import type { EtlOptions } from '../run-etl.ts';
import { Connection } from '../sinks/postgres/connection.ts';
import { PostgresSink } from '../sinks/postgres/sink.ts';
import { S3Store } from '../sources/s3/store.ts';
import { PreviewClaim } from './preview-claim.ts';
import { redriveHour } from './redrive-hour.ts';

/** What a redrive may be given beside its settings. */
export interface RedriveOptions extends Pick<
  EtlOptions,
  'limits' | 'pipeline' | 'store' | 'stop' | 'onUnit' | 'onUnitFailed'
> {
  /** Writes nothing, and counts as inserted all that would be loaded, whether it is there already or not. */
  readonly dryRun?: boolean;
}

/**
 * Tries dead letters again, through the transforms as they are now: after a fix, what was rejected wrongly goes into the
 * warehouse as if it had never been rejected. A dead letter goes in the transaction that writes its record; one that is
 * rejected again stays, with the reason that it has now. Hour by hour, as a run of the ledger with counts of its own.
 *
 * @returns what each hour came to. `reasons` counts under `kept.object_missing` and `kept.object_changed` what was left
 *   as it is, since the object it came from is gone, or is another one now, and its bytes were not kept whole.
 * @throws ClickstreamError as a run of the ETL does; `HoursFailed` when hours failed and others may not have.
 */
export async function redrive(
  selection: RejectSelection,
  settings: EtlSettings,
  options: RedriveOptions = {},
): Promise<RunResult> {
  const { pipeline = defaultPipeline, limits = NO_LIMITS } = options;
  const { postgres, tables } = settings;
  const started_ms = performance.now();
  const budget = new Budget(limits, options.stop);
  const timeLeft_ms = (): number => budget.timeLeft_ms();
  const sink = new PostgresSink({
    postgres,
    tables,
    columns: pipeline.columns,
    rule: settings,
    trigger: 'redrive',
    runId: randomUUID(),
    timeLeft_ms,
  });
  const store = options.store ?? new S3Store({ bucket: settings.bucket, endpoint: settings.s3Endpoint });
  const reader = new Connection(postgres, 'clickstream redrive', timeLeft_ms);
  const results: UnitResult[] = [];
  const failures: UnitFailure[] = [];
  try {
    await reader.run((client) => checkTables(client, tables, pipeline.columns));
    const rejects = new Rejects(reader, tables);
    const context = {
      store,
      sink,
      pipeline,
      budget,
      batchSize: new BatchSize(settings.maxRecordsPerBatch),
      rule: settings,
      skipUnchanged: false,
      now_ms: Date.now,
    };
    for (const { prefix } of await rejects.hours(selection)) {
      const unit = hourUnit(parseHourPrefix(prefix)!);
      try {
        const claim = options.dryRun ? new PreviewClaim(pipeline.columns) : await sink.claim(unit);
        const result = await redriveHour(unit, claim, rejects.inOrder(within(selection, unit.hour_ms)), context);
        results.push(result);
        options.onUnit?.(result);
        if (result.status === 'partial') break;
      } catch (error) {
        failures.push({ prefix, error });
        options.onUnitFailed?.({ prefix, error });
      }
    }
    // An earlier redrive may have accepted the last of the rejects and died before it settled them.
    if (options.dryRun !== true && budget.hasTime) await sink.settle();
    const result = runResult(EVENTS_PREFIX, results, Math.round(performance.now() - started_ms));
    if (failures.length > 0) throw new HoursFailed(failures, result);
    return result;
  } finally {
    budget.close();
    await Promise.all([reader.close(), sink.close(), options.store ? undefined : store.close?.()]);
  }
}

function within(selection: RejectSelection, hour_ms: number): RejectSelection {
  return { ...selection, from_ms: hour_ms, to_ms: hour_ms };
}
