import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ManifestPart } from '../../pipeline/manifest.ts';
import type { Progress } from '../../pipeline/progress.ts';
import { checkpointParameters, manifestParameters, progressFrom, runParameters } from './checkpoint.ts';
import { HOLD_S } from './hold.ts';

const statement = (name: string): string =>
  readFileSync(new URL(`../../../../sql/statements/${name}.sql`, import.meta.url), 'utf8');

/** What a statement sets each column to, given its parameters: `column = $n`, or `column = column + $n`. */
function assigned(sql: string, parameters: readonly unknown[]): Record<string, unknown> {
  const set = sql.matchAll(/\b(\w+) = (?:\1 \+ )?\$(\d+)/g);
  return Object.fromEntries([...set].map(([, column, at]) => [column!, parameters[Number(at) - 1]]));
}

// Every number another one, so that two that change places are seen.
const PROGRESS: Progress = {
  state: 'reading',
  pass: 2,
  seen: { objects: 3, bytes: 5_000_000_000, digest: 'abc=', lastKey: 'events/2025/12/06/05/a.json' },
  partial: {
    key: 'events/2025/12/06/05/b.json',
    etag: '"1"',
    gzip: true,
    index: 7,
    offset_bytes: 11,
    mode: 'lines',
    inArray: true,
  },
  counts: {
    processed: 3,
    read: 13,
    split: 17,
    inserted: 19,
    duplicates: 23,
    rejected: 29,
    dropped: 31,
    bytes: 5_000_000_000,
    batches: 37,
  },
};

test('what a checkpoint takes in is what the next run goes on from', () => {
  const parameters = checkpointParameters('the unit', 'the run', 41, PROGRESS);
  const stored = assigned(statement('advance-checkpoint'), parameters);
  // As the driver gives a row: bigint as text, jsonb read, all else as it is.
  const row = Object.fromEntries(
    Object.entries(stored).map(([column, value]) => [
      column,
      column === 'position' ? JSON.parse(value as string) : typeof value === 'number' ? String(value) : value,
    ]),
  );
  expect(progressFrom(row)).toEqual(PROGRESS);
});

test('between two objects a checkpoint holds no place within one', () => {
  const progress = { ...PROGRESS, partial: null };
  const stored = assigned(statement('advance-checkpoint'), checkpointParameters('u', 'r', 0, progress));
  expect(stored['position']).toBeNull();
  expect(progressFrom(stored)).toEqual(progress);
});

test('a checkpoint is set only where nobody else has set it since, and renews its holder’s hold', () => {
  const sql = statement('advance-checkpoint');
  const parameters = checkpointParameters('the unit', 'the run', 41, PROGRESS);
  const stored = assigned(sql, parameters);
  expect(stored).toMatchObject({ unit: 'the unit', commit_no: 41, run_id: 'the run', holder: 'the run' });
  expect(parameters[Number(/secs => \$(\d+)/.exec(sql)![1]) - 1]).toBe(HOLD_S);
  expect(parameters).toHaveLength(highest(sql));
});

test('a run’s row in the ledger is raised by each count under its own name', () => {
  const sql = statement('advance-run');
  const parameters = runParameters('the unit', 'the run', PROGRESS.counts);
  expect(assigned(sql, parameters)).toEqual({ ...PROGRESS.counts, run_id: 'the run', unit: 'the unit' });
  expect(parameters).toHaveLength(highest(sql));
});

test('a commit’s entry in the manifest names its objects', () => {
  const ended = new ManifestPart();
  ended.add({ key: 'a', etag: '"1"', size_bytes: 1, lastModified_ms: 0 });
  ended.add({ key: 'b', etag: '"2"', size_bytes: 2, lastModified_ms: 0 });
  const parameters = manifestParameters('the unit', 2, 42, ended);
  expect(parameters).toEqual(['the unit', 2, 42, 'a', 'b', 2, ended.hashes]);
  expect(parameters).toHaveLength(highest(statement('add-manifest')));
});

/** The highest parameter that a statement has. */
function highest(sql: string): number {
  return Math.max(...[...sql.matchAll(/\$(\d+)/g)].map(([, at]) => Number(at)));
}
