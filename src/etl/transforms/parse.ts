import { column, required } from '../pipeline/column.ts';
import type { Origin } from '../pipeline/record.ts';
import { transform } from '../pipeline/transform.ts';
import { loadRecordHash } from './record-hash.ts';
import { asInstant, eventTime } from './time.ts';
import { canonicalUuid, NIL_UUID, uuidOfName } from '../pipeline/uuid.ts';
import { asObject, firstOf, idTooLong } from './values.ts';

/**
 * Finds out which event a record is and when it happened: its id, its times, and the hash that tells it from another
 * record with the same id.
 */
export const parse = transform({
  name: 'parse',
  adds: {
    event_id: required(column.uuid('The event; a client’s id that is no UUID was made one and stays in properties')),
    event_timestamp: required(
      column.timestamptz('When it happened: the client’s time, corrected by sentAt, or else the time of receipt'),
    ),
    received_at: required(column.timestamptz('When the ingest received it; without that, when its object was written')),
    record_hash: required(
      column.bigint('Hash of the record as sent: decides between two records of one event received at the same moment'),
    ),
  },
  async open() {
    const recordHash = await loadRecordHash();
    return {
      each(record, context) {
        const { event, row, origin, index, piece } = record;
        const sentId = firstOf(event['eventId'], event['event_id']);
        const tooLong = idTooLong('eventId', sentId);
        if (tooLong) return context.reject(record, 'id_too_long', tooLong);
        row.event_id = eventId(sentId, origin, index);

        const receipt_ms = asInstant(asObject(event['_ingest'])?.['receivedAt']);
        row.received_at = receipt_ms ?? origin.lastModified_ms;
        const sentTime = firstOf(event['eventTimestamp'], event['event_timestamp'], event['timestamp']);
        const time_ms = eventTime({
          event_ms: asInstant(sentTime),
          sent_ms: asInstant(firstOf(event['sentAt'], event['sent_at'])),
          received_ms: row.received_at,
          receiptKnown: receipt_ms !== null,
        });
        // A corrected time is no replaced one: nearly every time that comes with sentAt is corrected by some milliseconds.
        if (sentTime !== undefined && time_ms === null) context.count('replaced_times');
        row.event_timestamp = time_ms ?? row.received_at;

        row.record_hash = recordHash(event, piece.bytes, piece.from, piece.to);
      },
    };
  },
});

/**
 * The id of an event. A UUID stays itself, another text or number always gives the same UUID; what names no event (none
 * sent, nil, a number too large to be exact) is named by where it lies, so that a rerun finds the same id again.
 */
export function eventId(sent: unknown, origin: Origin, index: number): string {
  if (typeof sent === 'string') {
    const uuid = canonicalUuid(sent);
    if (uuid === undefined) return uuidOfName('clientId', sent);
    if (uuid !== NIL_UUID) return uuid;
  } else if (typeof sent === 'number' && Math.abs(sent) <= Number.MAX_SAFE_INTEGER) {
    return uuidOfName('clientId', String(sent));
  }
  return uuidOfName('place', `${origin.key}#${index}`);
}
