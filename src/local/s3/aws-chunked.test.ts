import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsChunkedDecoder } from './aws-chunked.ts';

const SIGNED =
  'a;chunk-signature=0123\r\n0123456789\r\n3;chunk-signature=4567\r\na\nb\r\n' +
  '0;chunk-signature=89ab\r\nx-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:cdef\r\n\r\n';

function decode(pieces: string[]): { text: string; trailers: Record<string, string> } {
  const decoder = new AwsChunkedDecoder();
  const decoded = pieces.flatMap((piece) => decoder.decode(Buffer.from(piece)));
  decoder.finish();
  return { text: Buffer.concat(decoded).toString(), trailers: Object.fromEntries(decoder.trailers) };
}

test('a body is decoded wherever the network cut it into pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(SIGNED.length), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), SIGNED.length];
      const pieces = places.slice(1).map((place, i) => SIGNED.slice(places[i], place));
      expect(decode(pieces)).toEqual({
        text: '0123456789a\nb',
        trailers: { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-trailer-signature': 'cdef' },
      });
    }),
  );
});

test('an empty body without trailers is a body', () => {
  expect(decode(['0\r\n\r\n'])).toEqual({ text: '', trailers: {} });
});

test.each([
  ['ends in the middle of a chunk', '5\r\nabc', 'IncompleteBody'],
  ['ends between two chunks', '3\r\nabc\r\n', 'IncompleteBody'],
  ['ends in the middle of a trailer', '0\r\nx-amz-checksum', 'IncompleteBody'],
  ['has a chunk without a size', 'many\r\n', 'InvalidRequest'],
  ['has a chunk longer than its size', '3\r\nabcd\r\n0\r\n\r\n', 'InvalidRequest'],
  ['goes on after its end', '0\r\n\r\nmore\r\n', 'InvalidRequest'],
  ['has a line without an end', 'f'.repeat(10_000), 'InvalidRequest'],
])('a body that %s is refused', (_, body, code) => {
  expect(() => decode([body])).toThrow(expect.objectContaining({ code, status: 400 }));
});
