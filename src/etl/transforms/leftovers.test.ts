import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../pipeline/record.ts';
import { flatten } from './flatten.ts';
import { parse } from './parse.ts';
import { sessionize } from './sessionize.ts';
import { received, RECEIVED_MS, rowOf, type EventOrText } from './testing.ts';
import { asInstant } from './time.ts';
import { canonicalUuid } from '../pipeline/uuid.ts';

const ALL = [parse, sessionize, flatten] as const;

async function propertiesOf(event: EventOrText): Promise<unknown> {
  return (await rowOf(ALL, event)).properties;
}

test('what no column is for stays under its own name, however deep, in order and with its type', async () => {
  const extra = {
    scroll: 50,
    utm: { source: 'x', deep: [{ a: [null, false, ''] }] },
    empty: {},
    list: [],
    nothing: null,
    blank: '',
  };
  expect(await propertiesOf(received(extra))).toEqual(extra);
});

test('the ingest’s own object is not copied; anything else under its name was sent by a client', async () => {
  expect(await propertiesOf(received({}))).toBeNull();
  expect(await propertiesOf({ _ingest: 'mine' })).toEqual({ _ingest: 'mine' });
  expect(await propertiesOf(received({ product: { _ingest: { a: 1 } } }))).toEqual({ product: { _ingest: { a: 1 } } });
});

test('keys that every object inherits are keys like any other', async () => {
  const text =
    '{"__proto__":{"userId":"evil"},"constructor":1,"toString":"x","hasOwnProperty":2,' +
    '"product":{"__proto__":{"id":"evil"},"id":"p"},"element":{"__proto__":5,"dataset":{"__proto__":6,"total":1}}}';
  const row = await rowOf(ALL, text);
  expect(row).toMatchObject({ user_id: null, product_id: 'p', order_total: 1 });
  expect(JSON.stringify(row.properties)).toBe(
    '{"__proto__":{"userId":"evil"},"constructor":1,"toString":"x","hasOwnProperty":2,' +
      '"product":{"__proto__":{"id":"evil"}},"element":{"__proto__":5,"dataset":{"__proto__":6}}}',
  );
  expect(Object.hasOwn(Object.prototype, 'userId')).toBe(false);
});

test('columns that the run decides itself are not for clients to set', async () => {
  expect(await propertiesOf({ session_derived: true, visitor_id: 'c:other', received_at: 1, record_hash: 2 })).toEqual({
    session_derived: true,
    visitor_id: 'c:other',
    received_at: 1,
    record_hash: 2,
  });
});

test.each<[string, JsonObject]>([
  ['an id that is no UUID', { eventId: 'evt-1' }],
  ['a nil id', { eventId: '00000000-0000-0000-0000-000000000000' }],
  ['an id that is no text', { eventId: 17 }],
  ['a time that gave way to the receipt', { eventTimestamp: 'tomorrow' }],
  ['a time too long ago', { timestamp: 0 }],
  ['a time that sentAt corrected', { eventTimestamp: RECEIVED_MS - 50, sentAt: RECEIVED_MS - 10 }],
  ['a name that is no text', { eventName: { en: 'view' } }],
  ['a user that is no text', { userId: ['u'] }],
  ['a client that is no text', { clientId: {} }],
  ['a session that is no text', { sessionId: { id: 1 } }],
  ['a session that is no text beside a derived one', { sessionId: [], userLoginState: [1] }],
  ['an identity source that is no text', { identitySource: {} }],
  ['a first visit that is neither true nor false', { isFirstVisit: 'maybe' }],
  ['a page that is no text', { pageUrl: ['/'] }],
  ['a referrer that is no text', { referrer: { url: '/' } }],
  ['an order id that is no text', { orderId: ['o'] }],
  ['a total that is no number', { orderTotal: '1,000' }],
  ['an item count that is no whole number', { itemCount: 1.5 }],
  ['an item count that does not fit', { itemCount: 2 ** 31 }],
  ['a currency that is no text', { currency: ['EUR'] }],
  [
    'product values that fit no column',
    { product: { id: ['p'], name: {}, price: 'free', discountPrice: true, urlPath: [] } },
  ],
  ['data attributes that fit no column', { element: { dataset: { total: 'free', itemCount: 'many', orderId: {} } } }],
])('%s stays in properties as it was sent', async (_, fields) => {
  expect(await propertiesOf(received(fields))).toEqual(fields);
});

test('a value that a column holds is not kept twice', async () => {
  const held = { eventName: 'x', event_name: 'x', isFirstVisit: 'false', orderTotal: '5.0', itemCount: '2', userId: 7 };
  expect(await propertiesOf(received(held))).toBeNull();
});

// Spellings that the rules know, so that arbitrary events meet them often, in both forms and with any value.
const KNOWN = [
  ...['eventId', 'event_id', 'eventTimestamp', 'event_timestamp', 'timestamp', 'sentAt', 'eventName', 'event_name'],
  ...['userId', 'user_id', 'clientId', 'client_id', 'sessionId', 'session_id', 'userLoginState', 'identity_source'],
  ...[
    'isFirstVisit',
    'is_first_visit',
    'pageUrl',
    'page_url',
    'referrer',
    'orderId',
    'order_id',
    'orderTotal',
    'total',
  ],
  ...['itemCount', 'item_count', 'currency', '__proto__', 'constructor', 'properties', 'visitor_id'],
];
const PRODUCT = ['id', 'name', 'category', 'brand', 'brandName', 'price', 'discountPrice', 'discount_price', 'urlPath'];
const DATASET = ['orderId', 'order_id', 'total', 'orderTotal', 'itemCount', 'item_count', 'currency', 'x'];

const value = fc.oneof(
  fc.constantFrom<unknown>(
    'a',
    'b',
    '5',
    '5.0',
    '1e2',
    ' 5',
    'true',
    5,
    5.5,
    -0,
    2 ** 31,
    true,
    false,
    RECEIVED_MS,
    '/p?q',
  ),
  fc.constantFrom(
    '2025-12-06T05:29:00Z',
    '0189D1B3-4f0a-7c3e-9b1a-6f2e8d4c5b7a',
    '0x10',
    'tomorrow',
    'anonymous',
    'unknown',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const fieldsOf = (names: readonly string[]) =>
  fc.uniqueArray(fc.tuple(fc.constantFrom(...names), value), { maxLength: 8, selector: ([name]) => name });
const event = fc
  .record({
    top: fieldsOf([...KNOWN, 'other']),
    product: fc.option(fieldsOf(PRODUCT)),
    context: fc.option(fieldsOf(PRODUCT)),
    dataset: fc.option(fieldsOf(DATASET)),
    isReceived: fc.boolean(),
  })
  .map(({ top, product, context, dataset, isReceived }) =>
    // From entries, since a literal would take __proto__ for something else than a key.
    JSON.stringify({
      ...Object.fromEntries(top),
      ...(product ? { product: Object.fromEntries(product) } : {}),
      ...(context ? { context_product: Object.fromEntries(context) } : {}),
      ...(dataset ? { element: { tag: 'A', dataset: Object.fromEntries(dataset) } } : {}),
      ...(isReceived ? { _ingest: { receivedAt: '2025-12-06T05:30:00Z' } } : {}),
    }),
  );

/** Every value that is no object or array, or is an empty one, with the way to it. */
function leaves(object: unknown, path: readonly string[] = []): [readonly string[], unknown][] {
  if (typeof object !== 'object' || object === null || Object.keys(object).length === 0) return [[path, object]];
  return Object.entries(object).flatMap(([name, inner]) => leaves(inner, [...path, name]));
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  let found = object;
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as JsonObject)[name];
  }
  return found;
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The column for a leaf, by the table of the contract. */
function columnOf(path: readonly string[]): string | undefined {
  const [top, ...rest] = path;
  if (top === 'product' || top === 'context_product') {
    return rest.length === 1 && PRODUCT.includes(rest[0]!)
      ? `product_${snake(rest[0]!).replace(/_name$/, '')}`
      : undefined;
  }
  const name =
    top === 'element' && rest.length === 2 && rest[0] === 'dataset' ? rest[1]! : path.length === 1 ? top! : '';
  if (name === 'timestamp') return 'event_timestamp';
  return name === 'total' ? 'order_total' : snake(name);
}

/** Whether a column's value says what was sent, in Postgres' own reading of both. */
function says(held: unknown, sent: unknown): boolean {
  if (sent === null || sent === '') return true;
  if (typeof held === 'number' && asInstant(sent) === held) return true;
  if (typeof held === 'string' && typeof sent === 'string' && canonicalUuid(sent) === held) return true;
  if (typeof sent !== 'string') return typeof sent !== 'object' && JSON.stringify(sent) === textOf(held);
  return sent === textOf(held) || (/^\s*[+-]?[\d.]+(e\d+)?\s*$/i.test(sent) && Number(sent) === Number(textOf(held)));
}

function textOf(held: unknown): string | undefined {
  return typeof held === 'string' ? held : JSON.stringify(held);
}

test('nothing that a client sent is thrown away: it is in its column, or in properties under its own name', async () => {
  await fc.assert(
    fc.asyncProperty(event, async (text) => {
      const row: Readonly<Record<string, unknown>> = await rowOf(ALL, text);
      for (const [path, leaf] of leaves(JSON.parse(text))) {
        if (path[0] === '_ingest') continue;
        const kept = valueAt(row['properties'], path);
        const column = columnOf(path);
        const found =
          kept === undefined
            ? column !== undefined && Object.hasOwn(row, column) && says(row[column], leaf)
            : JSON.stringify(kept) === JSON.stringify(leaf);
        // An empty product says nothing that null columns do not.
        const isEmpty = ['product', 'context_product', 'element.dataset'].includes(path.join('.'));
        if (!found && !isEmpty && path.length > 0)
          throw new Error(`${path.join('.')} is lost: ${JSON.stringify(leaf)}`);
      }
    }),
    { numRuns: 600 },
  );
});
