import { ClickstreamError } from '../errors.ts';
import { RecordDecoder } from '../etl/pipeline/decode/record-decoder.ts';
import type { EventRecord } from '../etl/pipeline/event-record.ts';
import type { PipelineRun } from '../etl/pipeline/pipeline.ts';
import type { JsonObject, Origin } from '../etl/pipeline/record.ts';
import { writeJson } from './write-json.ts';

/** Where records of tests lie. */
export const ORIGIN: Origin = Object.freeze({
  key: 'events/2025/12/06/05/event-1.json',
  etag: '"1"',
  size_bytes: 100_000,
  lastModified_ms: Date.parse('2025-12-06T05:59:00Z'),
});

/**
 * Records of an opened pipeline for events, through the text that they would be in S3.
 *
 * @throws ClickstreamError `no_event` for what is no JSON object, or exceeds what a record may have.
 */
export function newRecords(run: PipelineRun, events: readonly JsonObject[], origin: Origin = ORIGIN): EventRecord[] {
  const decoder = new RecordDecoder();
  const text = Buffer.from(events.map((event) => `${writeJson(event)}\n`).join(''));
  return [...decoder.push(text), ...decoder.end()].map((piece) => {
    if (piece.ok) return run.record(piece, origin);
    const message = `Event ${piece.index + 1} is none that a transform would be given (${piece.code}): ${piece.detail}.`;
    throw new ClickstreamError({ code: 'no_event', stage: 'decode', message });
  });
}
