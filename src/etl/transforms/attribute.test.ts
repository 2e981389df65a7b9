import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultPipeline } from '../default-pipeline.ts';
import { attribute, type AttributeOptions } from './attribute.ts';
import { dedupe } from './dedupe.ts';
import { flatten } from './flatten.ts';
import { parse } from './parse.ts';
import { sessionize } from './sessionize.ts';
import { received, rowOf, runTransforms } from './testing.ts';
import { knownHost } from './known-source.ts';
import { CLICK_IDS, SOURCE_ALIASES, SOURCES } from './traffic-sources.ts';
import { testTransform } from '../../testing/index.ts';

const PAGE = 'https://www.shop.example/lamps';

async function attributed(pageUrl: unknown, referrer: unknown, options?: AttributeOptions): Promise<string | null> {
  const event = received({ eventName: 'page_view', pageUrl, referrer });
  const row = await rowOf([parse, dedupe, sessionize, flatten, attribute(options)], event);
  const columns = [row.traffic_source, row.traffic_medium, row.traffic_campaign, row.traffic_channel];
  return columns.every((value) => value === null) ? null : columns.map((value) => value ?? '-').join(' | ');
}

test.each<[string, unknown, string | null]>([
  [PAGE, undefined, null],
  [PAGE, '', null],
  [PAGE, 'https://www.shop.example/', null],
  [PAGE, 'https://www.shop.example', null],
  [PAGE, 'http://www.shop.example:8080/x', null],
  [PAGE, 'https://checkout.shop.example/x', null],
  [PAGE, 'https://www.shop.example.evil.example/', 'shop.example.evil.example | referral | - | referral'],
  ['https://a.co.uk/', 'https://b.co.uk/', 'b.co.uk | referral | - | referral'],
  ['https://a.co.uk/', 'https://pay.a.co.uk/', null],
  [PAGE, 'https://www.google.com/', 'google | organic | - | organic_search'],
  [PAGE, 'https://www.google.co.uk/search?q=lamps', 'google | organic | - | organic_search'],
  [PAGE, 'https://google.evil.example/', 'google.evil.example | referral | - | referral'],
  [PAGE, 'https://docs.google.com/', 'docs.google.com | referral | - | referral'],
  [PAGE, 'https://duckduckgo.com/', 'duckduckgo | organic | - | organic_search'],
  [PAGE, 'https://de.search.yahoo.com/', 'yahoo | organic | - | organic_search'],
  [PAGE, 'android-app://com.google.android.googlequicksearchbox/', 'google | organic | - | organic_search'],
  [PAGE, 'https://l.facebook.com/', 'facebook | social | - | organic_social'],
  [PAGE, 'https://t.co/x', 'twitter | social | - | organic_social'],
  [PAGE, 'https://www.youtube.com/', 'youtube | video | - | organic_video'],
  [PAGE, 'https://www.amazon.de/', 'amazon | referral | - | organic_shopping'],
  [PAGE, 'https://mail.google.com/mail/u/0', 'gmail | email | - | email'],
  [PAGE, 'https://mail.yahoo.com/', 'yahoo mail | email | - | email'],
  [PAGE, 'https://www.coffee-blog.example/best', 'coffee-blog.example | referral | - | referral'],
  [PAGE, 'https://www.paypal.com/checkout', null],
  [PAGE, 'https://js.klarna.com/', null],
  [PAGE, 'https://checkout.stripe.com/c/pay', null],
  [PAGE, 'https://accounts.google.com/', null],
  [PAGE, 'about:blank', null],
  [PAGE, 42, null],
  [`${PAGE}?utm_source=newsletter&utm_medium=email&utm_campaign=week_49`, '', 'newsletter | email | week_49 | email'],
  [`${PAGE}?utm_source=News+Letter&utm_medium=E-Mail`, 'https://www.google.com/', 'News Letter | E-Mail | - | email'],
  [`${PAGE}?utm_source=google&utm_medium=cpc&gclid=x`, 'https://www.google.com/', 'google | cpc | - | paid_search'],
  [`${PAGE}?utm_source=google&gclid=x`, 'https://www.google.com/', 'google | cpc | - | paid_search'],
  [`${PAGE}?utm_source=partner`, 'https://www.google.com/', 'partner | - | - | unassigned'],
  [`${PAGE}?utm_campaign=sale`, 'https://www.google.com/', 'google | organic | sale | organic_search'],
  [`${PAGE}?utm_campaign=sale`, 'https://www.shop.example/', '- | - | sale | unassigned'],
  [`${PAGE}?gclid=x`, 'https://www.shop.example/', 'google | cpc | - | paid_search'],
  [`${PAGE}?msclkid=x`, undefined, 'bing | cpc | - | paid_search'],
  [`${PAGE}?ttclid=x`, 'https://www.google.com/', 'tiktok | cpc | - | paid_social'],
  [`${PAGE}?dclid=x`, undefined, 'google | display | - | display'],
  [`${PAGE}?awc=x`, 'https://blog.example/', 'awin | affiliate | - | affiliates'],
  [`${PAGE}?fbclid=x`, undefined, 'facebook | social | - | organic_social'],
  [`${PAGE}?fbclid=x`, 'https://l.instagram.com/', 'instagram | social | - | organic_social'],
  [`${PAGE}?fbclid=x`, 'https://blog.example/', 'facebook | social | - | organic_social'],
  [`${PAGE}?utm_source=fb&utm_medium=paid&fbclid=x`, 'https://l.facebook.com/', 'fb | paid | - | paid_social'],
  [`${PAGE}?utm_source=a%00b`, undefined, 'a%00b | - | - | unassigned'],
])('%s from %s: %s', async (pageUrl, referrer, expected) => {
  expect(await attributed(pageUrl, referrer)).toBe(expected);
});

test('where the page’s host is unknown, only known hosts count, since any other may be the shop’s own', async () => {
  expect(await attributed('/lamps', 'https://www.shop.example/')).toBeNull();
  expect(await attributed(undefined, 'https://www.shop.example/')).toBeNull();
  expect(await attributed(undefined, 'https://www.google.com/')).toBe('google | organic | - | organic_search');
  const options = { ownHosts: ['shop.example'] };
  expect(await attributed('/lamps', 'https://www.shop.example/', options)).toBeNull();
  expect(await attributed('/lamps', 'https://blog.example/', options)).toBe('blog.example | referral | - | referral');
});

test('hosts of the shop and hosts that visitors only come back from are no source', async () => {
  const options = { ownHosts: ['shop-checkout.example'], ignoredHosts: ['bank.example'] };
  expect(await attributed(PAGE, 'https://eu.shop-checkout.example/', options)).toBeNull();
  expect(await attributed(PAGE, 'https://bank.example/3ds', options)).toBeNull();
  expect(await attributed(PAGE, 'https://mybank.example/', options)).toBe('mybank.example | referral | - | referral');
});

test.each<[unknown, string]>([
  [{ ownHost: [] }, 'attribute: it has no option "ownHost" (did you mean ownHosts?)'],
  [{ ownHosts: 'shop.example' }, 'attribute: its option ownHosts is "shop.example": give a list of host names'],
  [{ ownHosts: ['https://shop.example'] }, 'attribute: its option ownHosts is an array: give a list of host names'],
  [{ ignoredHosts: ['Bank.example'] }, 'attribute: its option ignoredHosts is an array: give a list of host names'],
])('the options %j are refused', (options, message) => {
  expect(() => attribute(options as AttributeOptions)).toThrow(message);
});

test('the default pipeline has it, after flatten', () => {
  expect(defaultPipeline.transforms.map(({ name }) => name).slice(0, 5)).toEqual([
    'parse',
    'dedupe',
    'sessionize',
    'flatten',
    'attribute',
  ]);
});

test('whatever a client sends for addresses, no record is rejected, and a channel is there when anything is', async () => {
  const part = fc.constantFrom('https://', 'shop.example', 'google.com', '?', '&', '=', 'utm_source', 'gclid', '#', '/', '%', '%00', '@', ':', '.', '[', 'ü', ' '); // prettier-ignore
  const url = fc.oneof(fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')), fc.jsonValue() as fc.Arbitrary<unknown>); // prettier-ignore
  await fc.assert(
    fc.asyncProperty(url, url, async (pageUrl, referrer) => {
      const event = received({ eventName: 'x', pageUrl, referrer });
      const { rows, rejects } = await runTransforms([parse, dedupe, sessionize, flatten, attribute()], [event]);
      expect(rejects).toEqual([]);
      const { traffic_source, traffic_medium, traffic_campaign, traffic_channel } = rows[0]!;
      const anything = traffic_source ?? traffic_medium ?? traffic_campaign;
      expect(anything === null).toBe(traffic_channel === null);
      for (const text of [traffic_source, traffic_medium, traffic_campaign]) {
        expect(text ?? 'x').toMatch(/^[^\0]+$/);
      }
    }),
  );
});

test('every host of the table is found, with what it is', () => {
  for (const [kind, sources] of Object.entries(SOURCES)) {
    for (const [name, hosts] of Object.entries(sources)) {
      for (const host of hosts) expect(knownHost(host.replace('*', 'com')), host).toEqual({ name, kind });
    }
  }
  for (const name of Object.values(SOURCE_ALIASES))
    expect(Object.values(SOURCES).some((all) => name in all)).toBe(true);
  for (const { source, medium } of Object.values(CLICK_IDS))
    expect([source, medium].every((text) => text !== '')).toBe(true);
});

test('attribute keeps the rules of transforms', () =>
  testTransform(attribute(), {
    events: [
      received({ eventName: 'page_view', pageUrl: `${PAGE}?utm_source=news&gclid=1`, referrer: 'https://x.example/' }),
    ],
  }));
