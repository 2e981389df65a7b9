import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { column, required, type Columns } from '../../pipeline/column.ts';
import { encodeInstant, encodeText, RowEncoder, UnfitValue } from './encode.ts';

/** What COPY's text format reads a field as: the escapes undone. */
function read(field: string): string | null {
  if (field === '\\N') return null;
  const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', v: '\v' };
  return field.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);
}

function encode(columns: Columns, ...values: readonly unknown[]): string {
  const row = Object.fromEntries(Object.keys(columns).map((name, at) => [name, values[at]]));
  return new RowEncoder(columns).encode(row);
}

const one = (declared: Columns[string], value: unknown): string => encode({ c: declared }, value);

describe('a text', () => {
  test('comes back as it was, and never breaks its line or its field', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('\\', '\t', '\n', '\r', 'N', '.', 'x', '"', '\b', '\u{1F6D2}', ' ') }),
    );
    fc.assert(
      fc.property(text, (value) => {
        fc.pre(!value.includes('\0') && value.isWellFormed());
        const field = encodeText(value);
        expect(field).not.toMatch(/[\t\n\r]/);
        expect(read(field)).toBe(value);
      }),
    );
  });

  test('that looks like null or like the end of the data is neither', () => {
    expect(read(encodeText('\\N'))).toBe('\\N');
    expect(encodeText('\\N')).not.toBe('\\N');
    expect(encodeText('\\.')).toBe('\\\\.');
  });

  test('that Postgres cannot hold is refused, with the column’s name', () => {
    const refusal = (value: string): unknown => {
      try {
        return one(column.text(), value);
      } catch (error) {
        return error instanceof UnfitValue ? `${error.code}: ${error.message}` : error;
      }
    };
    expect(refusal('a\0b')).toBe('nul_character: the column c holds the character U+0000');
    expect(refusal('a\ud800')).toBe('lone_surrogate: the column c holds half of a surrogate pair');
    expect(refusal('\udc00\ud800')).toBe('lone_surrogate: the column c holds half of a surrogate pair');
    expect(refusal('🛒')).toBe('🛒');
  });
});

describe('a JSON value', () => {
  const json = (value: unknown): unknown => JSON.parse(read(one(column.jsonb(), value))!) as unknown;

  test('comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('\\u'));
        expect(JSON.stringify(json(value))).toBe(text);
        expect(one(column.jsonb(), value)).not.toMatch(/[\t\n\r]/);
      }),
    );
  });

  test.each([
    ['U+0000 in a text', { a: 'x\0' }, 'nul_character'],
    ['U+0000 in a key', { '\0': 1 }, 'nul_character'],
    ['U+0000 behind a backslash', { a: '\\\0' }, 'nul_character'],
    ['half a surrogate pair in a text', ['\ud83d'], 'lone_surrogate'],
    ['half a surrogate pair in a key', { '\udfff': 1 }, 'lone_surrogate'],
  ])('with %s is refused', (_, value, code) => {
    expect(() => one(column.jsonb(), value)).toThrow(expect.objectContaining({ code }) as Error);
  });

  test.each([
    ['the letters of an escape', { a: String.raw`\u0000 \ud800` }],
    ['the same behind backslashes', { a: String.raw`\\\u0000` }],
    ['other control characters', { a: '\u0001\u001f\b' }],
    ['a whole surrogate pair', { a: '🛒' }],
    ['the key __proto__', JSON.parse('{"__proto__":{"a":1}}') as unknown],
    ['null within', { a: null, b: [null] }],
  ])('with %s comes back as it was', (_, value) => {
    expect(JSON.stringify(json(value))).toBe(JSON.stringify(value));
  });

  test('with a number that is too large for JSON keeps it as text instead of losing it', () => {
    expect(json(JSON.parse('{"a":[1e400,-1e400],"b":null,"c":1e308}'))).toEqual({
      a: ['Infinity', '-Infinity'],
      b: null,
      c: 1e308,
    });
  });

  test('that is no JSON is null, or refused when it cannot be written at all', () => {
    expect(one(column.jsonb(), () => 1)).toBe('\\N');
    expect(() => one(column.jsonb(), { a: 1n })).toThrow(/^the column c cannot be written/);
  });
});

describe('an instant', () => {
  const base = Date.parse('2025-12-06T05:00:00.567Z');

  test.each([
    [base, '2025-12-06T05:00:00.567Z'],
    [base + 0.001, '2025-12-06T05:00:00.567001Z'],
    [base + 0.25, '2025-12-06T05:00:00.567250Z'],
    [base + 0.999, '2025-12-06T05:00:00.567999Z'],
    [base + 0.9998, '2025-12-06T05:00:00.568Z'],
    [base + 0.0002, '2025-12-06T05:00:00.567Z'],
    [-0.5, '1969-12-31T23:59:59.999500Z'],
    [0, '1970-01-01T00:00:00.000Z'],
  ])('%d is written to the microsecond', (instant_ms, text) => {
    expect(encodeInstant(instant_ms)).toBe(text);
  });

  test('of the years 1 to 9999 is taken, and every other one refused', () => {
    expect(one(column.timestamptz(), Date.parse('0001-01-01T00:00:00Z'))).toBe('0001-01-01T00:00:00.000Z');
    expect(one(column.timestamptz(), Date.parse('9999-12-31T23:59:59.999Z'))).toBe('9999-12-31T23:59:59.999Z');
    const outside = [
      8.64e15,
      -8.64e15,
      Date.parse('0001-01-01T00:00:00Z') - 1,
      Date.parse('9999-12-31T23:59:59.999Z') + 1,
    ];
    for (const value of [...outside, NaN, Infinity, '2025-12-06', new Date(0)]) {
      expect(() => one(column.timestamptz(), value)).toThrow(UnfitValue);
    }
  });
});

test.each<[string, Columns[string], readonly unknown[], readonly unknown[]]>([
  ['a boolean', column.boolean(), [true, false], ['true', 1, 0]],
  ['an integer', column.integer(), [0, -0, 2 ** 31 - 1, -(2 ** 31)], [2 ** 31, 1.5, '1', NaN, Infinity]],
  ['a bigint', column.bigint(), [0, 2 ** 53 - 1, -(2 ** 53 - 1)], [2 ** 53, 1.5, '1', NaN]],
  [
    'a numeric',
    column.numeric(),
    [1.5, 1e308, 5e-324, '1.50', '.5', '1e3', '-0'],
    [NaN, Infinity, '0x10', '1,0', '', ' 1', 'NaN', true],
  ],
  ['a double', column.double(), [1.5, 1e308, -0], [NaN, Infinity, '1']],
  [
    'a date',
    column.date(),
    ['2024-02-29', '0001-01-01', '9999-12-31'],
    ['2025-02-29', '2025-02-30', '2025-13-01', '0000-01-01', '2025-1-1', '20250101', 'tomorrow', 0],
  ],
  ['a uuid', column.uuid(), ['0189d1b3-4f0a-7c3e-9b1a-6f2e8d4c5b7a'], ['0189d1b34f0a7c3e9b1a6f2e8d4c5b7a', 'x', 1]],
  ['a text', column.text(), ['', 'x'], [1, true, {}]],
  ['a list of texts', column.textArray(), [[], ['a'], [null]], ['a', [1], { 0: 'a' }]],
])(
  '%s takes what Postgres takes and refuses the rest, since one bad value would cost the whole batch',
  (_, declared, good, bad) => {
    for (const value of good) expect(() => one(declared, value)).not.toThrow();
    for (const value of bad) expect(() => one(declared, value)).toThrow(UnfitValue);
  },
);

test('numbers are written as JSON.parse gave them, decimals as text digit by digit', () => {
  expect(one(column.numeric(), 0.1)).toBe('0.1');
  expect(one(column.numeric(), 1e21)).toBe('1e+21');
  expect(one(column.numeric(), -0)).toBe('0');
  expect(one(column.numeric(), '12.345678901234567890123')).toBe('12.345678901234567890123');
  expect(one(column.bigint(), 2 ** 53 - 1)).toBe('9007199254740991');
});

test('a list of texts is an array literal in which nothing is taken for syntax', () => {
  expect(read(one(column.textArray(), ['a,b', '"', '\\', 'NULL', '', null, '{}', '\n']))).toBe(
    String.raw`{"a,b","\"","\\","NULL","",NULL,"{}","` + '\n"}',
  );
  expect(() => one(column.textArray(), ['\0'])).toThrow(/^the column c holds the character U\+0000/);
});

test('a row is a line of its columns in their order, null where there is none', () => {
  const columns = { b: column.text(), a: column.integer(), c: column.text(), d: required(column.boolean()) };
  expect(encode(columns, 'x', null, undefined, true)).toBe('x\t\\N\t\\N\tt');
  expect(new RowEncoder(columns).encode({ a: 1, b: 'x', c: '', d: false, other: 2 })).toBe('x\t1\t\tf');
});

test('a column that is never null must have a value', () => {
  expect(() => encode({ d: required(column.boolean()) }, null)).toThrow('the column d has no value');
});
