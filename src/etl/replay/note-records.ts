import { hourOf, parseHourPrefix } from '../pipeline/hours.ts';
import type { EventRecord } from '../pipeline/event-record.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { encodeInstant } from '../sinks/postgres/encode.ts';

/**
 * A pipeline that also says which records it was given, whatever becomes of them: (hour, received_at, record_hash), as lines
 * of COPY. A record that is refused before it has these made no event before either.
 */
export function notingRecords(pipeline: Pipeline, note: (lines: readonly string[]) => Promise<void>): Pipeline {
  return {
    ...pipeline,
    open: async (context) => {
      const run = await pipeline.open(context);
      return {
        record: (piece, origin) => run.record(piece, origin),
        process: async (records) => {
          const batch = await run.process(records);
          await note(linesOf(records));
          return batch;
        },
        batch: (records) => run.batch(records),
        delivered: (records) => run.delivered(records),
        close: () => run.close(),
      };
    },
  };
}

function linesOf(records: readonly EventRecord[]): string[] {
  const lines = new Set<string>();
  for (const { row, origin } of records) {
    const { received_at, record_hash } = row as { received_at: unknown; record_hash: bigint | null };
    if (typeof received_at !== 'number' || record_hash === null) continue;
    const hour_ms = parseHourPrefix(origin.key) ?? hourOf(origin.lastModified_ms);
    lines.add(`${encodeInstant(hour_ms)}\t${encodeInstant(received_at)}\t${String(record_hash)}`);
  }
  return [...lines];
}
