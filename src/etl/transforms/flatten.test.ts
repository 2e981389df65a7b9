import { isMainThread } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { dedupe } from './dedupe.ts';
import { flatten } from './flatten.ts';
import { parse } from './parse.ts';
import { sessionize } from './sessionize.ts';
import { received, RECEIVED_MS, rowOf, runBatches, runTransforms, type EventOrText } from './testing.ts';
import { testTransform } from '../../testing/index.ts';

const ALL = [parse, dedupe, sessionize, flatten] as const;
const flat = (event: EventOrText) => rowOf(ALL, event);

const EVENT = {
  eventId: '0189d1b3-4f0a-7c3e-9b1a-6f2e8d4c5b7a',
  eventTimestamp: RECEIVED_MS - 1000,
  eventName: 'product_view',
  userId: 'u1',
  userLoginState: 'logged_in',
  clientId: 'c1',
  sessionId: 's1',
  identitySource: 'cookie',
  isFirstVisit: true,
  pageUrl: 'https://shop.example/p/1?ref=x#top',
  referrer: 'https://search.example/',
  product: {
    id: 'p1',
    name: 'Lamp',
    category: 'Light',
    brand: 'Lux',
    price: 20.5,
    discountPrice: '19.90',
    urlPath: '/p/1',
  },
};

const COLUMNS = {
  event_id: EVENT.eventId,
  event_timestamp: EVENT.eventTimestamp,
  received_at: RECEIVED_MS,
  event_name: 'product_view',
  user_id: 'u1',
  user_login_state: 'logged_in',
  client_id: 'c1',
  visitor_id: 'c:c1',
  session_id: 's1',
  session_derived: false,
  identity_source: 'cookie',
  is_first_visit: true,
  page_url: 'https://shop.example/p/1?ref=x#top',
  referrer: 'https://search.example/',
  product_id: 'p1',
  product_name: 'Lamp',
  product_category: 'Light',
  product_brand: 'Lux',
  product_price: 20.5,
  product_discount_price: '19.90',
  product_url_path: '/p/1',
  order_id: null,
  order_total: null,
  item_count: null,
  currency: null,
  properties: null,
};

test('an event in the tracker’s spelling fills its columns and leaves nothing over', async () => {
  expect(await flat(received(EVENT))).toMatchObject(COLUMNS);
});

test('snake_case and context_product say the same', async () => {
  const { id, name, category, brand, price } = EVENT.product;
  const snake = received({
    event_id: EVENT.eventId,
    event_timestamp: EVENT.eventTimestamp,
    event_name: EVENT.eventName,
    user_id: 'u1',
    user_login_state: 'logged_in',
    client_id: 'c1',
    session_id: 's1',
    identity_source: 'cookie',
    is_first_visit: true,
    page_url: EVENT.pageUrl,
    referrer: EVENT.referrer,
    context_product: { id, name, category, brand_name: brand, price, discount_price: '19.90', url_path: '/p/1' },
  });
  expect(await flat(snake)).toMatchObject(COLUMNS);
});

test('where both spellings are there camelCase counts, and the other one stays in properties', async () => {
  const row = await flat(
    received({ userId: 'a', user_id: 'b', eventName: 'x', event_name: 'x', pageUrl: '', page_url: '/p' }),
  );
  expect(row).toMatchObject({ user_id: 'a', event_name: 'x', page_url: '/p', properties: { user_id: 'b' } });
});

test('an event without anything is unknown, anonymous and has null columns', async () => {
  const row = await flat({});
  expect(row).toMatchObject({
    event_name: 'unknown',
    identity_source: 'anonymous',
    product_id: null,
    properties: null,
  });
});

test.each([
  [{ userId: 'u' }, null],
  [{ userId: 'u', identitySource: 'login' }, 'login'],
  [{ clientId: 'c' }, 'anonymous'],
  [{ userId: '' }, 'anonymous'],
  [{ userId: {} }, 'anonymous'],
  [{ clientId: 'c', identity_source: 'cookie' }, 'cookie'],
])('the identity source of %j is %j', async (fields, source) => {
  expect((await flat(received(fields))).identity_source).toBe(source);
});

describe('a product', () => {
  test('counts under product before context_product, whose other values stay in properties', async () => {
    const row = await flat(received({ product: { id: 'a' }, context_product: { id: 'b', name: 'B' } }));
    expect(row).toMatchObject({
      product_id: 'a',
      product_name: null,
      properties: { context_product: { id: 'b', name: 'B' } },
    });
  });

  test('that is no object is none, and stays in properties', async () => {
    for (const product of ['lamp', ['lamp'], 5, true]) {
      const row = await flat(received({ product, context_product: { id: 'b' } }));
      expect(row).toMatchObject({ product_id: 'b', properties: { product } });
    }
  });

  test.each([
    ['https://shop.example/p/1?x#y', '/p/1'],
    ['https://shop.example', '/'],
    ['https://shop.example?x=/y', '/'],
    ['HTTPS://shop.example/p', '/p'],
    ['//shop.example/p/1?x', '/p/1'],
    ['/p/1?x', '/p/1'],
    ['/p/1#y?z', '/p/1'],
    ['about:blank', null],
    ['p/1', null],
    ['p//shop.example/1', null],
    ['/p//1/x?y', '/p//1/x'],
  ])('without a path of its own has that of the page %s: %j', async (pageUrl, path) => {
    expect((await flat(received({ pageUrl, product: { id: 'a' } }))).product_url_path).toBe(path);
    expect((await flat(received({ pageUrl }))).product_url_path).toBeNull();
  });

  test.each([
    ['19.99', 19.99, null],
    ['"19.990"', '19.990', null],
    ['"0.1234567890123456789012345"', '0.1234567890123456789012345', null],
    ['-0', -0, null],
    ['0', 0, null],
    ['1e400', null, Infinity],
    ['"1e400"', null, '1e400'],
    ['"0x10"', null, '0x10'],
    ['"1,000"', null, '1,000'],
    ['"free"', null, 'free'],
    ['true', null, true],
    ['[5]', null, [5]],
    ['{"amount":5}', null, { amount: 5 }],
  ])('with a price of %s has %j, and what is no number stays in properties', async (json, price, left) => {
    const row = await flat(`{"product":{"id":"p","price":${json}}}`);
    expect(row.product_price).toBe(price);
    expect(row.properties).toEqual(left === null ? null : { product: { price: left } });
  });
});

describe('an order', () => {
  test('is read from the top level', async () => {
    const row = await flat(received({ orderId: 'o1', orderTotal: '99.90', itemCount: 3, currency: 'EUR' }));
    expect(row).toMatchObject({
      order_id: 'o1',
      order_total: '99.90',
      item_count: 3,
      currency: 'EUR',
      properties: null,
    });
  });

  test('is read from the data attributes that the tracker sends, and the rest of the element stays', async () => {
    const dataset = { orderId: 'o1', total: '99.90', itemCount: '3', currency: 'EUR', coupon: 'X' };
    const row = await flat(received({ element: { tag: 'BUTTON', dataset } }));
    expect(row).toMatchObject({ order_id: 'o1', order_total: '99.90', item_count: 3, currency: 'EUR' });
    expect(row.properties).toEqual({ element: { tag: 'BUTTON', dataset: { coupon: 'X' } } });
  });

  test('is read from the data attributes wherever the top level has nothing that fits', async () => {
    const row = await flat(
      received({
        orderId: {},
        orderTotal: 'n/a',
        itemCount: 1.5,
        currency: [],
        element: { dataset: { orderId: 'o1', total: 5, itemCount: 1, currency: 'EUR' } },
      }),
    );
    expect(row).toMatchObject({ order_id: 'o1', order_total: 5, item_count: 1, currency: 'EUR' });
    expect(row.properties).toEqual({ orderId: {}, orderTotal: 'n/a', itemCount: 1.5, currency: [] });
  });

  test('of the top level counts before the data attributes, which then stay in properties', async () => {
    const dataset = { orderId: 'o2', total: 6 };
    const row = await flat(received({ orderId: 'o1', orderTotal: 5, element: { dataset } }));
    expect(row).toMatchObject({ order_id: 'o1', order_total: 5, properties: { element: { dataset } } });
  });
});

test('the reject of an id that is too long names the id', async () => {
  const long = 'x'.repeat(513);
  for (const [name, fields] of [
    ['eventId', { eventId: long }],
    ['userId', { user_id: long }],
    ['clientId', { clientId: long }],
    ['sessionId', { sessionId: long }],
    ['orderId', { element: { dataset: { order_id: long } } }],
    ['product.id', { context_product: { id: long } }],
  ] as const) {
    const { details } = await runTransforms(ALL, [received(fields)]);
    expect(details).toEqual([`${name} takes 513 bytes; an id has at most 512`]);
  }
});

test.each([
  ['orderId', { orderId: 'x'.repeat(513) }],
  ['the data attribute orderId', { element: { dataset: { orderId: 'x'.repeat(513) } } }],
  ['product.id', { product: { id: 'x'.repeat(513) } }],
  ['context_product.id', { context_product: { id: 'x'.repeat(513) } }],
])('%s of more than 512 bytes rejects its record and no other', async (_, fields) => {
  const { rows, rejects } = await runTransforms(ALL, [received(fields), received({ eventId: 'b' })]);
  expect(rejects).toEqual(['id_too_long 0']);
  expect(rows).toHaveLength(1);
});

// A thread keeps the time zone that its process began with.
test.runIf(isMainThread)('the rows do not depend on the time zone of the machine', async () => {
  const events = [
    received({ eventTimestamp: '2025-12-06T05:10:00', clientId: 'a' }),
    received({ eventTimestamp: '2025-12-06 05:20', clientId: 'a' }),
    received({ eventTimestamp: '2025-12-06', clientId: 'a' }),
    received({ eventTimestamp: '2025-12-06T05:00:00-05:00' }, '2025-12-06T10:00:00'),
  ];
  const before = process.env['TZ'];
  const rowsIn = async (zone: string) => {
    process.env['TZ'] = zone;
    const offset_min = new Date(RECEIVED_MS).getTimezoneOffset();
    return { offset_min, out: await runBatches(ALL, [events]) };
  };
  try {
    const [utc, kathmandu, new_york] = [
      await rowsIn('UTC'),
      await rowsIn('Asia/Kathmandu'),
      await rowsIn('America/New_York'),
    ];
    expect([utc.offset_min, kathmandu.offset_min, new_york.offset_min]).toEqual([0, -345, 300]);
    expect(kathmandu.out).toEqual(utc.out);
    expect(new_york.out).toEqual(utc.out);
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
});

test('flatten keeps the rules of transforms', () => testTransform(flatten));
