import { readStatusSettings } from '../config/settings.ts';
import { HOUR_MS } from '../etl/pipeline/hours.ts';
import { readStatus, type WarehouseStatus } from '../warehouse/status.ts';
import { judge, type Judgement } from '../warehouse/verdict.ts';
import { EXIT } from './exit-codes.ts';
import { colorsFor, print, printJson } from './output.ts';
import { statusText, verdictLine } from './status-text.ts';
import { isoText } from './text.ts';

/**
 * `clickstream status`: says whether the warehouse is being filled.
 *
 * @returns the exit code: complete when it is working, failed when it is not.
 * @throws ClickstreamError for what is wrong.
 */
export async function statusCommand({ json = false }: { readonly json?: boolean }): Promise<number> {
  const status = await readStatus(readStatusSettings(process.env), Date.now());
  const judged = judge(status);
  if (json) printJson(statusDocument(status, judged));
  else print(statusText(status, judged, colorsFor(process.stdout, process.env)));
  return judged.verdict === 'working' ? EXIT.complete : EXIT.failed;
}

/** A status as a program reads it: times as ISO 8601, the lag in seconds. */
export function statusDocument(status: WarehouseStatus, judged: Judgement): Readonly<Record<string, unknown>> {
  const { at_ms, lastCompleted_ms, lastRun, hours, open, rejects, unsettledMarks } = status;
  const lag_ms = lastCompleted_ms === null ? null : at_ms - lastCompleted_ms - HOUR_MS;
  return {
    verdict: judged.verdict,
    message: verdictLine(status, judged),
    at: isoText(at_ms),
    lastCompletedHour: isoText(lastCompleted_ms),
    lagSeconds: lag_ms === null ? null : Math.round(lag_ms / 1000),
    lastRun: lastRun && runDocument(lastRun),
    hours,
    openHours: open.map(({ hour_ms, state, errorCode, lastTry_ms }) => ({
      hour: isoText(hour_ms),
      state,
      errorCode,
      lastTry: isoText(lastTry_ms),
    })),
    rejectsLast24h: rejects.map(({ code, count, last_ms }) => ({ code, count, last: isoText(last_ms) })),
    unsettledMarks,
  };
}

function runDocument({ started_ms, ended_ms, ...run }: NonNullable<WarehouseStatus['lastRun']>): object {
  return { ...run, started: isoText(started_ms), ended: isoText(ended_ms) };
}
