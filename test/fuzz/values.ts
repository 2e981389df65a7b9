import * as fc from 'fast-check';

/** Values for each type of column: those that are meant for it, at the edges above all, and those that are not. */

/** What COPY's text format, its escapes, arrays and JSON take for something else than text. */
const SYNTAX = [
  ...['\\', '\\N', '\\.', '\n\\.\n', '\\t', '\t', '\n', '\r', '\r\n', '\b', '\f', '\v', '\\x41', '\\101', '\\\\N'],
  ...['"', "'", '{', '}', ',', 'NULL', 'null', ' ', '', '\u0001', '\u001f', '\u007f', '\u0085', '\u2028', '\ufeff'],
  ...['\ufffd', '\uffff', '🛒', 'é', 'e\u0301', '\\u0000', '\\ud800', '$1', '%s', '\x1a', '\x04'],
];
const UNFIT = ['\0', '\ud800', '\udfff', '\ud83d', '\udc00\ud800'];

const syntax = fc.array(fc.constantFrom(...SYNTAX), { maxLength: 12 }).map((parts) => parts.join(''));
const unfitText = fc.tuple(syntax, fc.constantFrom(...UNFIT), syntax).map((parts) => parts.join(''));

export const texts: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: syntax },
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.tuple(syntax, fc.nat(5_000)).map(([text, times]) => text.repeat(times).slice(0, 50_000)) },
  { weight: 1, arbitrary: unfitText },
);

export const uuids: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: fc.uuid() },
  { weight: 2, arbitrary: fc.uuid().map((id) => id.toUpperCase()) },
  fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
  fc.constantFrom('', 'x', 'g0000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-00000000000\n'),
);

export const booleans: fc.Arbitrary<unknown> = fc.boolean();

const EDGES = [0, 1, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 53];

export const integers: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.integer() },
  fc.constantFrom(...EDGES),
  fc.constantFrom(NaN, Infinity, -Infinity),
);

export const safeIntegers: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.maxSafeInteger() },
  fc.constantFrom(...EDGES),
  fc.constantFrom(NaN, Infinity, 1.5),
);

const digits = fc.oneof(fc.stringMatching(/^\d{1,20}$/), fc.stringMatching(/^\d{1,1000}$/));
const decimals = fc
  .tuple(fc.constantFrom('', '-', '+'), digits, fc.option(digits), fc.option(fc.integer({ min: -999, max: 999 })))
  .map(([sign, whole, fraction, exponent]) => {
    return `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`;
  });

export const numerics: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: decimals },
  { weight: 4, arbitrary: fc.double() },
  { weight: 2, arbitrary: fc.integer() },
  fc.constantFrom(
    '.5',
    '-.5',
    '1.',
    '-0',
    '0.00',
    '007',
    '1E5',
    `9${'0'.repeat(999)}e999`,
    `.${'0'.repeat(999)}1e-999`,
  ),
  fc.constantFrom('', ' 1', '1 ', '1_000', '0x1f', '1,5', 'NaN', 'Infinity', '1e1000', '--1', '1.2.3', '\\N', '1\n'),
);

export const doubles: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: fc.double().map((value) => (value === 0 ? 0 : value)) },
  fc.constantFrom(5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 2 ** -1022, 0.1, 1e21, 1e-7),
);

const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

export const instants: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: EARLIEST_MS, max: LATEST_MS }) },
  { weight: 4, arbitrary: fc.double({ min: EARLIEST_MS, max: LATEST_MS, noNaN: true }) },
  { weight: 4, arbitrary: fc.tuple(fc.nat(4e12), fc.nat(999)).map(([ms, us]) => ms + us / 1000) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.integer({ min: -4e12, max: 4e12 }), fc.nat(2)).map(([ms, us]) => ms - us / 2000),
  },
  fc.constantFrom(EARLIEST_MS, LATEST_MS, 0, -0, -1, -0.001, 0.9999, 59_999.9999, -62_135_596_800_000),
  fc.constantFrom(EARLIEST_MS - 1, LATEST_MS + 1, NaN, Infinity, 8.64e15),
);

const twoDigits = fc.integer({ min: 0, max: 40 }).map((number) => String(number).padStart(2, '0'));

export const dates: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.integer({ min: EARLIEST_MS, max: LATEST_MS }).map((ms) => new Date(ms).toISOString().slice(0, 10)),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.stringMatching(/^\d{4}$/), twoDigits, twoDigits).map((parts) => parts.join('-')),
  },
  fc.constantFrom(
    '2000-02-29',
    '1900-02-29',
    '2024-02-30',
    '0000-01-01',
    '0001-01-01',
    '9999-12-31',
    'today',
    'infinity',
  ),
);

const scalars = fc.oneof(
  { weight: 3, arbitrary: texts },
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(null, true, false, 0, -0, 1e308, -1e308, 5e-324, 1e21, 1e-7, 0.1, Infinity, -Infinity, NaN),
);
const keys = fc.oneof(syntax, fc.constantFrom('__proto__', 'constructor', 'toJSON', 'length', '', '0', '1', '\ufffd'));

/** As JSON.parse makes them: `__proto__` is a key like any other. */
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    scalars,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map((entries) => {
      const object: Record<string, unknown> = {};
      for (const [key, value] of entries) {
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      }
      return object;
    }),
  ),
}));

const nested = fc.tuple(fc.integer({ min: 1, max: 499 }), fc.boolean(), scalars).map(([levels, asArray, value]) => {
  let result: unknown = value;
  for (let level = 0; level < levels; level += 1) result = asArray ? [result] : { a: result };
  return result;
});

export const jsonValues: fc.Arbitrary<unknown> = fc.oneof({ weight: 12, arbitrary: json }, nested);

export const lists: fc.Arbitrary<unknown> = fc.array(fc.option(texts, { freq: 5 }), { maxLength: 6 });
