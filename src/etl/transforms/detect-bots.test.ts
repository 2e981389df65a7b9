import { expect, test } from 'vitest';
import type { JsonObject } from '../pipeline/record.ts';
import { detectBots, type DetectBotsOptions } from './detect-bots.ts';
import { runTransforms } from './testing.ts';
import { testTransform } from '../../testing/index.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

const seen = (userAgent: unknown, sourceIp: unknown = '203.0.113.9', more: JsonObject = {}): JsonObject => ({
  ...more,
  _ingest: { userAgent, sourceIp },
});

async function flags(events: readonly JsonObject[], options?: DetectBotsOptions): Promise<(boolean | null)[]> {
  const { rows } = await runTransforms([detectBots(options)], events);
  return rows.map(({ is_bot }) => is_bot);
}

test('crawlers and scripts are flagged, shoppers are not, and what tells nothing is null', async () => {
  const events = [seen(CHROME), seen(GOOGLEBOT), seen('curl/8.5.0'), seen(''), seen(null), {}, { _ingest: 'mine' }];
  expect(await flags(events)).toEqual([false, true, true, null, null, null, null]);
});

test('the user agent that a server sends for its visitor goes before the server’s own', async () => {
  const events = [seen('axios/1.7', '203.0.113.9', { userAgent: CHROME }), seen(CHROME, '', { user_agent: GOOGLEBOT })];
  expect(await flags(events)).toEqual([false, true]);
});

test('flagged events are counted', async () => {
  const { metrics, dropped } = await runTransforms(
    [detectBots({ ownAddresses: ['203.0.113.9'] })],
    [seen(CHROME), seen(GOOGLEBOT, '203.0.113.10'), seen(CHROME, '203.0.113.10')],
  );
  expect(metrics).toEqual({ 'detectBots.bot': 1, 'detectBots.own_address': 1 });
  expect(dropped).toEqual({});
});

test('with drop they are left out by reason, and the others are false', async () => {
  const options = { action: 'drop', ownAddresses: ['203.0.113.0/24'] } as const;
  const events = [seen(GOOGLEBOT, '198.51.100.1'), seen(CHROME), seen(CHROME, '198.51.100.1'), seen(GOOGLEBOT)];
  const { rows, dropped } = await runTransforms([detectBots(options)], events);
  expect(dropped).toEqual({ bot: 1, own_address: 2 });
  expect(rows).toEqual([{ is_bot: false }]);
});

test.each<[string, string, boolean]>([
  ['203.0.113.9', '203.0.113.9', true],
  ['203.0.113.9', '203.0.113.99', false],
  ['203.0.113.9', '::ffff:203.0.113.9', true],
  ['10.0.0.0/8', '10.255.1.2', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['0.0.0.0/0', '8.8.8.8', true],
  ['2001:db8::1', '2001:0db8:0:0::0001', true],
  ['2001:db8::/32', '2001:db8:ffff::2', true],
  ['2001:db8::/32', '2001:db9::2', false],
  ['::1/128', '::1', true],
])('with %s among the own addresses, %s is one: %s', async (address, ip, expected) => {
  expect(await flags([seen(CHROME, ip)], { ownAddresses: [address] })).toEqual([expected]);
});

test('what is no address in an event is none of the shop’s', async () => {
  const odd = [null, 7, {}, '', '999.1.1.1', '203.0.113.9, 10.0.0.1', 'fe80::1%eth0', '1'.repeat(1_000_000)];
  expect(
    await flags(
      odd.map((ip) => seen(CHROME, ip)),
      { ownAddresses: ['0.0.0.0/0', '::/0'] },
    ),
  ).toEqual(odd.map(() => false));
});

test('a user agent of any length is looked at in its first thousand characters', async () => {
  const long = 'x'.repeat(5_000_000);
  expect(await flags([seen(`Googlebot/2.1 ${long}`), seen(`${CHROME} ${long} Googlebot/2.1`)])).toEqual([true, false]);
});

test.each<[unknown, string]>([
  [{ action: 'delete' }, 'detectBots: its option action is "delete": give one of "flag", "drop".'],
  [{ ownAdresses: [] }, 'detectBots: it has no option "ownAdresses" (did you mean ownAddresses?).'],
  ...['10.0.0.0/33', '::/129', '10.0.0/8', 'shop.example', '10.0.0.0/8/8', '10.0.0.0/', 'fe80::1%eth0', 10].map(
    (address): [unknown, string] => [
      { ownAddresses: [address] },
      'detectBots: its option ownAddresses is an array: give a list of addresses and networks',
    ],
  ),
])('the options %j are refused', (options, message) => {
  expect(() => detectBots(options as DetectBotsOptions)).toThrow(message);
});

test.each(['flag', 'drop'] as const)('detectBots keeps the rules of transforms, told to %s', (action) =>
  testTransform(detectBots({ action, ownAddresses: ['198.51.100.0/24'] }), {
    events: [seen(GOOGLEBOT), seen(CHROME), seen(CHROME, '198.51.100.7')],
  }),
);
