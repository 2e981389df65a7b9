import { expect, test } from 'vitest';
import { AFTER_ALL_RECORDS, nextPass, NO_KEYS, placeOf, UNREAD, withKey } from './progress.ts';
import type { Origin } from './record.ts';

const origin = (key: string, rest: Partial<Origin> = {}): Origin => ({
  key,
  etag: '"1"',
  size_bytes: 10,
  lastModified_ms: 0,
  ...rest,
});
const digestOf = (...origins: Origin[]): string => origins.reduce(withKey, NO_KEYS).digest;

test('the digest of the keys seen depends on each key, its content, its size and their order', () => {
  const all = [origin('a'), origin('b')] as const;
  const digest = digestOf(...all);
  expect(digestOf(origin('a', { lastModified_ms: 5 }), origin('b'))).toBe(digest);
  const others = [
    [origin('b'), origin('a')],
    [origin('a')],
    [origin('a'), origin('b'), origin('c')],
    [origin('a', { etag: '"2"' }), origin('b')],
    [origin('a', { size_bytes: 11 }), origin('b')],
    [origin('ab'), origin('')],
  ];
  for (const other of others) expect(digestOf(...other)).not.toBe(digest);
});

test('it can be carried on from wherever a checkpoint left it', () => {
  const half = JSON.parse(JSON.stringify(withKey(NO_KEYS, origin('a')))) as typeof NO_KEYS;
  expect(withKey(half, origin('b')).digest).toBe(digestOf(origin('a'), origin('b')));
});

test('a progress ends within its object, after its last key, or where the unit starts', () => {
  expect(placeOf(UNREAD, 'events/')).toEqual({ key: 'events/', index: AFTER_ALL_RECORDS });
  const seen = withKey(NO_KEYS, origin('a'));
  expect(placeOf({ ...UNREAD, seen }, '')).toEqual({ key: 'a', index: AFTER_ALL_RECORDS });
  const partial = {
    key: 'b',
    etag: '',
    gzip: false,
    index: 3,
    offset_bytes: 9,
    mode: 'lines',
    inArray: false,
  } as const;
  expect(placeOf({ ...UNREAD, seen, partial }, '')).toEqual({ key: 'b', index: 3 });
});

test('another pass forgets where the one before ended', () => {
  const progress = { ...UNREAD, pass: 3, seen: withKey(NO_KEYS, origin('a')) };
  expect(nextPass(progress)).toEqual({ ...UNREAD, state: 'reading', pass: 4 });
});

test('before the first key nothing was seen, and with each key a checkpoint counts it and its bytes', () => {
  expect(NO_KEYS).toEqual({ objects: 0, bytes: 0, digest: '', lastKey: null });
  expect(UNREAD).toMatchObject({ state: 'new', pass: 0, seen: NO_KEYS, partial: null });
  const seen = withKey(withKey(NO_KEYS, origin('a')), origin('b', { size_bytes: 32 }));
  // Written down, since another digest would make every checkpoint in a warehouse start over.
  expect(seen).toEqual({ objects: 2, bytes: 42, digest: 'en5mILvE4FSI+/lmjjRMQ2GLqWM=', lastKey: 'b' });
});
