import { expect, test } from 'vitest';
import { flatten } from './flatten.ts';
import { parse } from './parse.ts';
import { sessionize } from './sessionize.ts';
import { received, RECEIVED_MS, rowOf } from './testing.ts';

const ALL = [parse, sessionize, flatten] as const;
const TIME_MS = RECEIVED_MS - 1000;
const UUID = '0189d1b3-4f0a-7c3e-9b1a-6f2e8d4c5b7a';

/** Every spelling under which a value may come, in the order in which they count, with the column that it fills. */
const SPELLINGS: readonly (readonly [column: string, names: readonly string[], a: unknown, b: unknown])[] = [
  ['event_id', ['eventId', 'event_id'], UUID, UUID.replace('0', 'f')],
  ['event_timestamp', ['eventTimestamp', 'event_timestamp', 'timestamp'], TIME_MS, TIME_MS - 1],
  ['event_name', ['eventName', 'event_name'], 'view', 'click'],
  ['user_id', ['userId', 'user_id'], 'u1', 'u2'],
  ['client_id', ['clientId', 'client_id'], 'c1', 'c2'],
  ['session_id', ['sessionId', 'session_id'], 's1', 's2'],
  ['user_login_state', ['userLoginState', 'user_login_state'], 'guest', 'logged_in'],
  ['identity_source', ['identitySource', 'identity_source'], 'cookie', 'login'],
  ['is_first_visit', ['isFirstVisit', 'is_first_visit'], true, false],
  ['page_url', ['pageUrl', 'page_url'], '/a', '/b'],
  ['referrer', ['referrer'], '/r', '/q'],
  ['order_id', ['orderId', 'order_id'], 'o1', 'o2'],
  ['order_total', ['orderTotal', 'order_total', 'total'], 1.5, '2.50'],
  ['item_count', ['itemCount', 'item_count'], 1, 2],
  ['currency', ['currency'], 'EUR', 'USD'],
];
const PRODUCT: typeof SPELLINGS = [
  ['product_id', ['id'], 'p1', 'p2'],
  ['product_name', ['name'], 'Lamp', 'Desk'],
  ['product_category', ['category'], 'Light', 'Wood'],
  ['product_brand', ['brand', 'brandName', 'brand_name'], 'Lux', 'Oak'],
  ['product_price', ['price'], 1.5, '2.50'],
  ['product_discount_price', ['discountPrice', 'discount_price'], 1.25, '2.25'],
  ['product_url_path', ['urlPath', 'url_path'], '/a', '/b'],
];
const DATASET = SPELLINGS.filter(([column]) => /^(order_id|order_total|item_count|currency)$/.test(column));

const PLACES: readonly (readonly [string, typeof SPELLINGS, (fields: object) => object])[] = [
  ['the event', SPELLINGS, (fields) => fields],
  ['its product', PRODUCT, (product) => ({ product })],
  ['its context_product', PRODUCT, (product) => ({ context_product: product })],
  ['the data attributes of its element', DATASET, (dataset) => ({ element: { dataset } })],
];

for (const [place, spellings, within] of PLACES) {
  const row = async (fields: object): Promise<Readonly<Record<string, unknown>>> =>
    rowOf(ALL, received(within(fields) as Record<string, unknown>));

  test.each(spellings)(
    `in ${place} %s is read under each of %j, and then nothing is left over`,
    async (column, names, a) => {
      for (const name of names) expect(await row({ [name]: a })).toMatchObject({ [column]: a, properties: null });
    },
  );

  test.each(spellings)(
    `in ${place} %s is what the first of %j says; another value stays in properties`,
    async (column, names, a, b) => {
      for (const [at, name] of names.entries()) {
        for (const other of names.slice(at + 1)) {
          expect(await row({ [other]: b, [name]: a })).toMatchObject({
            [column]: a,
            properties: within({ [other]: b }),
          });
          expect(await row({ [other]: a, [name]: a })).toMatchObject({ [column]: a, properties: null });
          expect(await row({ [other]: b, [name]: '' })).toMatchObject({ [column]: b, properties: null });
          expect(await row({ [other]: b, [name]: null })).toMatchObject({ [column]: b, properties: null });
        }
      }
    },
  );

  test.each(spellings)(
    `in ${place} %s takes no list, which stays in properties under each of %j`,
    async (column, names) => {
      const { [column]: empty } = await row({});
      for (const name of names) {
        const { [column]: value, properties } = await row({ [name]: ['x'] });
        // An id and a time are there in any case; the place where the event lies gives them.
        expect([value, properties], name).toEqual([empty, within({ [name]: ['x'] })]);
      }
    },
  );
}

test('an element without data attributes, or with ones that are no object, stays as it is', async () => {
  for (const element of [{ tag: 'A' }, { tag: 'A', dataset: 'x' }, { dataset: ['x'] }, { dataset: null }, {}]) {
    expect((await rowOf(ALL, received({ element }))).properties).toEqual({ element });
  }
});

test('an element of nothing but data attributes that columns hold leaves nothing over', async () => {
  const dataset = { orderId: 'o1', total: 5 };
  expect((await rowOf(ALL, received({ element: { dataset } }))).properties).toBeNull();
  expect((await rowOf(ALL, received({ element: { dataset: {} } }))).properties).toBeNull();
});

test('what columns are for counts only where it is looked for', async () => {
  const inner = { id: 'p1', orderId: 'o1', dataset: { orderId: 'o1' }, product: { id: 'p1' } };
  expect(await rowOf(ALL, received({ other: inner }))).toMatchObject({
    product_id: null,
    order_id: null,
    properties: { other: inner },
  });
});
