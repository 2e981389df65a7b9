import { decode } from '../decode/testing.ts';
import type { EventRecord } from '../event-record.ts';
import type { PipelineRun } from '../pipeline.ts';
import type { DecodedRecord, Origin } from '../record.ts';

export const ORIGIN: Origin = {
  key: 'events/2025/12/06/05/a.json',
  etag: '"1"',
  size_bytes: 100,
  lastModified_ms: Date.parse('2025-12-06T05:59:00Z'),
};

/** Records of an opened pipeline, numbered from 0 as `n`. */
export function recordsOf(run: PipelineRun, count: number): EventRecord[] {
  const text = Array.from({ length: count }, (_, n) => JSON.stringify({ n })).join('\n');
  return decode(text).map((piece) => run.record(piece as DecodedRecord, ORIGIN));
}
