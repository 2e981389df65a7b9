import { expect, test } from 'vitest';
import { ENTRY_BYTES, keyHash, ManifestPart, versionHash } from './manifest.ts';
import type { Origin } from './record.ts';

const origin = (key: string, etag = '"1"', size_bytes = 10): Origin => ({ key, etag, size_bytes, lastModified_ms: 0 });

test('a part of a manifest has its first and last key, and an entry for each object in order', () => {
  const part = new ManifestPart();
  expect([part.objects, part.hashes.length]).toEqual([0, 0]);
  const objects = [origin('a'), origin('b'), origin('c', '"2"')];
  for (const object of objects) part.add(object);
  expect([part.firstKey, part.lastKey, part.objects]).toEqual(['a', 'c', 3]);
  expect(part.hashes).toHaveLength(3 * ENTRY_BYTES);
  expect(part.hashes.toString('hex')).toBe(objects.map((one) => keyHash(one.key) + versionHash(one)).join(''));
});

test('what a hash is of cannot change: manifests of years ago are compared with it', () => {
  expect(keyHash('events/2025/12/06/05/event-1.json')).toBe('bcb96ad7bd12');
  expect(versionHash(origin('', '"d41d8cd98f00b204e9800998ecf8427e"', 0))).toBe('cbd9deeaf7ae');
});

test('a version is another one when the ETag or the size is', () => {
  const hashes = [origin('', '"1"', 10), origin('', '"2"', 10), origin('', '"1"', 11), origin('', '"1"\n1', 0)].map(
    versionHash,
  );
  expect(new Set(hashes)).toHaveProperty('size', 4);
});
