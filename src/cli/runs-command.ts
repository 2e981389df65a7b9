import { readWarehouseSettings } from '../config/settings.ts';
import { readRuns, type LedgerRun } from '../warehouse/runs.ts';
import { EXIT } from './exit-codes.ts';
import { colorsFor, print, printJson } from './output.ts';
import { readRunsFlags, type RunsFlags } from './runs-flags.ts';
import { runsText } from './runs-text.ts';
import { isoText } from './text.ts';

/**
 * `clickstream runs`: lists what the ledger has, newest first.
 *
 * @returns the exit code, complete also when no run is found.
 * @throws ClickstreamError for what is wrong.
 */
export async function runsCommand(flags: RunsFlags): Promise<number> {
  const now_ms = Date.now();
  const filter = readRunsFlags(flags, now_ms);
  const runs = await readRuns(readWarehouseSettings(process.env), filter);
  if (flags.json === true) printJson(runs.map(runDocument));
  else if (runs.length === 0) print('No run is in the ledger for that.');
  else print(runsText(runs, now_ms, colorsFor(process.stdout, process.env)));
  return EXIT.complete;
}

/** A run as a program reads it: times as ISO 8601, counts beside the rest. */
export function runDocument(run: LedgerRun): Readonly<Record<string, unknown>> {
  const { runId, unit, hour_ms, trigger, status, errorCode, started_ms, ended_ms, duration_ms, peakRss_mb, counts } =
    run;
  return {
    runId,
    hour: isoText(hour_ms),
    unit,
    trigger,
    status,
    errorCode,
    started: isoText(started_ms),
    ended: isoText(ended_ms),
    durationMs: duration_ms,
    peakRssMb: peakRss_mb,
    ...counts,
  };
}
