import type { LedgerRun } from '../warehouse/runs.ts';
import type { Colors } from './output.ts';
import { formatTable } from './table.ts';
import { countText, durationText, unitText } from './text.ts';

const COUNTS = [
  ['objects', 'processed'],
  ['read', 'read'],
  ['inserted', 'inserted'],
  ['duplicates', 'duplicates'],
  ['rejected', 'rejected'],
  ['dropped', 'dropped'],
] as const;

/** Runs as a table, in the order given. */
export function runsText(runs: readonly LedgerRun[], now_ms: number, colors: Colors): string {
  const paint: Readonly<Record<LedgerRun['status'], (text: string) => string>> = {
    complete: colors.green,
    running: colors.cyan,
    partial: colors.yellow,
    failed: colors.red,
    lost: colors.red,
  };
  const rows = runs.map(({ unit, trigger, status, started_ms, duration_ms, counts, errorCode }) => [
    unitText(unit),
    trigger,
    paint[status](status),
    `${new Date(started_ms).toISOString().slice(0, 19)}Z`,
    durationOf(status, duration_ms, now_ms - started_ms),
    ...COUNTS.map(([, name]) => countText(counts[name])),
    errorCode ?? '',
  ]);
  return formatTable(
    [
      { title: 'hour' },
      { title: 'trigger' },
      { title: 'status' },
      { title: 'started' },
      { title: 'duration', numeric: true },
      ...COUNTS.map(([title]) => ({ title, numeric: true })),
      { title: 'error' },
    ],
    rows,
  );
}

/** How long a run that died was at work nobody knows. */
function durationOf(status: LedgerRun['status'], duration_ms: number | null, since_ms: number): string {
  if (duration_ms !== null) return durationText(duration_ms);
  return status === 'running' ? durationText(since_ms) : '';
}
