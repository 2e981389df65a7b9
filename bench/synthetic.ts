/** The hour that synthetic events belong to; long over, so that a run completes it. */
export const BENCH_HOUR = '2025-12-06T05:00:00Z';
export const BENCH_HOUR_MS = Date.parse(BENCH_HOUR);
export const BENCH_PREFIX = 'events/2025/12/06/05/';
export const HOUR_MS = 3_600_000;

/** Shares of an hour that are as shops have them: of visitors whose tracker names no session, and of events sent twice. */
const WITHOUT_SESSION = 0.3;
const DUPLICATED = 0.02;
const ORDERED = 0.01;
/** Those whose referrer is another site; the others come from within the shop. */
const REFERRED = 0.2;

const EVENTS_PER_VISITOR = 6;
/** The share of an hour over which a visitor's events lie: ten minutes. */
const VISIT = 1 / 6;

const NAMES = ['home_view', 'category_view', 'product_view', 'search', 'add_to_cart_click', 'checkout_start'];

export interface EventOptions {
  /** Fills the event up to larger sizes. */
  readonly padding?: string;
  /** When its hour begins; {@link BENCH_HOUR_MS} by default. */
  readonly hour_ms?: number;
  /** When it was received, if not a moment after it happened. */
  readonly received_ms?: number;
  /** The ids of its visitor and session, from the visitor's number; random texts by default. */
  readonly names?: (visitor: number) => { readonly clientId: string; readonly sessionId: string };
}

/**
 * Event number `number` of `events` in an hour, as the ingest stores it: in order of receipt, some 6 events a visitor within
 * some ten minutes; who is there at an hour's end goes on in the next.
 */
export function syntheticEvent(number: number, events: number, options: EventOptions = {}): string {
  const { padding = '', hour_ms = BENCH_HOUR_MS, names = randomNames } = options;
  // A repeated event is the one before it again, received later.
  const own = number > 0 && unit(number, 1) < DUPLICATED ? number - 1 : number;
  const at_ms = hour_ms + Math.floor((own / events) * (HOUR_MS - 1000));
  const received_ms = options.received_ms ?? hour_ms + Math.floor((number / events) * (HOUR_MS - 1000)) + 250;
  const hour = (hour_ms - BENCH_HOUR_MS) / HOUR_MS;
  const visitor = Math.floor((hour * events + own + unit(own, 2) * events * VISIT) / EVENTS_PER_VISITOR);
  const product = Math.floor(unit(own, 3) * 500);
  const { clientId, sessionId } = names(visitor);
  const session = unit(visitor, 4) < WITHOUT_SESSION ? '' : `"sessionId":"${sessionId}",`;
  const isOrder = unit(own, 9) < ORDERED;
  const order = isOrder
    ? `"orderId":"${hex(hour * events + own, 10)}","orderTotal":"${(product % 90) + 9}.95","itemCount":1,"currency":"EUR",`
    : '';
  const referrer =
    unit(own, 11) < REFERRED ? 'https://www.google.com/' : `https://shop.example/category/${product % 12}`;
  return (
    `{"eventId":"${eventId(own, at_ms)}","eventName":"${isOrder ? 'checkout_complete' : NAMES[own % NAMES.length]!}",` +
    `"clientId":"${clientId}",${session}${order}` +
    `"eventTimestamp":"${new Date(at_ms).toISOString()}","pageUrl":"https://shop.example/product/${product}?ref=${number % 97}",` +
    `"referrer":"${referrer}","userLoginState":"guest","isFirstVisit":${visitor % 3 === 0},` +
    `"product":{"id":"sku-${product}","name":"Product number ${product}","category":"Category ${product % 12}",` +
    `"brand":"Brand ${product % 30}","price":${(product % 90) + 9}.95,"discountPrice":${(product % 90) + 5}.5},` +
    `"viewport":{"width":1280,"height":720},${padding === '' ? '' : `"padding":"${padding}",`}` +
    `"_ingest":{"receivedAt":"${new Date(received_ms).toISOString()}","sourceIp":"203.0.113.7","userAgent":"Mozilla/5.0 (X11; Linux x86_64)",` +
    `"method":"POST","path":"/clickstream","requestId":"${hex(number, 7)}","apiId":"abc123","stage":"$default","traceId":null}}`
  );
}

function randomNames(visitor: number): { clientId: string; sessionId: string } {
  return { clientId: hex(visitor, 6), sessionId: hex(visitor, 5) };
}

/** A version 7 UUID, so that ids rise with time as a tracker's do. */
export function eventId(number: number, at_ms: number): string {
  const time = at_ms.toString(16).padStart(12, '0');
  const tail = hex(number, 8);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${number.toString(16).padStart(12, '0')}`;
}

/** A number from 0 to 1 that depends on nothing but its arguments. */
export function unit(number: number, salt: number): number {
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
