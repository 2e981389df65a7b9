import { gzipSync } from 'node:zlib';
import { hourPrefix } from '../src/etl/pipeline/hours.ts';
import { BENCH_HOUR_MS, eventId, HOUR_MS, syntheticEvent, unit, type EventOptions } from './synthetic.ts';

/** Of an hour's records, how many no warehouse takes. */
const REJECTED = 0.001;
/** Of an hour's events, how many were received in the hour before and come again in its first minutes. */
const REPEATED = 0.01;
/** The share of an hour in which they come. */
const REPEATED_WITHIN = 2 * REPEATED;

/** Larger ones would not fit into a Buffer; trackers' archives are cut much smaller. */
const EVENTS_PER_OBJECT = 1_000_000;

/** How an hour is laid out in objects. */
export const SHAPES = ['ndjson', 'array', 'objects', 'gzip'] as const;
export type Shape = (typeof SHAPES)[number];

/** An hour of synthetic traffic. */
export interface HourSpec {
  readonly shape: Shape;
  /** Records in it, the ones that will be rejected and those that come again included. */
  readonly events: number;
  /** Bytes that each event is filled up with. */
  readonly padding?: number;
  readonly hour_ms?: number;
  /** Whether all of it is fit for any warehouse and new to it. */
  readonly isSound?: boolean;
  /** Whether visitors and sessions are those that `shop-events.sql` makes of so many sessions. */
  readonly knownSessions?: number;
}

/** Objects of an hour, as [key, body], made one at a time. */
export type BenchObjects = Iterable<readonly [key: string, body: Buffer]>;

/** How many records of an hour come again from the hour before. */
export function repeatedOf({ events, isSound }: HourSpec): number {
  return isSound ? 0 : Math.floor(events * REPEATED);
}

/** Record `number` of an hour, as JSON. */
export function recordOf(spec: HourSpec, number: number): string {
  const { events, isSound, hour_ms = BENCH_HOUR_MS } = spec;
  const options = optionsOf(spec);
  if (isSound) return syntheticEvent(number, events, options);
  const received_ms = hour_ms + Math.floor((number / events) * (HOUR_MS - 1000)) + 250;
  // Every other one of the first records: half as many as REPEATED_WITHIN says.
  if (number % 2 === 1 && number < events * REPEATED_WITHIN) {
    return syntheticEvent(earlierNumber(spec, (number - 1) / 2), events, {
      ...options,
      hour_ms: hour_ms - HOUR_MS,
      received_ms,
    });
  }
  if (isRejected(number)) return rejected(number, hour_ms + Math.floor((number / events) * HOUR_MS));
  return syntheticEvent(number, events, options);
}

/** Whether a record is one that the warehouse rejects, wherever it lies. */
export function isRejected(number: number): boolean {
  return unit(number, 12) < REJECTED;
}

/** The hour in one object (more where it is large), or in one object per event. */
export function* syntheticHour(spec: HourSpec): BenchObjects {
  const { shape, events, hour_ms = BENCH_HOUR_MS } = spec;
  const prefix = hourPrefix(hour_ms);
  if (shape === 'objects') {
    for (let number = 0; number < events; number += 1) {
      yield [`${prefix}event-${eventId(number, hour_ms + number)}.json`, Buffer.from(recordOf(spec, number))];
    }
    return;
  }
  for (let from = 0; from < events; from += EVENTS_PER_OBJECT) {
    const to = Math.min(events, from + EVENTS_PER_OBJECT);
    const body = textOf(shape, to - from, (at) => recordOf(spec, from + at));
    const key = `${prefix}part-${String(from / EVENTS_PER_OBJECT).padStart(3, '0')}.json`;
    yield [key, shape === 'gzip' ? gzipSync(body, { level: 1 }) : body];
  }
}

/** What an hour's repeated events were the first time: an hour before it that holds nothing else. */
export function* hourBefore(spec: HourSpec): BenchObjects {
  const { events, hour_ms = BENCH_HOUR_MS } = spec;
  const count = repeatedOf(spec);
  if (count === 0) return;
  const before_ms = hour_ms - HOUR_MS;
  const options = { ...optionsOf(spec), hour_ms: before_ms };
  const body = textOf('ndjson', count, (at) => syntheticEvent(earlierNumber(spec, at), events, options));
  yield [`${hourPrefix(before_ms)}part-000.json`, body];
}

/** The last events of the hour before, spread over twice as many numbers. */
function earlierNumber({ events }: HourSpec, at: number): number {
  return events - 1 - 2 * at;
}

function optionsOf({ padding = 0, hour_ms = BENCH_HOUR_MS, knownSessions }: HourSpec): EventOptions {
  return {
    hour_ms,
    ...(padding > 0 ? { padding: 'x'.repeat(padding) } : {}),
    ...(knownSessions === undefined ? {} : { names: knownNames(knownSessions) }),
  };
}

/** Half of the visitors are known; sessions are new, as an hour's mostly are. */
function knownNames(sessions: number): NonNullable<EventOptions['names']> {
  return (visitor) => {
    const id = Math.floor(unit(visitor, 13) * 2 * sessions);
    return { clientId: id < sessions ? `client-${id}` : `new-${visitor}`, sessionId: `late-${visitor}` };
  };
}

/** Well-formed JSON with a character that no text of Postgres holds. */
function rejected(number: number, at_ms: number): string {
  const at = new Date(at_ms).toISOString();
  return (
    `{"eventId":"${eventId(number, at_ms)}","eventName":"search","clientId":"c-${number}","eventTimestamp":"${at}",` +
    `"query":"lamp\\u0000","_ingest":{"receivedAt":"${at}"}}`
  );
}

function textOf(shape: Shape, events: number, recordAt: (at: number) => string): Buffer {
  const [open, between, close] = shape === 'array' ? ['[', ',\n', ']'] : ['', '\n', '\n'];
  const parts: Buffer[] = [];
  for (let at = 0; at < events; at += 1) parts.push(Buffer.from((at === 0 ? open : between) + recordAt(at)));
  parts.push(Buffer.from(close));
  return Buffer.concat(parts);
}
