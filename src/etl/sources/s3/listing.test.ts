import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listPage } from '../../../local/s3/listing.ts';
import type { ListingPage } from './listing-page.ts';
import { isBefore, pagesOf, type PageStart } from './listing.ts';

test('keys are ordered by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(isBefore(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0);
    }),
  );
  expect(isBefore('\uffee', '😀')).toBe(true);
  expect(isBefore('k', 'k')).toBe(false);
});

test('pages without keys come to an end, whatever their tokens', async () => {
  let asked = 0;
  const pages = pagesOf({ bucket: 'raw', prefix: '', startAfter: undefined }, () => {
    asked += 1;
    return Promise.resolve(() => ({ origins: [], nextToken: String(asked) }));
  });
  const reading = async (): Promise<void> => {
    for await (const _ of pages);
  };
  await expect(reading()).rejects.toMatchObject({ code: 'disordered_listing' });
  expect(asked).toBeGreaterThan(1_000);
});

/** A store that lists these keys in pages of `maxKeys`, each after some turns of the event loop. */
function listed(keys: readonly string[], maxKeys: number, turns: () => number) {
  const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const seen = { pages: 0, atOnce: 0, most: 0 };
  const fetchPage = async ({ token, startAfter = '' }: PageStart): Promise<() => ListingPage> => {
    seen.pages += 1;
    seen.most = Math.max(seen.most, (seen.atOnce += 1));
    for (let turn = turns(); turn > 0; turn -= 1) await setImmediate();
    seen.atOnce -= 1;
    const page = listPage(sorted, { prefix: '', delimiter: '', startAfter, continueAfter: token, maxKeys });
    const origins = page.keys.map((key) => ({ key, etag: '"e"', size_bytes: 1, lastModified_ms: 0 }));
    return () => (page.next === undefined ? { origins } : { origins, nextToken: page.next });
  };
  return { sorted, seen, fetchPage };
}

test('every key is listed once and in order, wherever the ranges are cut', async () => {
  const digit = fc.constantFrom(...Array.from('0123456789abf-z😀\uffee'));
  const key = fc.array(digit, { minLength: 1, maxLength: 5 }).map((digits) => digits.join(''));
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(key, { maxLength: 300 }),
      fc.integer({ min: 1, max: 20 }),
      fc.option(key, { nil: undefined }),
      fc.infiniteStream(fc.nat(4)),
      async (keys, pageSize, startAfter, delays) => {
        const { sorted, fetchPage } = listed(keys, pageSize, () => delays.next().value as number);
        const all: string[] = [];
        for await (const page of pagesOf({ bucket: 'raw', prefix: '', startAfter }, fetchPage)) {
          all.push(...page.map((origin) => origin.key));
        }
        expect(all).toEqual(sorted.filter((one) => startAfter === undefined || isBefore(startAfter, one)));
      },
    ),
  );
});

test('pages are asked for one by one by a reader who takes his time, and many at once by one who waits', async () => {
  const keys = Array.from({ length: 100_000 }, (_, number) => `event-${String(number * 7).padStart(9, '0')}`);
  const slow = listed(keys, 1000, () => 0);
  for await (const _ of pagesOf({ bucket: 'raw', prefix: '', startAfter: undefined }, slow.fetchPage)) await sleep(1);
  expect(slow.seen.most).toBeLessThanOrEqual(3);

  const fast = listed(keys, 1000, () => 50);
  for await (const _ of pagesOf({ bucket: 'raw', prefix: '', startAfter: undefined }, fast.fetchPage));
  expect(fast.seen.most).toBeGreaterThan(8);
  // A tenth more, since ranges are a little less than a page.
  expect(fast.seen.pages).toBeLessThan(150);
});
