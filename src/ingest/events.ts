import { LIMITS, type JsonObject } from '../etl/pipeline/record.ts';
import { TOO_DEEP } from './body.ts';
import { writeJson } from './json.ts';
import { uuidv7 } from './key.ts';
import { Refusal, badBody, type EventError } from './refusal.ts';
import type { Provenance } from './request.ts';

/** Most events that one request may carry. */
export const MAX_EVENTS = 500;

/** What is stored under `_ingest`: who sent the request, and when it was received (ISO 8601, milliseconds, UTC). */
export interface IngestStamp extends Provenance {
  readonly receivedAt: string;
}

/** The valid events of a body, and what is wrong with the others. */
export interface CheckedEvents {
  /** At least one. */
  readonly events: readonly JsonObject[];
  readonly errors: readonly EventError[];
  /** The body was an array, of however many events. */
  readonly isBatch: boolean;
}

/**
 * Tells the valid events of a body from the others. An event is a JSON object with an `eventName` (or `event_name`,
 * as the ETL reads both) that is a string with something in it besides white space.
 *
 * @throws Refusal 413 for more than 500 events; 400 when not one is valid
 */
export function checkEvents(body: unknown): CheckedEvents {
  const isBatch = Array.isArray(body);
  const elements: readonly unknown[] = isBatch ? body : [body];
  if (elements.length === 0) throw badBody('no_event', 'The body holds no event');
  if (elements.length > MAX_EVENTS) {
    const message = `The body holds more than ${MAX_EVENTS} events`;
    throw new Refusal({ statusCode: 413, code: 'too_many_events', message });
  }
  const events: JsonObject[] = [];
  const errors: EventError[] = [];
  for (const [index, element] of elements.entries()) {
    if (element === TOO_DEEP) {
      errors.push({ index, field: '', message: `An event may be nested ${LIMITS.nesting} levels deep` });
    } else if (!isObject(element)) {
      errors.push({ index, field: '', message: 'An event must be a JSON object' });
    } else if (!isName(element['eventName']) && !isName(element['event_name'])) {
      errors.push({ index, field: 'eventName', message: 'eventName must be a non-empty string' });
    } else {
      events.push(element);
    }
  }
  if (events.length === 0) {
    throw new Refusal({ statusCode: 400, code: 'no_valid_event', message: 'The body holds no valid event', errors });
  }
  return { events, errors, isBatch };
}

/** Text of the object to store, and its content type. */
export interface StoredText {
  readonly body: string;
  readonly contentType: string;
}

/**
 * Writes events as they are stored: each with its `_ingest` and an `eventId`; a single event as one JSON object, a
 * batch as newline-delimited JSON. Ids that are added carry `receivedAt_ms`, so that they sort by time of receipt.
 */
export function writeEvents(
  { events, isBatch }: CheckedEvents,
  provenance: Provenance,
  receivedAt_ms: number,
): StoredText {
  const stamp: IngestStamp = { receivedAt: new Date(receivedAt_ms).toISOString(), ...provenance };
  const texts = events.map((event) => writeJson(stampEvent(event, stamp, receivedAt_ms)));
  return isBatch
    ? { body: texts.map((text) => `${text}\n`).join(''), contentType: 'application/x-ndjson' }
    : { body: texts.join(''), contentType: 'application/json' };
}

/**
 * Copies by spreading, which defines properties instead of assigning them: a key named `__proto__` stays a plain key
 * and changes no prototype.
 */
function stampEvent(event: JsonObject, stamp: IngestStamp, receivedAt_ms: number): JsonObject {
  return hasId(event) ? { ...event, _ingest: stamp } : { ...event, eventId: uuidv7(receivedAt_ms), _ingest: stamp };
}

/** An id of the wrong kind is still the client's: the ETL knows what to do with it, and keeps it. */
function hasId(event: JsonObject): boolean {
  return !isNothing(event['eventId']) || !isNothing(event['event_id']);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
