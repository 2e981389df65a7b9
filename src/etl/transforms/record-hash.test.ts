import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../pipeline/record.ts';
import { loadRecordHash } from './record-hash.ts';

const recordHash = await loadRecordHash();

function hashOf(text: string): number {
  const bytes = Buffer.from(text);
  return recordHash(JSON.parse(text) as JsonObject, bytes, 0, bytes.length);
}

test('white space between tokens does not count, on a line, indented or with odd line ends', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 }), (fields) => {
      // -0 and the like are not what JSON.stringify writes.
      const value: unknown = JSON.parse(JSON.stringify(fields));
      const line = JSON.stringify(value);
      expect(hashOf(JSON.stringify(value, null, 2))).toBe(hashOf(line));
      expect(hashOf(JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n'))).toBe(hashOf(line));
      const blanks = Object.entries(value as object).map(
        ([key, one]) => `${JSON.stringify(key)}: ${JSON.stringify(one)}`,
      );
      expect(hashOf(`{${blanks.join(', ')}}`)).toBe(hashOf(line));
    }),
  );
});

test('white space within strings counts, after escaped quotes and backslashes as well', () => {
  const pairs = [
    ['{"a":"b c"}', '{"a":"bc"}'],
    [String.raw`{"a":"b\" c"}`, String.raw`{"a":"b\"c"}`],
    [String.raw`{"a":"b\\","c ":1}`, String.raw`{"a":"b\\","c":1}`],
    [String.raw`{"a":"\\\" "}`, String.raw`{"a":"\\\""}`],
  ] as const;
  for (const [a, b] of pairs) expect(hashOf(a)).not.toBe(hashOf(b));
});

test('it is a number that a bigint and a double hold alike, and the same wherever in a buffer the record lies', () => {
  const text = '{"eventId":"a","n":1}';
  const bytes = Buffer.from(`[ ${text} , {}]`);
  const hash = recordHash(JSON.parse(text) as JsonObject, bytes, 2, 2 + text.length);
  expect(hash).toBe(hashOf(text));
  expect(Number.isSafeInteger(hash) && hash >= 0).toBe(true);
});

test('records that differ in one character hardly ever have the same hash', () => {
  const hashes = new Set<number>();
  for (let n = 0; n < 50_000; n += 1) hashes.add(hashOf(`{"eventId":"a","n":${n}}`));
  expect(hashes.size).toBe(50_000);
  // All 52 bits take part: the upper half alone still tells most of them apart.
  expect(new Set([...hashes].map((hash) => Math.floor(hash / 2 ** 26))).size).toBeGreaterThan(49_900);
});

test('it is the first 52 bits of the XXH64 of the text, the same for ever', () => {
  // Written down, since another one would change which of two records stands when an hour is loaded again.
  expect(hashOf('{"a":1}')).toBe(Number.parseInt('ca0b885a32fc8', 16));
  expect(hashOf('{"a": 1}')).toBe(hashOf('{"a":1}'));
  expect(hashOf('{\n"a":1}')).toBe(hashOf('{"a":1}'));
  expect(hashOf('{"a" :1}')).not.toBe(hashOf('{"a":1}'));
});
