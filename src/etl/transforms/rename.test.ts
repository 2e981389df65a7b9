import { expect, test } from 'vitest';
import type { JsonObject } from '../pipeline/record.ts';
import { flatten } from './flatten.ts';
import { parse } from './parse.ts';
import { rename, type RenameOptions } from './rename.ts';
import { sessionize } from './sessionize.ts';
import { received, runTransforms } from './testing.ts';
import { testTransform } from '../../testing/index.ts';

const renamed = async (options: RenameOptions, event: JsonObject) => {
  const { rows, metrics } = await runTransforms([parse, sessionize, flatten, rename(options)], [received(event)]);
  return { name: rows[0]!.event_name, properties: rows[0]!.properties, metrics };
};

test('an event has its new name, and only that', async () => {
  const options = { events: { pdp_view: 'product_view', product_view: 'other' } };
  expect(await renamed(options, { eventName: 'pdp_view' })).toMatchObject({ name: 'product_view', properties: null });
  expect(await renamed(options, { eventName: 'toString' })).toMatchObject({ name: 'toString' });
});

test('properties move, in order, and what they leave behind stays', async () => {
  const options = { properties: { 'ctx.ab': 'experiment', 'ctx.v': 'app.version', a: 'b' } };
  const { properties, metrics } = await renamed(options, { ctx: { ab: { x: 1 }, v: '1', z: 2 }, b: 1 });
  expect(properties).toEqual({ ctx: { z: 2 }, experiment: { x: 1 }, app: { version: '1' }, b: 1 });
  expect(metrics).toEqual({});
});

test('a value stays where the new place is taken, and is counted', async () => {
  const { properties, metrics } = await renamed({ properties: { a: 'b', c: 'b.x' } }, { a: 1, b: 2, c: 3 });
  expect(properties).toEqual({ a: 1, b: 2, c: 3 });
  expect(metrics).toEqual({ 'rename.name_taken': 2 });
});

test('odd properties are left alone', async () => {
  const options = { properties: { 'a.b': 'c', __proto__: 'd' } };
  for (const event of [{}, { a: null }, { a: 'text' }, { a: [] }]) {
    expect((await renamed(options, event)).metrics).toEqual({});
  }
});

test.each<[unknown, string]>([
  [{}, 'rename: nothing is to be renamed: give events or properties.'],
  [{ events: { a: 1 } }, 'rename: its option events is an object: give texts by text: new names by old ones.'],
  [{ properties: { 'a.*': 'b' } }, 'rename: its option properties is an object: give new places in properties'],
  [{ properties: { a: '' } }, 'rename: its option properties is an object: give new places in properties'],
  [{ event: {} }, 'rename: it has no option "event" (did you mean events?)'],
])('the options %j are refused', (options, message) => {
  expect(() => rename(options as RenameOptions)).toThrow(message);
});

test('rename keeps the rules of transforms', () =>
  testTransform(rename({ events: { pdp_view: 'product_view' }, properties: { 'ctx.ab': 'experiment' } }), {
    events: [received({ eventName: 'pdp_view', ctx: { ab: { x: 1 }, z: 2 } })],
  }));
