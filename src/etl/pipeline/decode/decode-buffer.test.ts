import { gzipSync } from 'node:zlib';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { decodeBuffer } from './decode-buffer.ts';
import { decode, facts } from './testing.ts';

test('it gives what the decoder gives, plain or gzip', () => {
  const parts = fc.constantFrom('{"a":1}', '{"b":"ö"}', '[{"c":{}}]', '\n', '\r\n', ' ', '{', '}', '\uFEFF', 'x');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 6 }), (some) => {
      const text = Buffer.from(some.join(''));
      const expected = decode(text).map(facts);
      expect(decodeBuffer(text)!.pieces.map(facts)).toEqual(expected);
      const gzip = decodeBuffer(gzipSync(text))!;
      expect(gzip.gzip).toBe(true);
      expect(gzip.pieces.map(facts)).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

test('it goes on after any piece', () => {
  const text = Buffer.from('{"a":1}\n[{"a":2},{"a":3}]\nx\n{"a":4}');
  for (const [n, { next }] of decode(text).entries()) {
    const expected = decode(text)
      .slice(n + 1)
      .map(facts);
    const plain = decodeBuffer(text.subarray(next.offset_bytes), { ...next, gzip: false })!;
    expect(plain.pieces.map(facts)).toEqual(expected);
    const gzip = decodeBuffer(gzipSync(text), { ...next, gzip: true })!;
    expect(gzip.pieces.map(facts)).toEqual(expected);
  }
});

test('several members and padding are fine', () => {
  const object = Buffer.concat([gzipSync('{"a"'), gzipSync(':1}'), Buffer.alloc(100)]);
  expect(decodeBuffer(object)!.pieces.map(facts)).toEqual(decode('{"a":1}').map(facts));
});

test('gzip that is faulty, or inflates to more than it may, is left to be streamed', () => {
  const object = gzipSync('{"a":1}'.repeat(100));
  expect(decodeBuffer(object, undefined, 699)).toBeUndefined();
  expect(decodeBuffer(object, undefined, 700)).toBeDefined();
  expect(decodeBuffer(object.subarray(0, -1))).toBeUndefined();
  expect(decodeBuffer(Buffer.concat([object, Buffer.from('junk')]))).toBeUndefined();
  expect(decodeBuffer(Buffer.concat([object, Buffer.from('\0junk')]))).toBeUndefined();
});

test('so is an object of very many records, plain or gzip', () => {
  const few = Buffer.from('{}\n'.repeat(10_000));
  const many = Buffer.from('{}\n'.repeat(100_000));
  expect(decodeBuffer(few)!.pieces).toHaveLength(10_000);
  expect(decodeBuffer(gzipSync(few))!.pieces).toHaveLength(10_000);
  expect(decodeBuffer(many)).toBeUndefined();
  expect(decodeBuffer(gzipSync(many))).toBeUndefined();
});
