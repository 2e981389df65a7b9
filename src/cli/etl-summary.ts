import { closesAt_ms, HOUR_MS, parseHourPrefix } from '../etl/pipeline/hours.ts';
import type { RunResult, UnitResult } from '../etl/pipeline/result.ts';
import type { UnitFailure } from '../etl/pipeline/run.ts';
import type { Colors } from './output.ts';
import { formatTable, type TableColumn } from './table.ts';
import { bytesText, countText, durationText, hourText, plural, unitText } from './text.ts';

/** More rows than fit on a screen help nobody; `--json` has them all. */
const MOST_ROWS = 48;

const COLUMNS: readonly TableColumn[] = [
  { title: 'hour' },
  { title: 'status' },
  ...['objects', 'read', 'inserted', 'duplicates', 'rejected', 'dropped', 'took'].map((title) => ({
    title,
    numeric: true,
  })),
];

/** What a summary says beside the result. */
export interface SummaryContext {
  readonly failures: readonly UnitFailure[];
  /** Where rejected records are; absent in a dry run. */
  readonly rejectsTable?: string;
  /** The last hour that was asked for, when several were. */
  readonly lastHour_ms?: number;
  /** Epoch milliseconds. */
  readonly now_ms: number;
}

/** A run's ledger as a table, then what to do next. */
export function etlSummary(result: RunResult, context: SummaryContext, colors: Colors): string {
  const shown = result.hours.length > MOST_ROWS ? result.hours.filter(isNotable).slice(0, MOST_ROWS) : result.hours;
  const rows = shown.map((hour) => [unitText(hour.prefix), statusText(hour.status, colors), ...countsOf(hour)]);
  for (const { prefix } of context.failures) rows.push([unitText(prefix), colors.red('failed')]);
  if (rows.length > 1 || shown.length < result.hours.length) {
    rows.push([plural(result.hours.length + context.failures.length, 'hour'), '', ...countsOf(result)]);
  }
  const left = result.hours.length - shown.length;
  return [
    formatTable(COLUMNS, rows),
    ...(left > 0 ? [colors.dim(`${plural(left, 'hour')} without anything to say left out; --json has all.`)] : []),
    // Of hours that failed there is nothing to add up.
    ...(result.hours.length > 0 ? [colors.dim(footer(result))] : []),
    ...reasonLines(result),
    ...nextSteps(result, context),
  ].join('\n');
}

function isNotable(hour: UnitResult): boolean {
  return hour.status !== 'complete' || hour.rejected > 0;
}

function statusText(status: string, colors: Colors): string {
  return status === 'complete' ? colors.green(status) : colors.yellow(status);
}

function countsOf(counts: RunResult | UnitResult): string[] {
  const { processed, read, inserted, duplicates, rejected, dropped, durationMs } = counts;
  return [...[processed, read, inserted, duplicates, rejected, dropped].map(countText), durationText(durationMs)];
}

function footer({ bytes, read, durationMs, peakRssMb, batches }: RunResult): string {
  const rate = countText(read / Math.max(0.001, durationMs / 1000));
  const size = `${bytesText(bytes)} of objects in ${plural(batches, 'batch', 'batches')}`;
  return `${size}, ${rate} records/s, at most ${countText(peakRssMb)} MB of memory`;
}

/** The counts by reason of all hours together, in a line per kind. */
function reasonLines({ hours }: RunResult): string[] {
  const totals = new Map<string, number>();
  for (const { reasons } of hours) {
    for (const [name, count] of Object.entries(reasons)) totals.set(name, (totals.get(name) ?? 0) + count);
  }
  const line = (kind: string): string[] => {
    const found = [...totals].filter(([name]) => name.startsWith(`${kind}.`)).sort(([, a], [, b]) => b - a);
    const texts = found.map(([name, count]) => `${name.slice(kind.length + 1)} ${countText(count)}`);
    return texts.length === 0 ? [] : [`${kind}: ${texts.join(', ')}`];
  };
  return [...line('rejected'), ...line('dropped')];
}

/** What to do next, in sentences; none when there is nothing to do. */
export function nextSteps(result: RunResult, { rejectsTable, lastHour_ms, now_ms }: SummaryContext): string[] {
  const steps: string[] = [];
  if (result.resumeFrom) {
    const { key, index } = result.resumeFrom;
    const place = index === undefined ? `after ${key}` : `at record ${countText(index)} of ${key}`;
    steps.push(`It stopped in time; what was committed stays. ${goOn(result, lastHour_ms)} It goes on ${place}.`);
  }
  if (result.status === 'busy' || result.hours.some(({ status }) => status === 'busy')) {
    steps.push('Another run has an hour that is busy. Wait for it, or see "clickstream status", then run it again.');
  }
  if (result.rejected > 0 && rejectsTable !== undefined) {
    steps.push(`Rejected records are in ${rejectsTable}: see "clickstream rejects".`);
  }
  const early = result.hours.find(({ prefix, status }) => status === 'complete' && isOpen(prefix, now_ms));
  if (early) {
    const closes = new Date(closesAtOf(early.prefix)).toISOString().slice(11, 16);
    steps.push(`${unitText(early.prefix)} can still receive events: run it again after ${closes} UTC.`);
  }
  const nothingRead = result.read === 0 && result.hours.length > 0 && !result.hours.some(({ unchanged }) => unchanged);
  if (result.status === 'complete' && nothingRead) {
    steps.push(`Nothing lies under ${result.prefix}. If that is a surprise, check RAW_BUCKET_NAME and the hour.`);
  }
  return steps;
}

/** Of several hours those that are done need not be read again, and an explicit run would. */
function goOn({ hours }: RunResult, lastHour_ms: number | undefined): string {
  const from_ms = parseHourPrefix(hours.find(({ status }) => status === 'partial')?.prefix ?? '');
  if (from_ms === undefined || lastHour_ms === undefined) return 'Run the same command again to go on.';
  return `To go on: clickstream etl --from ${hourText(from_ms)} --to ${hourText(lastHour_ms)} (other flags as they were).`;
}

function isOpen(prefix: string, now_ms: number): boolean {
  return closesAtOf(prefix) > now_ms;
}

function closesAtOf(prefix: string): number {
  return closesAt_ms({ hour_ms: parseHourPrefix(prefix) ?? -HOUR_MS, prefix });
}
