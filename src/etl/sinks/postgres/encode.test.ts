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
    expect(() => one(column.jsonb(), { a: 1n })).toThrow(
      expect.objectContaining({
        code: 'invalid_value',
        message: expect.stringMatching(/^the column c cannot be written: TypeError: /) as string,
      }) as Error,
    );
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
    [60_000 * 60_000, '1970-02-11T16:00:00.000Z'],
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
  expect(() => encode({ d: required(column.boolean()) }, null)).toThrow(
    expect.objectContaining({ code: 'invalid_value', message: 'the column d has no value' }) as Error,
  );
});

test.each<[string, Columns[string], unknown, string]>([
  ['text', column.text(), 5, 'text and cannot hold this number'],
  ['uuid', column.uuid(), 'x', 'uuid and cannot hold this string'],
  ['boolean', column.boolean(), 'true', 'boolean and cannot hold this string'],
  ['integer', column.integer(), 1.5, 'integer and cannot hold this number'],
  ['bigint', column.bigint(), '1', 'bigint and cannot hold this string'],
  ['numeric', column.numeric(), '1,0', 'numeric and cannot hold this string'],
  ['double precision', column.double(), '1', 'double precision and cannot hold this string'],
  ['timestamptz', column.timestamptz(), true, 'timestamptz and cannot hold this boolean'],
  ['date', column.date(), 'today', 'date and cannot hold this string'],
  ['text[]', column.textArray(), 'a', 'text[] and cannot hold this string'],
  ['text[] of others', column.textArray(), [1], 'text[] and cannot hold this number'],
])(
  'what a column of %s cannot hold is refused by the column’s name and type, and without the value',
  (_, declared, value, why) => {
    expect(() => one(declared, value)).toThrow(
      expect.objectContaining({ code: 'invalid_value', message: `the column c is a ${why}` }) as Error,
    );
  },
);

test.each<[string, Columns[string], unknown, string]>([
  ['true', column.boolean(), true, 't'],
  ['false', column.boolean(), false, 'f'],
  ['an integer', column.integer(), -2147483648, '-2147483648'],
  ['a double', column.double(), 1e-7, '1e-7'],
  ['a date', column.date(), '2024-02-29', '2024-02-29'],
  ['a uuid in capitals', column.uuid(), '0189D1B3-4F0A-7C3E-9B1A-6F2E8D4C5B7A', '0189D1B3-4F0A-7C3E-9B1A-6F2E8D4C5B7A'],
  [
    'the longest decimal',
    column.numeric(),
    `${'9'.repeat(1000)}.${'9'.repeat(1000)}e-999`,
    `${'9'.repeat(1000)}.${'9'.repeat(1000)}e-999`,
  ],
  ['the longest fraction', column.numeric(), `.${'9'.repeat(1000)}`, `.${'9'.repeat(1000)}`],
  ['a decimal with a plus', column.numeric(), '+5.', '+5.'],
  ['no texts', column.textArray(), [], '{}'],
  ['texts', column.textArray(), ['a', null], '{"a",NULL}'],
])('%s is written as Postgres reads it', (_, declared, value, field) => {
  expect(one(declared, value)).toBe(field);
});

test.each<[string, Columns[string], readonly string[]]>([
  [
    'decimal',
    column.numeric(),
    [
      '9'.repeat(1001),
      `1.${'9'.repeat(1001)}`,
      `.${'9'.repeat(1001)}`,
      '1e1000',
      '1e',
      '.',
      'x1',
      '1x',
      '1.2.3',
      '--1',
    ],
  ],
  [
    'uuid',
    column.uuid(),
    [
      ...[0, 1, 2, 3, 4].flatMap((group) => {
        const groups = '0189d1b3-4f0a-7c3e-9b1a-6f2e8d4c5b7a'.split('-');
        return ['x'.repeat(groups[group]!.length), groups[group]!.slice(1)].map((other) =>
          groups.with(group, other).join('-'),
        );
      }),
      'x0189d1b3-4f0a-7c3e-9b1a-6f2e8d4c5b7a',
      '0189d1b3-4f0a-7c3e-9b1a-6f2e8d4c5b7ax',
    ],
  ],
  [
    'date',
    column.date(),
    [
      'x2024-02-29',
      '2024-02-29x',
      '2024-02-29T00:00:00.000Z',
      '2024-06-31',
      '024-01-01',
      '2024-1-01',
      '2024-01-1',
      '2024-01-32',
      '2024-00-01',
    ],
  ],
])('no other spelling passes for a %s', (_, declared, spellings) => {
  for (const spelling of spellings) expect(() => one(declared, spelling), spelling).toThrow(UnfitValue);
});

test('instants come out the same whatever instant was written before them', () => {
  const instants = [
    '2025-12-06T05:00:00.000Z',
    '2025-12-06T05:00:59.999Z',
    '2025-12-06T05:01:00.001Z',
    '0001-01-01T00:00:09.010Z',
  ];
  for (const a of instants) {
    for (const b of instants) expect([encodeInstant(Date.parse(a)), encodeInstant(Date.parse(b))]).toEqual([a, b]);
  }
});

test('what is no text is refused even if it reads like one that would do', () => {
  for (const [declared, text] of [
    [column.uuid(), '0189d1b3-4f0a-7c3e-9b1a-6f2e8d4c5b7a'],
    [column.numeric(), '1.5'],
    [column.date(), '2024-02-29'],
    [column.text(), 'x'],
  ] as const) {
    expect(() => one(declared, text)).not.toThrow();
    expect(() => one(declared, [text])).toThrow('and cannot hold this object');
  }
});

test('a JSON value may be a text or a number by itself', () => {
  for (const value of ['null', 'x', 5, true]) expect(one(column.jsonb(), value)).toBe(JSON.stringify(value));
  expect(one(column.jsonb(), Infinity)).toBe('"Infinity"');
  expect(one(column.jsonb(), { a: -Infinity })).toBe('{"a":"-Infinity"}');
  expect(one(column.jsonb(), { a: { b: null } })).toBe('{"a":{"b":null}}');
});

test('every half of a surrogate pair is found in a JSON value, and no character beside them', () => {
  for (const half of ['\ud800', '\ud9ff', '\udaaa', '\udbff', '\udc00', '\udd00', '\ude00', '\udfff']) {
    expect(() => one(column.jsonb(), { a: `x${half}` })).toThrow(
      expect.objectContaining({
        code: 'lone_surrogate',
        message: 'the column c holds half of a surrogate pair',
      }) as Error,
    );
  }
  expect(() => one(column.jsonb(), { a: '\0' })).toThrow('the column c holds the character U+0000');
  for (const text of ['\ud7ff', '\ue000', '\u0001', '\\ud800 \ufffd'])
    expect(() => one(column.jsonb(), [text])).not.toThrow();
});

test('what is no number stays in a JSON value as it is, also where a number is too large', () => {
  const value: unknown = JSON.parse('{"a":[{"b":1e400}],"null":"null","c":"Infinity","d":null,"e":1}');
  expect(JSON.parse(one(column.jsonb(), value))).toEqual({
    a: [{ b: 'Infinity' }],
    null: 'null',
    c: 'Infinity',
    d: null,
    e: 1,
  });
});

test('a field is read back from a line by its column, as the text that it was', () => {
  const columns = { a: column.text(), b: column.text(), c: column.text() };
  const encoder = new RowEncoder(columns);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('\\', '\t', '\n', '\r', 'n', 't', 'N', 'ä') }), (text) => {
      const line = encoder.encode({ a: text, b: null, c: text });
      expect(['a', 'b', 'c', 'd'].map((name) => encoder.fieldOf(line, name))).toEqual([text, null, text, null]);
    }),
  );
});
