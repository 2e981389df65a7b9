import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { definePipeline } from '../pipeline/pipeline.ts';
import type { NoColumns } from '../pipeline/column.ts';
import type { JsonObject } from '../pipeline/record.ts';
import { flatten } from './flatten.ts';
import { parse } from './parse.ts';
import { redact, type RedactOptions } from './redact.ts';
import { sessionize } from './sessionize.ts';
import { received, rowOf, runTransforms } from './testing.ts';
import type { Transform } from '../pipeline/transform.ts';
import { testTransform } from '../../testing/index.ts';

const SALT = 'a salt of the tests';

const redacted = async (options: RedactOptions | undefined, event: JsonObject) =>
  rowOf(
    [parse, sessionize, flatten, redact(options) as Transform<'redact', NoColumns, NoColumns>],
    received(event),
  ) as Promise<Record<string, unknown>>;

test('a hashed column holds a hash that is the same for the same value and salt, and for no other', async () => {
  const options: RedactOptions = { columns: { user_id: 'hash', order_id: 'hash' }, salt: SALT };
  const row = await redacted(options, { userId: 'jane', orderId: 'jane' });
  expect(row['user_id']).toMatch(/^[0-9a-f]{32}$/);
  expect(row['order_id']).toBe(row['user_id']);
  expect((await redacted(options, { userId: 'joe' }))['user_id']).not.toBe(row['user_id']);
  expect((await redacted({ ...options, salt: `${SALT}!` }, { userId: 'jane' }))['user_id']).not.toBe(row['user_id']);
  expect((await redacted(options, {}))['user_id']).toBeNull();
});

test('the visitor is made of what the columns hold now', async () => {
  const options: RedactOptions = { columns: { user_id: 'hash', client_id: 'hash' }, salt: SALT };
  const user = await redacted(options, { userId: 'jane' });
  expect(user['visitor_id']).toBe(`u:${String(user['user_id'])}`);
  const client = await redacted(options, { userId: 'jane', clientId: 'abc' });
  expect(client['visitor_id']).toBe(`c:${String(client['client_id'])}`);
  const onlyUser = await redacted({ columns: { user_id: 'hash' }, salt: SALT }, { userId: 'jane', clientId: 'abc' });
  expect(onlyUser['visitor_id']).toBe('c:abc');
});

test('a dropped column is null', async () => {
  const row = await redacted({ columns: { product_name: 'drop' } }, { product: { id: 1, name: 'x' } });
  expect(row).toMatchObject({ product_name: null, product_id: '1' });
});

test('paths into the properties are hashed or dropped, and the rest stays', async () => {
  const options: RedactOptions = {
    properties: {
      'customer.email': 'hash',
      'customer.address': 'drop',
      'items.*.note': 'drop',
      age: 'hash',
      no: 'drop',
    },
    salt: SALT,
  };
  const event = {
    customer: { email: 'jane@example.com', address: { street: 'x' }, tier: 1 },
    items: [{ note: 'to Jane', sku: 1 }, { sku: 2 }],
    age: 42,
  };
  const hash = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
  expect((await redacted(options, event))['properties']).toEqual({
    customer: { email: hash, tier: 1 },
    items: [{ sku: 1 }, { sku: 2 }],
    age: hash,
  });
});

test('addresses and cards are found in URLs and anywhere in the properties, and counted once per event and place', async () => {
  const event = received({
    pageUrl: 'https://shop.example/?email=jane%40example.com',
    referrer: 'https://shop.example/card/4111111111111111',
    form: [{ note: 'mail jane@example.com or 4111 1111 1111 1111', card: 4111111111111111 }],
  });
  const { rows, metrics } = await runTransforms([parse, sessionize, flatten, redact()], [event]);
  expect(rows[0]).toMatchObject({
    page_url: 'https://shop.example/?email=[email]',
    referrer: 'https://shop.example/card/[card]',
    properties: { form: [{ note: 'mail [email] or [card]', card: '[card]' }] },
  });
  expect(metrics).toEqual({ 'redact.found_in_text': 3 });
});

test('where nothing is to be hidden, the properties are what they were', async () => {
  const event = received({ note: 'nothing', deep: [{ a: 1, b: [null, true] }] });
  const [plain, passed] = await Promise.all([
    rowOf([parse, sessionize, flatten], event),
    rowOf([parse, sessionize, flatten, redact()], event),
  ]);
  expect(passed).toEqual(plain);
});

test('it is said which texts to look through', async () => {
  const event = {
    pageUrl: '/jane@example.com',
    product: { id: 1, name: 'for jane@example.com' },
    note: 'jane@example.com',
  };
  const row = await redacted({ freeText: ['product_name'], freeTextInProperties: false }, event);
  expect(row).toMatchObject({
    page_url: '/jane@example.com',
    product_name: 'for [email]',
    properties: { note: 'jane@example.com' },
  });
});

test('whatever the properties are, nothing fails and the event that others share stays as it was', async () => {
  const options: RedactOptions = { properties: { 'a.*': 'hash', '*.b': 'drop', '__proto__.x': 'hash' }, salt: SALT };
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'c'), fc.jsonValue()), async (fields) => {
      // The events of these tests are frozen, so that a write would throw and reject.
      const list = [parse, sessionize, flatten, redact(options)] as const;
      const { rejects } = await runTransforms(list, [received(JSON.parse(JSON.stringify(fields)) as JsonObject)]);
      expect(rejects).toEqual([]);
    }),
  );
});

test('a column that does not exist does not compile, and is refused', () => {
  const wrong = redact({ columns: { pgae_url: 'drop' } });
  // @ts-expect-error -- the misspelt column
  expect(() => definePipeline([parse, sessionize, flatten, wrong])).toThrow('redact needs column "pgae_url"');
});

test.each<[unknown, string]>([
  [{ columns: { user_id: 'hash' } }, 'redact: its option salt is not given: give a secret of at least 16 characters'],
  [{ properties: { a: 'hash' } }, 'redact: its option salt is not given'],
  [{ columns: { user_id: 'hash' }, salt: 'short secret' }, 'redact: its option salt is not usable: give a secret'],
  [{ columns: { user_id: 'drop' } }, 'redact: the column user_id cannot be dropped, since sessions hang on it'],
  [{ columns: { visitor_id: 'hash' }, salt: SALT }, 'redact: the column visitor_id cannot be hidden'],
  [{ columns: { page_url: 'mask' } }, 'redact: its option columns is an object: give "hash" or "drop" by the name'],
  [{ properties: { 'a..b': 'drop' } }, 'redact: its option properties is an object: give "hash" or "drop" by path'],
  [{ freeText: ['user_id'] }, 'redact: freeText cannot be looked for in user_id'],
  [{ propertys: {} }, 'redact: it has no option "propertys" (did you mean properties?)'],
])('the options %j are refused', (options, message) => {
  expect(() => redact(options as RedactOptions)).toThrow(message);
  expect(() => redact(options as RedactOptions)).not.toThrow('short secret');
});

test('redact keeps the rules of transforms', () =>
  testTransform(
    redact({
      columns: { user_id: 'hash' },
      properties: { 'customer.email': 'drop', 'items.*.note': 'hash' },
      salt: SALT,
    }),
    {
      events: [
        received({
          eventName: 'order',
          userId: 'jane',
          pageUrl: '/?q=jane%40example.com',
          customer: { email: 'jane@example.com', phone: 1 },
          items: [{ note: 'for Jane' }, 'jane@example.com'],
        }),
      ],
    },
  ));
