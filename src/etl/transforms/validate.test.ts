import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { JsonObject } from '../pipeline/record.ts';
import { flatten } from './flatten.ts';
import { parse } from './parse.ts';
import { sessionize } from './sessionize.ts';
import { received, runTransforms } from './testing.ts';
import { validate, type ValidateOptions } from './validate.ts';
import { testTransform } from '../../testing/index.ts';

const ORDER = {
  type: 'object',
  required: ['orderId', 'orderTotal'],
  properties: {
    orderTotal: { type: 'number', minimum: 0 },
    currency: { enum: ['EUR', 'USD'] },
    items: { type: 'array', items: { type: 'object', properties: { price: { type: 'number' } } } },
    tags: { type: 'object', additionalProperties: { type: 'string', maxLength: 3 } },
  },
};

const run = async (options: ValidateOptions, ...events: JsonObject[]) =>
  runTransforms(
    [parse, sessionize, flatten, validate(options)],
    events.map((event) => received({ eventName: 'order', ...event })),
  );

test.each<[JsonObject, string | null]>([
  [{ orderId: '1', orderTotal: 5 }, null],
  [{ orderId: '1' }, "The event must have required property 'orderTotal'"],
  [{ orderId: '1', orderTotal: '5 secret' }, '/orderTotal must be number'],
  [{ orderId: '1', orderTotal: -1 }, '/orderTotal must be >= 0'],
  [{ orderId: '1', orderTotal: 1, currency: 'secret' }, '/currency must be equal to one of the allowed values'],
  [{ orderId: '1', orderTotal: 1, items: [{ price: 1 }, { price: 'secret' }] }, '/items/1/price must be number'],
  [
    { orderId: '1', orderTotal: 1, tags: { 'secret@example.com': 'long' } },
    '/tags/… must NOT have more than 3 characters',
  ],
  [{ orderId: '1', orderTotal: 1, tags: { '\ud800\0': 'long' } }, '/tags/… must NOT have more than 3 characters'],
])('%j: %s', async (event, detail) => {
  const { rejects, details, rows } = await run({ schemas: { order: ORDER } }, event);
  expect(rejects).toEqual(detail === null ? [] : ['schema_violation 0']);
  expect(details).toEqual(detail === null ? [] : [detail]);
  expect(rows).toHaveLength(detail === null ? 1 : 0);
});

test('events of a name without a schema pass, unless there is one for all others', async () => {
  const other = { eventName: 'toString', orderId: 1 };
  expect((await run({ schemas: { order: ORDER } }, other)).rows).toHaveLength(1);
  const { details } = await run({ schemas: { order: ORDER, '*': { required: ['clientId'] } } }, other);
  expect(details).toEqual(["The event must have required property 'clientId'"]);
  expect((await run({ schemas: { order: true, '*': false } }, {}, other)).rejects).toEqual(['schema_violation 1']);
});

test('with count, nothing is rejected', async () => {
  const { rows, rejects, metrics } = await run({ schemas: { order: ORDER }, action: 'count' }, { orderId: 1 }, {});
  expect([rows.length, rejects, metrics]).toEqual([2, [], { 'validate.schema_violation': 2 }]);
});

test('what the ingest added is not looked at, and nothing is filled in', async () => {
  const schema = {
    type: 'object',
    properties: { eventName: {}, n: { type: 'integer', default: 7 } },
    additionalProperties: false,
  };
  const { rows } = await run({ schemas: { order: schema } }, {}, { n: 1 });
  expect(rows.map(({ properties }) => properties)).toEqual([null, { n: 1 }]);
});

test.each<[string, string, boolean]>([
  ['date-time', '2025-12-06T05:00:00Z', true],
  ['date-time', '2025-02-30T05:00:00Z', false],
  ['date', '2025-12-06', true],
  ['date', 'today', false],
  ['uuid', '00000000-0000-4000-8000-000000000001', true],
  ['uuid', 'x', false],
  ['uri', 'https://shop.example/', true],
  ['uri', '/path', false],
  ['email', 'jane@example.com', true],
  ['email', 'jane', false],
])('as %s, %s is right: %s', async (format, text, right) => {
  const { rows } = await run({ schemas: { order: { properties: { x: { format, type: 'string' } } } } }, { x: text });
  expect(rows).toHaveLength(right ? 1 : 0);
});

test('whatever is sent, a record passes or is one reject with a short detail', async () => {
  const list = [parse, sessionize, flatten, validate({ schemas: { order: ORDER } })] as const;
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (fields) => {
      const { rows, rejects, details } = await runTransforms(list, [received({ ...fields, eventName: 'order' })]);
      expect(rows.length + rejects.length).toBe(1);
      for (const detail of details) expect(detail.length).toBeLessThan(400);
    }),
  );
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'validate: its option schemas is not given: give a JSON Schema by the name of an event.'],
  ['no schema', { schemas: { a: 'x' } }, 'validate: its option schemas is an object: give a JSON Schema by the name'],
  [
    'a misspelt keyword',
    { schemas: { a: { typ: 'object' } } },
    'validate: the schema of "a" is none: strict mode: unknown keyword: "typ"',
  ],
  ['an unknown type', { schemas: { a: { type: 'text' } } }, 'validate: the schema of "a" is none: schema is invalid'],
  ['an unknown format', { schemas: { a: { type: 'string', format: 'zip' } } }, 'unknown format "zip"'],
  ['a misspelt option', { schemas: {}, acton: 'count' }, 'validate: it has no option "acton" (did you mean action?)'],
])('%s is refused', (_name, options, message) => {
  expect(() => validate(options as ValidateOptions)).toThrow(message);
});

test('validate keeps the rules of transforms', () =>
  testTransform(validate({ schemas: { order: ORDER } }), {
    events: [
      received({ eventName: 'order', orderId: '1' }),
      received({ eventName: 'order', orderId: '1', orderTotal: 5 }),
    ],
  }));
