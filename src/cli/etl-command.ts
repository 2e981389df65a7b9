import { readEtlSettings, readRunSettings, type EtlSettings, type RunSettings } from '../config/settings.ts';
import { keepHeapSmall } from '../etl/pipeline/heap.ts';
import type { Pipeline } from '../etl/pipeline/pipeline.ts';
import type { RunResult } from '../etl/pipeline/result.ts';
import { HoursFailed } from '../etl/pipeline/run.ts';
import { runRequest, type EtlOptions } from '../etl/run-etl.ts';
import { NdjsonSink } from '../etl/sinks/ndjson.ts';
import { createLogger } from '../log.ts';
import { readEtlFlags, type DryRun, type EtlFlags, type EtlPlan } from './etl-flags.ts';
import { etlSummary } from './etl-summary.ts';
import { exitCodeOfStatus } from './exit-codes.ts';
import { colorsFor, print, printJson, say } from './output.ts';
import { pipelineOf } from './pipeline-file.ts';
import { hoursOf, noProgress, type ProgressReport } from './progress.ts';
import { progressBar } from './progress-bar.ts';
import { progressLog } from './progress-log.ts';
import { stopOnSignals } from './stop-signals.ts';

/**
 * `clickstream etl`: runs the ETL and shows what came of it.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong, after the summary of what went well.
 */
export async function etlCommand(flags: EtlFlags): Promise<number> {
  keepHeapSmall();
  const plan = readEtlFlags(flags, Date.now());
  const pipeline = await pipelineOf(flags.pipeline);
  const { settings, run } = plan.dryRun ? dryRun(plan, plan.dryRun, pipeline) : realRun(plan);
  const progress = progressFor(flags, plan, settings);
  const stop = stopOnSignals({ onStop: () => progress.onStop(), onExit: () => progress.close() });
  const { onProgress, onUnit, onUnitFailed } = progress;
  try {
    const result = await run({ pipeline, limits: plan.limits, stop: stop.signal, onProgress, onUnit, onUnitFailed });
    progress.close();
    if (flags.json === true) printJson(result);
    else if (flags.quiet !== true) showSummary(result, plan, settings, []);
    return exitCodeOfStatus(result.status);
  } catch (error) {
    progress.close();
    if (error instanceof HoursFailed && flags.json !== true && flags.quiet !== true) {
      showSummary(error.result, plan, settings, error.failures);
    }
    throw error;
  } finally {
    stop.release();
  }
}

interface PreparedRun {
  readonly settings: RunSettings | EtlSettings;
  readonly run: (options: EtlOptions) => Promise<RunResult>;
}

function realRun({ request, maxRecordsPerBatch }: EtlPlan): PreparedRun {
  const read = readEtlSettings(process.env);
  const settings = maxRecordsPerBatch === undefined ? read : { ...read, maxRecordsPerBatch };
  return { settings, run: (options) => runRequest(request, settings, options) };
}

/** Rows go to a file or stdout, and the warehouse is not even known. */
function dryRun({ request, maxRecordsPerBatch }: EtlPlan, outputs: DryRun, { columns }: Pipeline): PreparedRun {
  const settings = {
    ...readRunSettings(process.env),
    ...(maxRecordsPerBatch === undefined ? {} : { maxRecordsPerBatch }),
    // Which of the hours before are open only the warehouse knows.
    catchUp_hours: 0,
  };
  const sink = new NdjsonSink({ columns, ...outputs });
  return { settings, run: (options) => runRequest(request, settings, { ...options, sink }) };
}

/** A bar for people, lines for logs. */
function progressFor({ quiet, json }: EtlFlags, plan: EtlPlan, settings: RunSettings): ProgressReport {
  if (quiet === true) return noProgress;
  if (process.stderr.isTTY && json !== true) {
    // A line that is drawn again among the rows of a dry run would garble both.
    if (plan.dryRun?.output === '-' && process.stdout.isTTY) return noProgress;
    return progressBar(process.stderr, hoursOf(plan.request, settings.catchUp_hours));
  }
  return progressLog(createLogger(settings.logLevel, process.stderr));
}

function showSummary(
  result: RunResult,
  { request, dryRun }: EtlPlan,
  settings: RunSettings | EtlSettings,
  failures: HoursFailed['failures'],
): void {
  const onStdout = dryRun?.output === '-' || dryRun?.rejects === '-';
  const last = request.kind === 'hours' && request.hours.length > 1 ? request.hours.at(-1) : undefined;
  const context = {
    failures,
    ...('tables' in settings ? { rejectsTable: settings.tables.rejects } : {}),
    ...(last ? { lastHour_ms: last.hour_ms } : {}),
    now_ms: Date.now(),
  };
  const stream = onStdout ? process.stderr : process.stdout;
  const summary = etlSummary(result, context, colorsFor(stream, process.env));
  if (onStdout) say(summary);
  else print(summary);
}
