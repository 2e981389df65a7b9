import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { campaignOf } from './campaign.ts';
import { CLICK_IDS } from './traffic-sources.ts';

const NONE = { source: null, medium: null, campaign: null, click: null };

test.each<[string, object | null]>([
  ['https://shop.example/', null],
  ['https://shop.example/?', null],
  ['https://shop.example/?ref=1&utm_content=x', null],
  ['https://shop.example/?utm_source=', null],
  ['https://shop.example/?utm_source=%20+', null],
  ['https://shop.example/?utm_source', null],
  ['https://shop.example/#?utm_source=a', null],
  ['https://shop.example/?a=b#&utm_source=a', null],
  ['https://shop.example/?xutm_source=a&UTM_SOURCE=a', null],
  ['?utm_source=a', { ...NONE, source: 'a' }],
  ['/?a&b&utm_medium=m', { ...NONE, medium: 'm' }],
  [
    '/?utm_source=A+b%20c%C3%BC&utm_medium=CPC&utm_campaign=50%25',
    { ...NONE, source: 'A b cü', medium: 'CPC', campaign: '50%' },
  ],
  ['/?utm_source=first&utm_source=second', { ...NONE, source: 'first' }],
  ['/?utm_source=a=b?c&&x', { ...NONE, source: 'a=b?c' }],
  ['/?utm_source=%ff', { ...NONE, source: '%ff' }],
  ['/?utm_source=%', { ...NONE, source: '%' }],
  ['/?utm_source=a%00b', { ...NONE, source: 'a%00b' }],
  ['/?fbclid=1&gclid=2&msclkid=3', { ...NONE, click: CLICK_IDS['gclid'] }],
  ['/?gclid=&fbclid=1#top', { ...NONE, click: CLICK_IDS['fbclid'] }],
])('what %s says', (url, campaign) => {
  expect(campaignOf(url)).toEqual(campaign);
});

test('it reads what the platform reads of a query, wherever that has text that Postgres can hold', () => {
  const value = fc.string({
    unit: fc.constantFrom('a', 'ü', '%', '+', ' ', '&', '=', '#', '?', '€', '🛒'),
    maxLength: 8,
  });
  const parameter = fc.tuple(fc.constantFrom('utm_source', 'utm_medium', 'utm_campaign', 'utm', 'x'), value);
  fc.assert(
    fc.property(fc.array(parameter, { maxLength: 6 }), (pairs) => {
      const url = `https://shop.example/?${new URLSearchParams(pairs).toString()}#end`;
      const query = new URLSearchParams(pairs);
      const first = (name: string) =>
        query
          .getAll(name)
          .map((text) => text.trim())
          .find((text) => text !== '') ?? null;
      const wanted = { source: first('utm_source'), medium: first('utm_medium'), campaign: first('utm_campaign') };
      expect(campaignOf(url) ?? NONE).toEqual({ ...wanted, click: null });
    }),
  );
});

test('a long value is cut, and never between the halves of a pair', () => {
  expect(campaignOf(`/?utm_campaign=${'x'.repeat(10_000_000)}`)!.campaign).toBe('x'.repeat(500));
  const cut = campaignOf(`/?utm_campaign=${'x'.repeat(499)}${encodeURIComponent('🛒🛒')}`)!.campaign!;
  expect(cut).toBe('x'.repeat(499));
  expect(campaignOf(`/?utm_campaign=${'x'.repeat(498)}🛒🛒`)!.campaign).toBe(`${'x'.repeat(498)}🛒`);
});
