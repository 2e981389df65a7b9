import type { Column, ColumnType, ColumnValues } from '../etl/pipeline/column.ts';
import type { Random } from '../local/traffic/random.ts';

type Draw<T> = (random: Random) => T;
type Values = { readonly [T in ColumnType]: Draw<ColumnValues[T]> };

const WORDS = ['linden', 'Stuhl', 'blue lamp', 'A-17', 'spring', 'größe', 'ありがとう', 'a@example.com', '42', 'true'];
const NOON_MS = Date.parse('2025-12-06T12:00:00Z');
const DAY_MS = 86_400_000;

/** A value of a column's type as a shop would have it; null now and then where it may be. */
export function ordinaryValue({ type, nullable }: Column, random: Random): unknown {
  return nullable && random.chance(0.3) ? null : ORDINARY[type](random);
}

/** A value of a column's type that few would think of. It is one of the type nevertheless. */
export function edgeValue({ type, nullable }: Column, random: Random): unknown {
  return nullable && random.chance(0.2) ? null : EDGE[type](random);
}

const text: Draw<string> = (random) => {
  const url = `https://shop.example/${random.pick(['p', 'c'])}/${random.hex(6)}?utm_source=${random.pick(['news', 'ads'])}`;
  return random.pick([random.pick(WORDS), url, `${random.pick(WORDS)} ${random.hex(4)}`]);
};
const timestamp: Draw<number> = (random) => NOON_MS + random.int(-DAY_MS, DAY_MS);

const ORDINARY: Values = {
  text,
  uuid: (random) => random.uuid(),
  boolean: (random) => random.chance(0.5),
  integer: (random) => random.int(0, 1000),
  bigint: (random) => random.int(0, 2 ** 31),
  // As JSON has it or, to the digit, as text.
  numeric: (random) => {
    const cents = random.int(0, 100_000);
    return random.chance(0.5) ? cents / 100 : (cents / 100).toFixed(2);
  },
  'double precision': (random) => random.fraction() * 1000,
  timestamptz: timestamp,
  date: (random) => new Date(timestamp(random)).toISOString().slice(0, 10),
  jsonb: (random) =>
    random.pick<unknown>([{ [random.hex(4)]: text(random), nested: { list: [1, text(random)] } }, [], text(random), 7]),
  'text[]': (random) => Array.from({ length: random.int(0, 3) }, () => text(random)),
};

/** Texts that a parser, a regular expression or a database may trip over. */
export const EDGE_TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udc00x',
  '\u2028\u2029\u0085',
  '\ufeff',
  '🛒👩‍👩‍👧',
  'e\u0301',
  'İı',
  '\r\n\t',
  '\\',
  '\\N',
  '"\'`',
  '${7*7}',
  "'; DROP TABLE clickstream_events; --",
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'null',
  'NaN',
  'Infinity',
  '-0',
  '1e400',
  '0x1f',
  '1,5',
  '9007199254740993',
  'http://',
  'https://[::1',
  '//',
  'https://a.example/%E0%A4%A?utm_source=%',
  'https://user:secret@a.example:99999/?&=&a=1&a=2#?',
  'javascript:alert(1)',
  '/relative?x=1',
  'a@',
  '@',
  '4111 1111 1111 1111',
  '2025-02-30T25:61:61Z',
  '-271821-04-20T00:00:00Z',
  '('.repeat(200),
  'a'.repeat(50_000),
  'é'.repeat(10_000),
  'a.'.repeat(5_000),
  '%'.repeat(1_000),
];

const edgeText: Draw<string> = (random) => random.pick(EDGE_TEXTS);
const DEEP: unknown = Array.from({ length: 300 }).reduce<unknown>((inner) => ({ a: [inner] }), 'deep');

const EDGE: Values = {
  text: edgeText,
  uuid: (random) =>
    random.pick(['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', random.uuid()]),
  boolean: ORDINARY.boolean,
  integer: (random) => random.pick([0, -0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]),
  bigint: (random) => random.pick([0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]),
  numeric: (random) =>
    random.pick([0, -0, -1, 1e-7, 1e21, Number.MAX_VALUE, '.5', '-0.00', '1E5', '007', '9'.repeat(100)]),
  'double precision': (random) => random.pick([0, -0, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 0.1]),
  timestamptz: (random) =>
    random.pick([0, -1, -0.001, NOON_MS + 0.123, Date.parse('0001-01-01'), Date.parse('9999-12-31T23:59:59.999Z')]),
  date: (random) => random.pick(['0001-01-01', '1900-01-01', '2000-02-29', '9999-12-31']),
  jsonb: (random) =>
    random.pick<unknown>([{}, [], '', 0, false, [null, [null]], hostileObject(), DEEP, edgeText(random)]),
  'text[]': (random) => Array.from({ length: random.pick([0, 1, 100]) }, () => edgeText(random)),
};

/** With keys that mean something to JavaScript, as `JSON.parse` makes them: properties like any other. */
export function hostileObject(): unknown {
  return JSON.parse(
    '{"__proto__":{"polluted":true},"constructor":null,"toString":1,"hasOwnProperty":"x","length":-1,"toJSON":{},"then":"x","":0}',
  );
}
