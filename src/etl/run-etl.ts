import { randomUUID } from 'node:crypto';
import { readPayload, type RunRequest } from '../config/payload.ts';
import type { EtlSettings, RunSettings } from '../config/settings.ts';
import { ClickstreamError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { defaultPipeline } from './default-pipeline.ts';
import { BatchSize } from './pipeline/batch-size.ts';
import { Budget, NO_LIMITS, type BudgetLimits } from './pipeline/budget.ts';
import { HOUR_MS, hourUnit, type HourUnit } from './pipeline/hours.ts';
import type { Counts } from './pipeline/ledger.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { RunResult, UnitResult } from './pipeline/result.ts';
import { HoursFailed, runUnits, type UnitFailure, type Work } from './pipeline/run.ts';
import type { Sink } from './pipeline/sink.ts';
import type { ObjectStore } from './pipeline/source.ts';
import { PostgresSink } from './sinks/postgres/sink.ts';
import { S3Store } from './sources/s3/store.ts';

/** What a run may be given beside its settings; all of it has a default. */
export interface EtlOptions {
  readonly limits?: BudgetLimits;
  readonly pipeline?: Pipeline;
  readonly log?: Logger;
  /** Epoch milliseconds now. */
  readonly now_ms?: () => number;
  readonly store?: ObjectStore;
  /** In place of the warehouse. */
  readonly sink?: Sink;
  /** Aborted by whoever wants the run to stop after what is in hand. */
  readonly stop?: AbortSignal;
  readonly onProgress?: (unit: HourUnit, counts: Readonly<Counts>) => void;
  readonly onUnit?: (result: UnitResult) => void;
  readonly onUnitFailed?: (failure: UnitFailure) => void;
}

/**
 * Runs the ETL for a payload, as the Lambda and the command line do.
 *
 * @param payload an EventBridge event, `{}` or one of the explicit ones; see {@link readPayload}.
 * @throws ClickstreamError with a code, a stage and what to do; `HoursFailed` when hours failed and others may not have.
 */
export async function runEtl(payload: unknown, settings: EtlSettings, options: EtlOptions = {}): Promise<RunResult> {
  return runRequest(readPayload(payload, (options.now_ms ?? Date.now)()), settings, options);
}

/**
 * Runs the ETL for what was asked for in another way than by a payload. With a sink of its own it needs no warehouse.
 *
 * @throws ClickstreamError as {@link runEtl} does.
 */
export async function runRequest(request: RunRequest, settings: EtlSettings, options?: EtlOptions): Promise<RunResult>;
export async function runRequest(
  request: RunRequest,
  settings: RunSettings,
  options: EtlOptions & { readonly sink: Sink },
): Promise<RunResult>;
export async function runRequest(
  request: RunRequest,
  settings: RunSettings | EtlSettings,
  options: EtlOptions = {},
): Promise<RunResult> {
  const now_ms = options.now_ms ?? Date.now;
  const pipeline = options.pipeline ?? defaultPipeline;
  const runId = randomUUID();
  const log = options.log?.child({ runId });
  const budget = new Budget(options.limits ?? NO_LIMITS, options.stop);
  // Without a sink of its own a run was given all settings, say the overloads.
  const warehouse = settings as EtlSettings;
  const sink =
    options.sink ??
    new PostgresSink({
      postgres: warehouse.postgres,
      tables: warehouse.tables,
      columns: pipeline.columns,
      rule: settings,
      trigger: request.kind === 'scheduled' ? 'scheduled' : 'explicit',
      runId,
      timeLeft_ms: () => budget.timeLeft_ms(),
    });
  const store: ObjectStore = options.store ?? new S3Store({ bucket: settings.bucket, endpoint: settings.s3Endpoint });
  try {
    const result = await runUnits(workOf(request, settings.catchUp_hours), {
      store,
      sink,
      pipeline,
      budget,
      batchSize: new BatchSize(settings.maxRecordsPerBatch),
      rule: settings,
      skipUnchanged: request.kind === 'scheduled',
      now_ms,
      ...(log ? { transformLog: (name, level, message) => log[level]({ transform: name }, message) } : {}),
      ...(options.onProgress ? { onProgress: options.onProgress } : {}),
      ...(options.onUnit ? { onUnit: options.onUnit } : {}),
      ...(options.onUnitFailed ? { onUnitFailed: options.onUnitFailed } : {}),
    });
    log?.info(result, 'run');
    return result;
  } catch (error) {
    logFailure(log, error);
    throw error;
  } finally {
    budget.close();
    // A store that was given is its giver's to close.
    await Promise.all([sink.close(), options.store ? undefined : store.close?.()]);
  }
}

/** The units of a request: those asked for, or the hour that is due and then the ones before it, oldest first. */
function workOf(request: RunRequest, catchUp_hours: number): Work {
  if (request.kind === 'hours') return { prefix: request.prefix, units: request.hours };
  const { hour, prefix } = request;
  const before = Array.from({ length: catchUp_hours }, (_, back) =>
    hourUnit(hour.hour_ms - (catchUp_hours - back) * HOUR_MS),
  );
  return { prefix, units: [hour, ...before] };
}

/** One line with what failed and, for hours, what the run came to nevertheless. */
function logFailure(log: Logger | undefined, error: unknown): void {
  if (!log) return;
  const { code, stage } = error instanceof ClickstreamError ? error : { code: 'unexpected', stage: undefined };
  const fields = { code, ...(stage ? { stage } : {}), ...(error instanceof HoursFailed ? error.result : {}) };
  log.error(
    fields,
    error instanceof ClickstreamError ? error.message : 'The run failed for a reason of its own making.',
  );
}
