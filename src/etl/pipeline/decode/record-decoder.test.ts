import { describe, expect, test, vi } from 'vitest';

import { LIMITS } from '../record.ts';
import { decode, everyByte, facts, line } from './testing.ts';

const BOM = '\uFEFF';
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** What it is; the text; what must come of it, rejects as `!code` and their bytes. */
type Case = readonly [what: string, text: Buffer | string, ...pieces: string[]];

const wellFormed: Case[] = [
  ['nothing', ''],
  ['a byte order mark alone', BOM],
  ['whitespace', ' \r\n\t\n '],
  ['an object', '{"a":1}', '{"a":1}'],
  ['an empty object', '{}', '{}'],
  ['an object after a byte order mark', `${BOM}{"a":1}`, '{"a":1}'],
  ['an object over many lines', '{\r\n  "a": 1\r\n}\r\n', '{"a":1}'],
  ['objects over many lines', '{\n"a": 1}\n{\n"a": 2}', '{"a":1}', '{"a":2}'],
  ['an empty array', '[]'],
  ['an array', '[{"a":1},{"a":2}]', '{"a":1}', '{"a":2}'],
  ['an array over many lines', '\n[ {"a":1}\n, {"a":2}\n]\n', '{"a":1}', '{"a":2}'],
  ['arrays one after another', '[{"a":1}][{"a":2}] []', '{"a":1}', '{"a":2}'],
  ['lines', '{"a":1}\n{"a":2}\n', '{"a":1}', '{"a":2}'],
  ['lines with CRLF', '{"a":1}\r\n{"a":2}\r\n', '{"a":1}', '{"a":2}'],
  ['lines after a byte order mark', `${BOM}{"a":1}\n{"a":2}`, '{"a":1}', '{"a":2}'],
  ['lines with blank ones between', '\n\n{"a":1}\n \r\n\n{"a":2}\n\n', '{"a":1}', '{"a":2}'],
  ['lines that are indented', '  {"a":1} \n\t{"a":2}\t\n', '{"a":1}', '{"a":2}'],
  ['lines of arrays', '[{"a":1},{"a":2}]\n[]\n[{"a":3}]', '{"a":1}', '{"a":2}', '{"a":3}'],
  ['an array line among objects', '{"a":1}\n[{"a":2}, {"a":3}]\n{"a":4}', '{"a":1}', '{"a":2}', '{"a":3}', '{"a":4}'],
  ['objects on one line', '{"a":1}{"a":2} {"a":3}', '{"a":1}', '{"a":2}', '{"a":3}'],
  ['two objects on the first line, then more', '{"a":1}{"a":2}\n{"a":\n3}', '{"a":1}', '{"a":2}', '{"a":3}'],
  ['brackets and quotes in strings', '[{"a":"]}\\"[{\\\\"}]', '{"a":"]}\\"[{\\\\"}'],
  ['nested values', '[{"a":[{"b":[]}]}]', '{"a":[{"b":[]}]}'],
  ['characters of two, three and four bytes', '{"a":"öæ€😀"}\n{"ö":1}', '{"a":"öæ€😀"}', '{"ö":1}'],
  ['a replacement character that is really there', '{"a":"\uFFFD"}', '{"a":"\uFFFD"}'],
  ['an own __proto__', '[{"__proto__":{"a":1}}]', '{"__proto__":{"a":1}}'],
  ['a number past what a double holds', '{"a":1e999}', '{"a":null}'],
];

const lines: Case[] = [
  ['a bad line', '{"a":1}\n{"a":\n{"a":3}', '{"a":1}', '!syntax_error {"a":', '{"a":3}'],
  ['a bad last line', '{"a":1}\n{"a', '{"a":1}', '!syntax_error {"a'],
  ['two objects on a line', '{"a":1}\n{"a":2}{"a":3}\n{}', '{"a":1}', '!syntax_error {"a":2}{"a":3}', '{}'],
  ['an object that goes over a line', '{"a":1}\n{"a":\n2}\n', '{"a":1}', '!syntax_error {"a":', '!syntax_error 2}'],
  ['a line with a comma behind', '{"a":1}\n{"a":2},\n', '{"a":1}', '!syntax_error {"a":2},'],
  ['NaN in a line', '{"a":1}\n{"a":NaN}\n{}', '{"a":1}', '!syntax_error {"a":NaN}', '{}'],
  ['a control character in a string', '{}\n{"a":"\t"}\n{}', '{}', '!syntax_error {"a":"\t"}', '{}'],
  ['text', '{}\nhello\n{}', '{}', '!syntax_error hello', '{}'],
  ['a bad line with CRLF', '{}\r\nx\r\n{}', '{}', '!syntax_error x', '{}'],
  ['an array line with an error at its end', '{}\n[{"a":1},{]\n{}', '{}', '!syntax_error [{"a":1},{]', '{}'],
  ['an array line that is not closed', '{}\n[{"a":1}\n{}', '{}', '!syntax_error [{"a":1}', '{}'],
  ['an array line with something behind', '{}\n[{"a":1}]]\n{}', '{}', '!syntax_error [{"a":1}]]', '{}'],
  ['an array line with a scalar', '{}\n[1,{"a":1}]\n{}', '{}', '!not_an_object 1', '{"a":1}', '{}'],
  ['scalars', '1\n"b"\nnull\n{}', '!not_an_object 1', '!not_an_object "b"', '!not_an_object null', '{}'],
  ['a second byte order mark', bytes('{}\n\xef\xbb\xbf{}\n{}'), '{}', '!syntax_error \xef\xbb\xbf{}', '{}'],
  ['a line that is not UTF-8', bytes('{}\n{"a":"\xff"}\n{}'), '{}', '!invalid_utf8 {"a":"\xff"}', '{}'],
  ['an encoded surrogate', bytes('{}\n{"a":"\xed\xa0\x80"}'), '{}', '!invalid_utf8 {"a":"\xed\xa0\x80"}'],
];

const values: Case[] = [
  ['a first line that is bad', '{"a":}\n{"a":2}', '!syntax_error {"a":}\n{"a":2}'],
  ['a first line with something behind', '{"a":1} x\n{"a":2}', '{"a":1}', '!syntax_error x\n{"a":2}'],
  ['a comma between objects', '{"a":1},{"a":2}', '{"a":1}', '!syntax_error ,{"a":2}'],
  ['an error in the middle', '{\n}{"a":1}{"b"}{"c":1}', '{}', '{"a":1}', '!syntax_error {"b"}{"c":1}'],
  ['a comma behind the last element', '[{"a":1},]', '{"a":1}', '!syntax_error ]'],
  ['a comma missing', '[{"a":1} {"a":2}]', '{"a":1}', '!syntax_error {"a":2}]'],
  ['two commas', '[1,,2]', '!not_an_object 1', '!syntax_error ,2]'],
  ['a comma before all', '[,{}]', '!syntax_error ,{}]'],
  ['an array that is not closed', '[{"a":1}', '{"a":1}', '!syntax_error'],
  ['an array that ends behind a comma', '[{"a":1}, ', '{"a":1}', '!syntax_error'],
  ['an array that ends in an element', '[{"a":1},{"a', '{"a":1}', '!syntax_error {"a'],
  ['an array that ends in a number', '[{"a":1},1', '{"a":1}', '!not_an_object 1', '!syntax_error'],
  ['an array that only opens', '[', '!syntax_error'],
  ['an object that only opens', '{', '!syntax_error {'],
  ['a string that only opens', '"', '!syntax_error "'],
  ['a bracket too many', '[{"a":1}]]', '{"a":1}', '!syntax_error ]'],
  ['a brace too many', '{"a":1}}', '{"a":1}', '!syntax_error }'],
  ['brackets that do not match', '[{"a":1]},{}]', '!syntax_error {"a":1]},{}]'],
  ['NaN', '[NaN]', '!syntax_error NaN]'],
  ['a minus and Infinity', '[-Infinity]', '!syntax_error -Infinity]'],
  ['a number that is none', '[01, {}]', '!syntax_error 01, {}]'],
  ['a control character in a string', '[{"a":"\n"},{}]', '!syntax_error {"a":"\n"},{}]'],
  ['a single-quoted string', "{'a':1}", "!syntax_error {'a':1}"],
  ['words that run together', 'truefalse', '!syntax_error truefalse'],
  ['scalars without space', '1"b"null[2]', ...['1', '"b"', 'null', '2'].map((raw) => `!not_an_object ${raw}`)],
  ['nested arrays', '[[{"a":1}],{"a":2}]', '!not_an_object [{"a":1}]', '{"a":2}'],
  ['an element that is not UTF-8', bytes('[{"a":"\xc3"},{}]'), '!invalid_utf8 {"a":"\xc3"}', '{}'],
  ['half a byte order mark', bytes('\xef\xbb{}'), '!syntax_error \xef\xbb{}'],
  ['half a byte order mark and no more', bytes('\xef'), '!syntax_error \xef'],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), '!syntax_error {\0"\0a\0"\0:\x001\0}\0'],
  ['UTF-16 with its mark', bytes('\xff\xfe{\0}\0'), '!syntax_error \xff\xfe{\0}\0'],
  ['zeros', '\0\0\0', '!syntax_error \0\0\0'],
];

describe.each([
  ['well-formed text', wellFormed],
  ['lines that stand alone', lines],
  ['values that follow one another', values],
])('%s', (_, cases) => {
  test.each(cases)('%s', (_what, text, ...pieces) => {
    expect(decode(text).map(line)).toEqual(pieces);
    expect(decode(text, { cuts: everyByte(text) }).map(facts)).toEqual(decode(text).map(facts));
  });
});

describe('limits', () => {
  const limits = { record_bytes: 40, nesting: 3, rejected_raw_bytes: 10 };
  const long = `{"a":"${'x'.repeat(40)}"}`;
  const longArray = `[${'{"a":1}, '.repeat(5)}{"a":2}]`;
  const cases: Case[] = [
    ['a line too large', `{}\n${long}\n{}`, '{}', '!record_too_large {"a":"xxxx', '{}'],
    ['a first line too large', `${long}\n{}\nx`, '!record_too_large {"a":"xxxx', '{}', '!syntax_error x'],
    ['an element too large', `[{},${long},{}]`, '{}', '!record_too_large {"a":"xxxx', '{}'],
    ['a value too large', `{}{}${long}{}`, '{}', '{}', '!record_too_large {"a":"xxxx', '{}'],
    ['a string too large', `["${'x'.repeat(40)}",{}]`, '!record_too_large "xxxxxxxxx', '{}'],
    ['a value too large that does not end', `[{},{"a":"${'x'.repeat(50)}`, '{}', '!syntax_error {"a":"xxxx'],
    ['a line too large for its blanks', `{}\n{"a":1}${' '.repeat(40)}\n{}`, '{}', '!record_too_large {"a":1}', '{}'],
    ['a line of blanks', `{}\n${' '.repeat(60)}\n{}`, '{}', '{}'],
    [
      'an array line longer than a record',
      `{}\n${longArray}\n{}`,
      '{}',
      ...Array<string>(5).fill('{"a":1}'),
      '{"a":2}',
      '{}',
    ],
    [
      'such a line with an error',
      `{}\n[{"a":1}, x,${longArray}\n{}`,
      '{}',
      '{"a":1}',
      '!syntax_error x,[{"a":1}',
      '{}',
    ],
    [
      'such a line that is not closed',
      `{}\n${longArray.slice(0, -8)}\n{}`,
      '{}',
      ...Array<string>(5).fill('{"a":1}'),
      '!syntax_error',
      '{}',
    ],
    ['a line too deep', '{}\n{"a":{"b":[[]]}}\n{}', '{}', '!too_deep {"a":{"b":', '{}'],
    ['an element too deep', '[{"a":{"b":[[]]}},{"a":{"b":[]}}]', '!too_deep {"a":{"b":', '{"a":{"b":[]}}'],
    ['a bad line that is long', `{}\n{"a":nothing}\n{}`, '{}', '!syntax_error {"a":nothi', '{}'],
    ['an error with much behind it', `{}x${long}${long}`, '{}', '!syntax_error x{"a":"xxx'],
  ];

  test.each(cases)('%s', (_what, text, ...pieces) => {
    expect(decode(text, { limits }).map(line)).toEqual(pieces);
    expect(decode(text, { limits, cuts: everyByte(text) }).map(facts)).toEqual(decode(text, { limits }).map(facts));
  });

  test('a record may have 16 MiB and not a byte more', () => {
    const record = (length: number): string => `{"a":"${'x'.repeat(length - 8)}"}`;
    const text = `{}\n${record(LIMITS.record_bytes)}\n${record(LIMITS.record_bytes + 1)}\n{}`;
    const pieces = decode(text);
    expect(pieces.map((piece) => (piece.ok ? 'ok' : piece.code))).toEqual(['ok', 'ok', 'record_too_large', 'ok']);
    expect(pieces.map((piece) => piece.end_bytes - piece.start_bytes)).toEqual([2, 2 ** 24, 2 ** 24 + 1, 2]);
    expect(pieces[2]!.to - pieces[2]!.from).toBe(LIMITS.rejected_raw_bytes);
  });

  test('a record may nest 500 deep and not a level more', () => {
    const record = (nesting: number): string => `{"a":${'['.repeat(nesting - 1)}${']'.repeat(nesting - 1)}}`;
    const codes = (text: string): string[] => decode(text).map((piece) => (piece.ok ? 'ok' : piece.code));
    expect(codes(`${record(500)}\n${record(501)}\n{}`)).toEqual(['ok', 'too_deep', 'ok']);
    expect(codes(`[${record(500)},${record(501)},{}]`)).toEqual(['ok', 'too_deep', 'ok']);
    expect(codes(`{}\n${record(501)}\n${record(500)}`)).toEqual(['ok', 'too_deep', 'ok']);
  });

  test('millions of brackets are no danger', () => {
    expect(decode(`{}\n{"a":${'['.repeat(4_000_000)}\n{}`).map((piece) => piece.ok)).toEqual([true, false, true]);
    expect(decode('['.repeat(4_000_000)).map((piece) => piece.ok)).toEqual([false]);
  });
});

test('a record that comes in many chunks is copied once', () => {
  const concat = vi.spyOn(Buffer, 'concat');
  const text = Buffer.from(`{"a":"${'x'.repeat(LIMITS.record_bytes - 8)}"}`);
  const chunks = { cuts: Array.from({ length: text.length / 16_384 }, (_, n) => n * 16_384) };
  expect(decode(text, chunks)).toHaveLength(1);
  const copied_bytes = concat.mock.results.reduce((sum, { value }) => sum + (value as Buffer).length, 0);
  concat.mockRestore();
  expect(copied_bytes).toBe(text.length);
});

test('a detail tells the fault and nothing of the text', () => {
  const faults = [
    '{"secret":}',
    '{"secret":"x',
    '{"secret":"\t"}',
    '[secret]',
    '{"a":1,}',
    '{"secret" 1}',
    '"\\x"',
    '-',
  ];
  const details = faults.flatMap((text) => decode(`{}\n${text}`)).map((piece) => (piece.ok ? '' : piece.detail));
  expect(details.join()).not.toMatch(/secret/);
  expect(details.filter((detail) => detail !== '')).toHaveLength(faults.length);
});

test('the pieces stay what they are while decoding goes on', () => {
  const text = Buffer.from('{"a":1}\n{"a":2}\n{"a":3}\n');
  const pieces = decode(text, { cuts: [3, 9, 20] });
  for (const { bytes: buffer, from, to, start_bytes, end_bytes } of pieces) {
    expect(buffer.subarray(from, to)).toEqual(text.subarray(start_bytes, end_bytes));
  }
});
