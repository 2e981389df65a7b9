import { expect, test } from 'vitest';
import type { JsonObject } from '../pipeline/record.ts';
import { EVENT_NAMES } from './event-names.ts';
import { flatten } from './flatten.ts';
import { mapEventNames, type MapEventNamesOptions } from './map-event-names.ts';
import { parse } from './parse.ts';
import { sessionize } from './sessionize.ts';
import { received, rowOf, runTransforms } from './testing.ts';
import { testTransform } from '../../testing/index.ts';

async function mapped(eventName: unknown, options?: MapEventNamesOptions, more: JsonObject = {}) {
  const event = received({ eventName, ...more });
  const { event_name, properties } = await rowOf([parse, sessionize, flatten, mapEventNames(options)], event);
  return [event_name, properties];
}

test.each<[string, string]>([
  ['purchase', 'checkout_complete'],
  ['Order Completed', 'checkout_complete'],
  ['order_completed', 'checkout_complete'],
  ['OrderCompleted', 'checkout_complete'],
  ['ORDER COMPLETED', 'checkout_complete'],
  ['  order--completed ', 'checkout_complete'],
  ['transaction', 'checkout_complete'],
  ['view_item', 'product_view'],
  ['Product Viewed', 'product_view'],
  ['view_item_list', 'category_view'],
  ['Product Added', 'add_to_cart_click'],
  ['add_to_cart', 'add_to_cart_click'],
  ['begin_checkout', 'checkout_start'],
  ['Order Refunded', 'refund'],
  ['Order Cancelled', 'order_cancelled'],
  ['Signed Up', 'sign_up'],
  ['Page', 'page_view'],
])('%s becomes %s, and stays in the properties as it was sent', async (sent, name) => {
  expect(await mapped(sent)).toEqual([name, { originalEventName: sent }]);
});

test.each([
  'product_view',
  'checkout_complete',
  'my_own',
  'unknown',
  'constructor',
  '__proto__',
  '!!',
  'x'.repeat(1_000_000),
])('the name %.20j stays, and nothing is noted', async (name) => {
  expect(await mapped(name)).toEqual([name, null]);
});

test('names map only from whom they were asked from, and one’s own names go first', async () => {
  expect(await mapped('Order Completed', { from: ['ga4'] })).toEqual(['Order Completed', null]);
  const also = { 'Order Completed': 'sale', quiz_done: 'quiz_complete' };
  expect((await mapped('order completed', { also }))[0]).toBe('sale');
  expect((await mapped('QuizDone', { from: [], also }))[0]).toBe('quiz_complete');
});

test('what a client sent beside the name is kept, even under the name that the original would have', async () => {
  expect(await mapped('purchase', {}, { coupon: 'X' })).toEqual([
    'checkout_complete',
    { coupon: 'X', originalEventName: 'purchase' },
  ]);
  expect((await mapped('purchase', {}, { originalEventName: 'mine' }))[1]).toEqual({ originalEventName: 'mine' });
});

test('mapped events are counted', async () => {
  const events = ['purchase', 'checkout_complete', 'refund'].map((eventName) => received({ eventName }));
  const { metrics } = await runTransforms([parse, sessionize, flatten, mapEventNames()], events);
  expect(metrics).toEqual({ 'mapEventNames.mapped': 1 });
});

test('the tables’ names are written as they are looked up', async () => {
  for (const names of Object.values(EVENT_NAMES)) {
    for (const [theirs, ours] of Object.entries(names))
      expect([theirs, (await mapped(theirs))[0]]).toEqual([theirs, ours]);
  }
});

test.each<[unknown, string]>([
  [{ from: ['GA4'] }, 'mapEventNames: its option from is an array: give a list of "ga4", "segment", "snowplow".'],
  [{ also: { a: 1 } }, 'mapEventNames: its option also is an object: give texts by text: our names by theirs.'],
  [{ form: [] }, 'mapEventNames: it has no option "form"'],
])('the options %j are refused', (options, message) => {
  expect(() => mapEventNames(options as MapEventNamesOptions)).toThrow(message);
});

test('mapEventNames keeps the rules of transforms', () =>
  testTransform(mapEventNames(), { events: [received({ eventName: 'purchase', originalEventName: 'mine' })] }));
