import { LIMITS } from '../etl/pipeline/record.ts';
import type { RunResult } from '../etl/pipeline/result.ts';
import type { RejectGroup, StoredReject } from '../warehouse/rejects.ts';
import { harmless } from './harmless.ts';
import type { Colors } from './output.ts';
import { formatTable } from './table.ts';
import { bytesText, countText, durationText, plural, unitText } from './text.ts';

/** Of a record's bytes, as many are shown; `--raw` and `--json` have all that was kept. */
const SHOWN_BYTES = 400;

/** The dead letters by code, and what to do with them. */
export function groupsText(groups: readonly RejectGroup[], now_ms: number, colors: Colors): string {
  if (groups.length === 0) return 'No rejects: every record that was read could be loaded, or is none of these.';
  const ago = (moment_ms: number): string => `${durationText(now_ms - moment_ms)} ago`;
  const rows = groups.map(({ code, count, objects, first_ms, last_ms, detail }) => [
    colors.bold(code),
    countText(count),
    countText(objects),
    ago(first_ms),
    ago(last_ms),
    detail,
  ]);
  const columns = [
    { title: 'code' },
    { title: 'records', numeric: true },
    { title: 'objects', numeric: true },
    { title: 'first' },
    { title: 'last' },
    { title: 'why, of the last' },
  ];
  return [
    formatTable(columns, rows),
    '',
    `To look at them: clickstream rejects show --code ${groups[0]!.code}`,
    `After a fix:     clickstream rejects redrive --code ${groups[0]!.code}`,
  ].join('\n');
}

/** One dead letter: why, where it lies and what it is. */
export function rejectText(reject: StoredReject, bucket: string | undefined, now_ms: number, colors: Colors): string {
  const { key, index, start_bytes, end_bytes, code, detail, raw, rejected_ms } = reject;
  const place = bucket === undefined ? key : `s3://${bucket}/${key}`;
  const length = end_bytes - start_bytes;
  const bytes = length > 0 ? `, bytes ${start_bytes} to ${end_bytes}` : '';
  return [
    `${colors.bold(code)}  ${place}`,
    `  ${colors.dim(`record ${index}${bytes}, rejected ${durationText(now_ms - rejected_ms)} ago`)}`,
    `  ${detail}`,
    ...(raw.length === 0 ? [] : [`  ${printable(raw)}`]),
    ...(length > raw.length && raw.length > 0
      ? [colors.dim(`  ${bytesText(length)} long, of which the first ${bytesText(LIMITS.rejected_raw_bytes)} are kept`)]
      : []),
  ].join('\n');
}

/** Bytes as a line that no terminal takes for commands. */
export function printable(raw: Buffer): string {
  const text = raw.subarray(0, SHOWN_BYTES).toString('utf8');
  const line = harmless(text).replaceAll('\uFFFD', '\\x??');
  return raw.length > SHOWN_BYTES ? `${line}…` : line;
}

/** What a redrive came to, hour by hour, and what is left. */
export function redriveText(result: RunResult, isDryRun: boolean, colors: Colors): string {
  if (result.hours.length === 0) return 'No rejects are selected; "clickstream rejects" lists what there is.';
  const kept = (reasons: Readonly<Record<string, number>>): number =>
    sum(Object.entries(reasons).map(([name, count]) => (name.startsWith('kept.') ? count : 0)));
  const rows = result.hours.map((hour) => [
    unitText(hour.prefix),
    hour.status === 'complete' ? colors.green(hour.status) : colors.yellow(hour.status),
    ...[hour.read, hour.inserted, hour.duplicates, hour.rejected, hour.dropped, kept(hour.reasons)].map(countText),
  ]);
  const numeric = ['tried', isDryRun ? 'would load' : 'loaded', 'duplicates', 'rejected', 'dropped', 'left'];
  const left = (reason: string): number => sum(result.hours.map(({ reasons }) => reasons[`kept.${reason}`] ?? 0));
  const [missing, changed] = [left('object_missing'), left('object_changed')];
  return [
    formatTable([{ title: 'hour' }, { title: 'status' }, ...numeric.map((title) => ({ title, numeric: true }))], rows),
    ...rejectedAgain(result),
    ...(missing > 0
      ? [`${plural(missing, 'reject')} left: the object is gone, and its record was not kept whole.`]
      : []),
    ...(changed > 0 ? [`${plural(changed, 'reject')} left: the object is another one now. Run its hour again.`] : []),
    ...(result.status === 'partial' ? ['It was stopped; what was committed stays. Run it again to go on.'] : []),
    ...(result.status === 'busy' ? ['Another run has an hour that is busy. Wait for it, then run this again.'] : []),
    ...(isDryRun ? ['Nothing was written. Without --dry-run it is.'] : []),
  ].join('\n');
}

function rejectedAgain({ hours }: RunResult): string[] {
  const totals = new Map<string, number>();
  for (const { reasons } of hours) {
    for (const [name, count] of Object.entries(reasons)) {
      if (name.startsWith('rejected.')) totals.set(name.slice(9), (totals.get(name.slice(9)) ?? 0) + count);
    }
  }
  if (totals.size === 0) return [];
  return [`rejected again: ${Array.from(totals, ([code, count]) => `${code} ${countText(count)}`).join(', ')}`];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
