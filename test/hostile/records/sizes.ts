import { loaded, rejected, type RecordCase } from '../record-case.ts';

const KEPT = 'all else that the client sent is kept';
const LARGE = 'text of any length, within a record of 16 MiB';
const DEPTH = 'a record nests at most 500 deep';

/** A member that makes an event of so many levels, the event's own included. */
const deep = (levels: number, open = '[', close = ']'): string => {
  const inner = levels - 1;
  return `"deep":${open.repeat(inner - 1)}${open === '[' ? '[]' : '{}'}${close.repeat(inner - 1)}`;
};

const TEN_MB = 10_000_000;

export const SIZES: readonly RecordCase[] = [
  loaded('500 levels of arrays', DEPTH, deep(500), { properties: deep(500) }),
  loaded('500 levels of objects', DEPTH, deep(500, '{"a":', '}'), { properties: deep(500, '{"a":', '}') }),
  rejected('501 levels of arrays', DEPTH, deep(501), 'too_deep', { posted: 400 }),
  rejected('501 levels of objects', DEPTH, deep(501, '{"a":', '}'), 'too_deep', { posted: 400 }),
  rejected('100,000 levels of arrays', DEPTH, () => deep(100_000), 'too_deep', { posted: 400 }),
  rejected('100,000 levels of objects', DEPTH, () => deep(100_000, '{"a":', '}'), 'too_deep', { posted: 400 }),
  loaded('brackets in a text', DEPTH, { note: '[{'.repeat(10_000) }, { properties: { note: '[{'.repeat(10_000) } }),
  loaded(
    'a referrer of 10 MB',
    LARGE,
    () => ({ referrer: 'r'.repeat(TEN_MB) }),
    () => ({
      referrer: 'r'.repeat(TEN_MB),
    }),
  ),
  loaded(
    'a property of 10 MB',
    LARGE,
    () => ({ note: 'é'.repeat(TEN_MB / 2) }),
    () => ({
      properties: { note: 'é'.repeat(TEN_MB / 2) },
    }),
  ),
  loaded(
    'a megabyte of backslashes',
    LARGE,
    () => ({ note: `${'\\'.repeat(1e6)}\u0001` }),
    () => ({
      properties: { note: `${'\\'.repeat(1e6)}\u0001` },
    }),
  ),
  loaded(
    '100,000 keys',
    KEPT,
    () => manyKeys(),
    () => ({ properties: manyKeys() }),
  ),
  loaded(
    '100,000 keys in a product',
    KEPT,
    () => ({ product: { id: 'p', ...manyKeys() } }),
    () => ({
      product_id: 'p',
      properties: { product: manyKeys() },
    }),
  ),
  loaded(
    'an array of 100,000 nulls',
    KEPT,
    () => ({ list: Array(100_000).fill(null) }),
    () => ({
      properties: { list: Array(100_000).fill(null) },
    }),
  ),
  loaded('one key 100,000 times', 'the last one counts', () => '"k":1,'.repeat(100_000) + '"k":2', {
    properties: { k: 2 },
  }),
];

function manyKeys(): Record<string, number> {
  return Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, at]));
}
