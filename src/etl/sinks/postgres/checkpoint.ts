import type { Counts } from '../../pipeline/ledger.ts';
import type { ManifestPart } from '../../pipeline/manifest.ts';
import type { PartialObject, Progress, UnitState } from '../../pipeline/progress.ts';
import { HOLD_S, type CheckpointRow } from './hold.ts';

/** A checkpoint's row as a progress. bigint columns arrive as text; no count comes near 2^53. */
export function progressFrom(row: CheckpointRow): Progress {
  const number = (name: string): number => Number(row[name]);
  const objects = number('objects');
  const bytes = number('object_bytes');
  return {
    state: row['state'] as UnitState,
    pass: number('pass'),
    seen: { objects, bytes, digest: row['digest'] as string, lastKey: row['last_key'] as string | null },
    partial: row['position'] as PartialObject | null,
    counts: {
      processed: objects,
      read: number('read'),
      split: number('split'),
      inserted: number('inserted'),
      duplicates: number('duplicates'),
      rejected: number('rejected'),
      dropped: number('dropped'),
      bytes,
      batches: number('batches'),
    },
  };
}

/** The parameters of `advance-checkpoint.sql`. */
export function checkpointParameters(unit: string, runId: string, commitNo: number, progress: Progress): unknown[] {
  const { state, pass, seen, partial, counts } = progress;
  return [
    unit,
    runId,
    commitNo,
    state,
    pass,
    seen.lastKey,
    seen.objects,
    seen.bytes,
    seen.digest,
    partial === null ? null : JSON.stringify(partial),
    counts.read,
    counts.split,
    counts.inserted,
    counts.duplicates,
    counts.rejected,
    counts.dropped,
    counts.batches,
    HOLD_S,
  ];
}

/** The parameters of `advance-run.sql`. */
export function runParameters(unit: string, runId: string, counts: Readonly<Counts>): unknown[] {
  const { processed, read, split, inserted, duplicates, rejected, dropped, bytes, batches } = counts;
  return [runId, unit, processed, read, split, inserted, duplicates, rejected, dropped, bytes, batches];
}

/** The parameters of `add-manifest.sql`. */
export function manifestParameters(unit: string, pass: number, commitNo: number, ended: ManifestPart): unknown[] {
  return [unit, pass, commitNo, ended.firstKey, ended.lastKey, ended.objects, ended.hashes];
}
