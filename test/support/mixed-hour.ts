import { Random } from '../../src/local/traffic/random.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { array, gzip, HOUR_MS, ndjson, PREFIX, type TestEvent } from './bucket.ts';
import { MARKERS } from './markers.ts';

/** What lies at one index of an object: an event, or text that is no record, with the code it is rejected under. */
export type StoredRecord = { readonly event: TestEvent } | { readonly text: string; readonly code: string };

/** An object of the raw bucket, known record by record. */
export interface StoredObject {
  readonly key: string;
  readonly form: 'single' | 'lines' | 'array' | 'gzip';
  readonly records: readonly StoredRecord[];
}

export interface MixedHourOptions {
  readonly seed: number | string;
  /** Events before any is repeated. */
  readonly events: number;
  /** Records per object of many. */
  readonly perObject?: number;
  readonly prefix?: string;
  /** Visitors that the events are of; hours with the same names share them. */
  readonly visitors?: number;
  /** Ids of hours with the same family are the same, so that they hold records of the same events. */
  readonly family?: string;
}

/**
 * An hour with everything in it that makes loading hard: objects of one event and of many in every format, events that
 * come twice (the same record, or another one received earlier or later, of another visitor or time), events without a
 * session or without an id, and records of every kind that is rejected.
 */
export function mixedHour(options: MixedHourOptions): StoredObject[] {
  const { seed, events, perObject = 90, prefix = PREFIX, visitors = Math.ceil(events / 6), family = seed } = options;
  const random = Random.seeded(seed);
  const ids = Random.seeded(`ids of ${family}`);
  const records: StoredRecord[] = [];
  for (let number = 0; number < events; number += 1) {
    const event = newEvent(number, ids.uuid(), random, visitors, `${prefix}${number}`);
    records.push({ event });
    if (event['eventId'] === undefined) continue;
    if (random.chance(0.06)) records.push({ event });
    if (random.chance(0.06)) records.push({ event: anotherRecord(event, random, visitors) });
    if (random.chance(0.02)) records.push({ event: unfit(event, random) });
  }
  return intoObjects(shuffled(records, random), random, perObject, prefix);
}

/** Stores objects as the local S3 then lists them. */
export async function putObjects(s3: S3Server, objects: readonly StoredObject[]): Promise<void> {
  for (const object of objects) await s3.putObject('raw', object.key, bodyOf(object));
}

/** An object as it is stored. */
export function bodyOf({ form, records }: StoredObject): string | Buffer {
  const values = records.map((record) => ('event' in record ? record.event : undefined));
  if (form === 'single') return JSON.stringify(values[0]);
  if (form === 'array') return array(values);
  const text = records.map((record) => ('event' in record ? ndjson([record.event]) : `${record.text}\n`)).join('');
  return form === 'gzip' ? gzip(text) : text;
}

const MINUTE_MS = 60_000;

const NEWSLETTER = '&utm_source=News+Letter&utm_medium=E-Mail&utm_campaign=50%25%20off';

function newEvent(number: number, id: string, random: Random, visitors: number, mark: string): TestEvent {
  const received_ms = HOUR_MS + random.int(0, 3_599_999);
  const hasId = random.chance(0.98);
  const visitor = random.int(1, visitors);
  return {
    ...(hasId ? { eventId: random.chance(0.1) ? id.toUpperCase() : id } : { mark }),
    eventName: number % 9 === 0 ? 'purchase' : number % 27 === 1 ? 'refund' : 'product_view',
    ...(visitor % 5 === 0 ? { userId: `user-${visitor}` } : { clientId: `client-${visitor}` }),
    // An event without an id keeps out of the derived sessions, which may be named after it.
    ...(!hasId || random.chance(0.4) ? { sessionId: `s-${random.int(1, 40)}` } : {}),
    ...timeOf(received_ms, random),
    pageUrl: `https://shop.example/p/${number % 50}?n=${number}${number % 11 === 0 ? NEWSLETTER : ''}`,
    ...(number % 7 === 0 ? { referrer: 'https://www.google.de/' } : {}),
    ...(number % 4 === 0
      ? {}
      : { product: { id: `sku-${number % 50}`, price: random.int(1, 9999) / 100, color: 'röd\t"\\' } }),
    ...(number % 9 === 0 ? { orderId: `o-${number}`, orderTotal: '17.50', currency: 'EUR', itemCount: 2 } : {}),
    ...(number % 27 === 1 ? { orderId: `o-${number - 1}` } : {}),
    ...(number % 13 === 0 ? { experiment: { variant: 'b', steps: [1, null, 'x'] } } : {}),
    _ingest: {
      receivedAt: new Date(received_ms).toISOString(),
      sourceIp: MARKERS.sourceIp,
      userAgent: MARKERS.userAgent,
    },
  };
}

/** Up to two hours before receipt; some by a clock that `sentAt` shows to be wrong, and some that cannot be. */
function timeOf(received_ms: number, random: Random): TestEvent {
  const time_ms = received_ms - random.int(0, 120 * MINUTE_MS);
  const kind = random.fraction();
  if (kind < 0.1) {
    const off_ms = random.int(-90, 90) * MINUTE_MS;
    return { eventTimestamp: time_ms + off_ms, sentAt: received_ms + off_ms };
  }
  if (kind < 0.13) return { eventTimestamp: '2031-01-01T00:00:00Z' };
  return { eventTimestamp: new Date(time_ms).toISOString() };
}

/** A record with the same id that is received at another moment, and that may be of another visitor, time or session. */
function anotherRecord(event: TestEvent, random: Random, visitors: number): TestEvent {
  const { receivedAt } = event['_ingest'] as { receivedAt: string };
  const received_ms = Date.parse(receivedAt) + (random.chance(0.5) ? -1 : 1) * random.int(1, 60_000);
  const other = newEvent(random.int(0, 1000), event['eventId'] as string, random, visitors, '');
  return {
    ...other,
    eventId: event['eventId'],
    ...(other['mark'] === undefined ? {} : { mark: undefined }),
    eventTimestamp: new Date(received_ms - random.int(0, 120 * MINUTE_MS)).toISOString(),
    sentAt: undefined,
    _ingest: { receivedAt: new Date(received_ms).toISOString() },
  };
}

/** A record of the same event that cannot be loaded: rejected, it takes nothing from the one that can. */
function unfit(event: TestEvent, random: Random): TestEvent {
  const unfitFields: TestEvent[] = [
    { eventId: 'x'.repeat(513) },
    { pageUrl: 'https://shop.example/\0' },
    { sessionId: 's'.repeat(600) },
    { referrer: 'half \ud83d' },
  ];
  // Received before all others, so that no run can know it for a duplicate before it is rejected.
  const receivedAt = new Date(HOUR_MS - 2 * MINUTE_MS).toISOString();
  return { ...event, ...random.pick(unfitFields), _ingest: { receivedAt } };
}

/** Lines that are no records; never an object's first, after which lines would not be told apart. */
const BAD_LINES: readonly StoredRecord[] = [
  { text: '{"eventName":"product_view","pageUrl', code: 'syntax_error' },
  { text: 'not json at all', code: 'syntax_error' },
  { text: '42', code: 'not_an_object' },
  { text: 'null', code: 'not_an_object' },
];

function intoObjects(records: StoredRecord[], random: Random, perObject: number, prefix: string): StoredObject[] {
  const objects: StoredObject[] = [];
  while (records.length > 0) {
    const form = random.pick(['single', 'lines', 'array', 'gzip'] as const);
    // As many records in small objects as in one of the others.
    const sizes =
      form === 'single' ? Array.from({ length: perObject }, () => 1) : [random.int(perObject / 2, perObject)];
    for (const size of sizes) {
      const own = records.splice(0, size);
      if (own.length === 0) break;
      if (form === 'lines' || form === 'gzip') {
        for (let bad = random.int(0, 3); bad > 0; bad -= 1)
          own.splice(random.int(1, own.length), 0, random.pick(BAD_LINES));
      }
      objects.push({ key: `${prefix}event-${random.uuid()}.json`, form, records: own });
    }
  }
  return objects;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, place: random.word() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
