import { gzipSync } from 'node:zlib';

/** The hour that synthetic events belong to; long over, so that a run completes it. */
export const BENCH_HOUR = '2025-12-06T05:00:00Z';
export const BENCH_HOUR_MS = Date.parse(BENCH_HOUR);
export const BENCH_PREFIX = 'events/2025/12/06/05/';

/** Shares of an hour that are as shops have them: 30 % of events without a session id, 2 % sent twice. */
const WITHOUT_SESSION = 0.3;
const DUPLICATED = 0.02;

const NAMES = ['home_view', 'category_view', 'product_view', 'search', 'add_to_cart_click', 'checkout_start'];

/**
 * Event number `number` of `events` in the hour, as the ingest stores it: in order of receipt, some 6 events a visitor.
 * `padding` fills it up to larger sizes.
 */
export function syntheticEvent(number: number, events: number, padding = ''): string {
  // A repeated event is the one before it again, received later.
  const own = number > 0 && unit(number, 1) < DUPLICATED ? number - 1 : number;
  const visitors = Math.max(1, Math.floor(events / 6));
  const visitor = Math.floor(unit(own, 2) * visitors);
  const product = Math.floor(unit(own, 3) * 500);
  const at_ms = BENCH_HOUR_MS + Math.floor((own / events) * 3_599_000);
  const receivedAt = new Date(BENCH_HOUR_MS + Math.floor((number / events) * 3_599_000) + 250).toISOString();
  const session = unit(own, 4) < WITHOUT_SESSION ? '' : `"sessionId":"${hex(visitor, 5)}",`;
  return (
    `{"eventId":"${eventId(own, at_ms)}","eventName":"${NAMES[own % NAMES.length]!}","clientId":"${hex(visitor, 6)}",${session}` +
    `"eventTimestamp":"${new Date(at_ms).toISOString()}","pageUrl":"https://shop.example/product/${product}?ref=${number % 97}",` +
    `"referrer":"https://www.google.com/","userLoginState":"guest","isFirstVisit":${visitor % 3 === 0},` +
    `"product":{"id":"sku-${product}","name":"Product number ${product}","category":"Category ${product % 12}",` +
    `"brand":"Brand ${product % 30}","price":${(product % 90) + 9}.95,"discountPrice":${(product % 90) + 5}.5},` +
    `"viewport":{"width":1280,"height":720},${padding === '' ? '' : `"padding":"${padding}",`}` +
    `"_ingest":{"receivedAt":"${receivedAt}","sourceIp":"203.0.113.7","userAgent":"Mozilla/5.0 (X11; Linux x86_64)",` +
    `"method":"POST","path":"/clickstream","requestId":"${hex(number, 7)}","apiId":"abc123","stage":"$default","traceId":null}}`
  );
}

/** Objects of an hour, as [key, body], made one at a time. */
export type BenchObjects = Iterable<readonly [key: string, body: Buffer]>;

/** How an hour is laid out in objects. */
export type Shape = 'ndjson' | 'array' | 'objects' | 'gzip';

/** The hour in one object, or in one object per event. */
export function* syntheticHour(shape: Shape, events: number, padding = ''): BenchObjects {
  if (shape === 'objects') {
    for (let number = 0; number < events; number += 1) {
      const key = `${BENCH_PREFIX}event-${eventId(number, BENCH_HOUR_MS + number)}.json`;
      yield [key, Buffer.from(syntheticEvent(number, events, padding))];
    }
    return;
  }
  const parts: Buffer[] = [];
  const [open, between, close] = shape === 'array' ? ['[', ',\n', ']'] : ['', '\n', '\n'];
  for (let number = 0; number < events; number += 1) {
    parts.push(Buffer.from((number === 0 ? open : between) + syntheticEvent(number, events, padding)));
  }
  parts.push(Buffer.from(close));
  const body = Buffer.concat(parts);
  yield [`${BENCH_PREFIX}all.json`, shape === 'gzip' ? gzipSync(body, { level: 1 }) : body];
}

/** A version 7 UUID, so that ids rise with time as a tracker's do. */
function eventId(number: number, at_ms: number): string {
  const time = at_ms.toString(16).padStart(12, '0');
  const tail = hex(number, 8);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${number.toString(16).padStart(12, '0')}`;
}

/** A number from 0 to 1 that depends on nothing but its arguments. */
function unit(number: number, salt: number): number {
  return mix(number, salt) / 0x1_0000_0000;
}

function hex(number: number, salt: number): string {
  return (
    mix(number, salt).toString(16).padStart(8, '0') +
    mix(number, salt + 100)
      .toString(16)
      .padStart(8, '0')
  );
}

function mix(number: number, salt: number): number {
  let value = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca77);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  value = Math.imul(value ^ (value >>> 12), 0x297a2d39);
  return (value ^ (value >>> 15)) >>> 0;
}
