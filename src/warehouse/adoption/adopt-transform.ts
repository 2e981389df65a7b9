import { definePipeline, type Pipeline } from '../../etl/pipeline/pipeline.ts';
import { transform } from '../../etl/pipeline/transform.ts';
import { eventId, parse } from '../../etl/transforms/parse.ts';
import { loadRecordHash } from '../../etl/transforms/record-hash.ts';
import { asInstant } from '../../etl/transforms/time.ts';
import { firstOf, idTooLong } from '../../etl/transforms/values.ts';

/**
 * Stands in the place of `parse` for rows that were in a warehouse before: the same ids and hashes, but times as they are,
 * since whoever loaded them has decided about these. Where no receipt is known, the origin's time is not a number.
 */
export const adopt = transform({
  name: 'adopt',
  adds: parse.adds,
  async open() {
    const recordHash = await loadRecordHash();
    return {
      each(record, context) {
        const { event, row, origin, index, piece } = record;
        const sentId = firstOf(event['event_id']);
        const tooLong = idTooLong('event_id', sentId);
        if (tooLong) return context.reject(record, 'id_too_long', tooLong);
        const time_ms = asInstant(event['event_timestamp']);
        if (time_ms === null)
          return context.reject(record, 'no_time', 'event_timestamp is no time of the years 1 to 9999');
        row.event_id = eventId(sentId, origin, index);
        row.event_timestamp = time_ms;
        row.received_at = Number.isNaN(origin.lastModified_ms) ? time_ms : origin.lastModified_ms;
        row.record_hash = recordHash(event, piece.bytes, piece.from, piece.to);
      },
    };
  },
});

/** The pipeline that rows from before go through: a run's own, from the event on. */
export function adoptionPipeline({ transforms }: Pipeline): Pipeline {
  const others = transforms.filter(({ name }) => name !== 'parse' && name !== 'dedupe');
  return definePipeline([adopt, ...others] as never);
}
