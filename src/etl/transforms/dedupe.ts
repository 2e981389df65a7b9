import { column, required } from '../pipeline/column.ts';
import { DUPLICATE } from '../pipeline/pipeline.ts';
import { transform } from '../pipeline/transform.ts';
import { SeenEvents } from './seen-events.ts';

/**
 * Leaves out records of events that this run has already passed on. It only saves the sink work: of two records the one
 * received first wins whatever this does, so it lets everything through that it does not know to have lost.
 *
 * An event counts as seen once a record of it was delivered. One that a later transform rejected or dropped does not,
 * or the next record of the same event would be lost with it.
 */
export const dedupe = transform({
  name: 'dedupe',
  needs: {
    event_id: required(column.uuid()),
    received_at: required(column.timestamptz()),
    record_hash: required(column.bigint()),
  },
  open() {
    const seen = new SeenEvents();
    return {
      batch(records, context) {
        for (const record of records) {
          const { event_id, received_at, record_hash } = record.row;
          if (seen.beats(event_id, received_at, record_hash)) context.drop(record, DUPLICATE);
        }
        return undefined;
      },
      delivered(records) {
        for (const { row } of records) seen.add(row.event_id, row.received_at, row.record_hash);
      },
    };
  },
});
