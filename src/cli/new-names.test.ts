import { expect, it } from 'vitest';
import { transformNames } from './new-names.ts';

it.each([
  ['addDiscount', 'add-discount', 'discount', 'discount'],
  ['mapEventNames', 'map-event-names', 'event_names', 'eventNames'],
  ['readURLPath', 'read-url-path', 'url_path', 'urlPath'],
  ['enrich', 'enrich', 'enrich_result', 'enrichResult'],
  ['addCurrency', 'add-currency', 'currency_2', 'currency'],
])('%s is in %s and adds the column %s from %s', (name, file, column, field) => {
  expect(transformNames(name, ['currency'])).toEqual({ name, file, column, field });
});

it.each([
  ['AddDiscount', 'in camelCase, from a small letter on'],
  ['add-discount', 'in camelCase'],
  ['add discount', 'in camelCase'],
  ['', 'in camelCase'],
  ['../x', 'in camelCase'],
  ['delete', 'a word of JavaScript'],
  ['addDiscountTransform', 'leave Transform away'],
  ['discountProcessor', 'leave Processor away'],
  ['myDiscount', 'my is no verb'],
])('%j is refused', (name, why) => {
  expect(() => transformNames(name, [])).toThrow(expect.objectContaining({ code: 'invalid_flag' }));
  expect(() => transformNames(name, [])).toThrow(why);
  expect(() => transformNames(name, [])).toThrow('such as addDiscount');
});
