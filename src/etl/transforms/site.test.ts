import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostOf, lookUpHost, siteOf } from './site.ts';

test.each<[string, string | null]>([
  ['https://www.Example.com/a?b#c', 'www.example.com'],
  ['http://example.com', 'example.com'],
  ['http://example.com?x=/y', 'example.com'],
  ['http://example.com#x', 'example.com'],
  ['http://example.com\\@evil.example/', 'example.com'],
  ['https://user:secret@example.com:8443/', 'example.com'],
  ['https://example.com./', 'example.com'],
  ['http://[2001:db8::1]:80/', '[2001:db8::1]'],
  ['http://127.0.0.1:3000/', '127.0.0.1'],
  ['http://localhost/', 'localhost'],
  ['android-app://com.google.android.gm/', 'com.google.android.gm'],
  ['https://bücher.example/', 'bücher.example'],
  ['/path?u=https://example.com', null],
  ['a long text with https://example.com', null],
  ['example.com', null],
  ['://example.com', null],
  ['https://', null],
  ['https:///path', null],
  ['https://exa mple.com/', null],
  ['https://exa\0mple.com/', null],
  ['https://%65xample.com/', null],
  ['https://\ud83d.com/', null],
  [`https://${'a'.repeat(254)}/`, null],
  [`https://${'a'.repeat(10_000_000)}`, null],
  ['', null],
])('the host of %.60j', (url, host) => {
  expect(hostOf(url)).toBe(host);
});

test('the host is the one that the platform reads, wherever both read one', () => {
  const hosts = fc.webUrl({ withQueryParameters: true, withFragments: true });
  fc.assert(
    fc.property(hosts, (url) => {
      expect(hostOf(url)).toBe(new URL(url).hostname);
    }),
  );
});

test.each<[string, string]>([
  ['example.com', 'example.com'],
  ['www.shop.example.com', 'example.com'],
  ['shop.example.co.uk', 'example.co.uk'],
  ['example.co.uk', 'example.co.uk'],
  ['co.uk', 'co.uk'],
  ['www.example.com.br', 'example.com.br'],
  ['one.myshopify.com', 'one.myshopify.com'],
  ['www.one.myshopify.com', 'one.myshopify.com'],
  ['localhost', 'localhost'],
  ['10.1.2.3', '10.1.2.3'],
  ['[::1]', '[::1]'],
])('the site of %s is %s', (host, site) => {
  expect(siteOf(host)).toBe(site);
});

test('a host is looked up with the hosts above it, and not with those that merely end like it', () => {
  const hosts = new Map([['facebook.com', 1]]);
  expect(lookUpHost(hosts, 'l.m.facebook.com')).toBe(1);
  expect(lookUpHost(hosts, 'notfacebook.com')).toBeUndefined();
  expect(lookUpHost(hosts, 'facebook.com.evil.example')).toBeUndefined();
});
