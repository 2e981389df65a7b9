import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBody, TOO_DEEP } from './body.ts';
import { Refusal } from './refusal.ts';

const MAX = 1024 * 1024;
const plain = (body: string | null) => ({ body, isBase64Encoded: false });
const base64 = (bytes: string | Uint8Array) => ({
  body: Buffer.from(bytes as string).toString('base64'),
  isBase64Encoded: true,
});
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const refused = (statusCode: number, code: string): unknown => expect.objectContaining({ statusCode, code });

test('a body is read alike as text and as base64', () => {
  const text = '{"eventName":"päge_view 🛒"}';
  expect(parseBody(plain(text), MAX)).toEqual({ eventName: 'päge_view 🛒' });
  expect(parseBody(base64(text), MAX)).toEqual({ eventName: 'päge_view 🛒' });
});

test('a byte order mark is skipped', () => {
  expect(parseBody(plain('\uFEFF{"a":1}'), MAX)).toEqual({ a: 1 });
  expect(parseBody(base64('\uFEFF{"a":1}'), MAX)).toEqual({ a: 1 });
});

test('the limit is on the bytes that were sent, not on characters or base64', () => {
  const text = '"éé"';
  expect(Buffer.byteLength(text)).toBe(6);
  for (const body of [plain(text), base64(text)]) {
    expect(parseBody(body, 6)).toBe('éé');
    expect(() => parseBody(body, 5)).toThrow(refused(413, 'body_too_large'));
  }
});

test('a base64 body that is too long is refused before it is decoded', () => {
  const body = { body: '!'.repeat(100), isBase64Encoded: true };
  expect(() => parseBody(body, 10)).toThrow(refused(413, 'body_too_large'));
});

describe('a body that cannot be read is a 400', () => {
  test.each([
    ['nothing', plain(null), 'empty_body'],
    ['an empty text', plain(''), 'empty_body'],
    ['only a byte order mark', plain('\uFEFF'), 'not_json'],
    ['half an object', plain('{"a":'), 'not_json'],
    ['two values', plain('{} {}'), 'not_json'],
    ['what is not base64', { body: '{"a":1}', isBase64Encoded: true }, 'not_base64'],
    ['invalid UTF-8', base64(Uint8Array.of(0x22, 0xc3, 0x28, 0x22)), 'not_utf8'],
    ['a UTF-16 surrogate in UTF-8', base64(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)), 'not_utf8'],
    ['501 levels', plain(`{"a":${nested(500)}}`), 'too_deep'],
    ['a nesting bomb', plain('['.repeat(1_000_000)), 'not_json'],
    ['a nesting bomb of objects', plain('{"a":'.repeat(200_000)), 'too_deep'],
  ])('%s', (_what, body, code) => {
    expect(() => parseBody(body, MAX)).toThrow(refused(400, code));
  });
});

test('the message about invalid JSON does not quote the body', () => {
  expect(() => parseBody(plain('secret'), MAX)).toThrow(/^The body is not valid JSON$/);
});

test('an event has up to 500 levels, alone and in an array, where a deeper one takes no other with it', () => {
  const event = (levels: number) => `{"a":${nested(levels - 1)}}`;
  expect(parseBody(plain(event(500)), MAX)).toHaveProperty('a');
  const bomb = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const events = parseBody(plain(`\n[${[event(500), event(501), '{"b":1}', bomb, '"[["'].join(' , ')}]`), MAX);
  const kinds = (events as unknown[]).map((one) => (one === TOO_DEEP ? 'too deep' : typeof one));
  expect(kinds).toEqual(['object', 'too deep', 'object', 'too deep', 'string']);
});

test('a body is either read as JSON.parse reads it or refused, whatever it is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string(), fc.string({ unit: 'binary' })), fc.boolean(), (text, encoded) => {
      try {
        const value = parseBody(encoded ? base64(text) : plain(text), MAX);
        expect(value).toEqual(JSON.parse(text.replace(/^\uFEFF/, '')));
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
      }
    }),
  );
});
