import { loaded, type RecordCase } from '../record-case.ts';

const NUMBER = 'a number as JSON.parse gives it';
const DECIMAL = 'a decimal as text, exactly';
const NONE = 'what is no finite number is null, and stays in properties';

/** A total, given as JSON, that the column holds. */
const total = (literal: string, order_total: string, rule = literal.startsWith('"') ? DECIMAL : NUMBER): RecordCase =>
  loaded(`total ${shortened(literal)}`, rule, `"orderTotal":${literal}`, { order_total });

/** A total that no numeric holds. */
const noTotal = (literal: string, kept = literal): RecordCase =>
  loaded(`total ${shortened(literal)}`, NONE, `"orderTotal":${literal}`, { properties: `"orderTotal":${kept}` });

const count = (literal: string, item_count: number): RecordCase =>
  loaded(`count ${literal}`, 'a whole number of 32 bits', `"itemCount":${literal}`, { item_count });

const noCount = (literal: string, kept = literal): RecordCase =>
  loaded(`count ${literal}`, 'else null, and it stays in properties', `"itemCount":${literal}`, {
    properties: `"itemCount":${kept}`,
  });

const shortened = (literal: string): string =>
  literal.length > 60 ? `${literal.slice(0, 20)}… (${literal.length})` : literal;

export const NUMBERS: readonly RecordCase[] = [
  total('0', '0'),
  total('-0', '0'),
  total('-12.5', '-12.5'),
  total('1.10', '1.1'),
  total(String(0.1 + 0.2), '0.30000000000000004'),
  total('9007199254740993', '9007199254740992'),
  total('123456789012345678901234567890', '123456789012345680000000000000'),
  total('1e21', `1${'0'.repeat(21)}`),
  total('1e308', `1${'0'.repeat(308)}`),
  total('5e-324', `0.${'0'.repeat(323)}5`),
  total('1e-400', '0'),
  total('"0.10"', '0.10'),
  total('"12345678901234567890.12345678901234567890"', '12345678901234567890.12345678901234567890'),
  total(`"${'9'.repeat(100)}"`, '9'.repeat(100)),
  total('"1e3"', '1000'),
  total('"1E-3"', '0.001'),
  total('"1e-400"', `0.${'0'.repeat(399)}1`),
  total('" 12 "', '12'),
  total('"+5"', '5'),
  total('".5"', '0.5'),
  total('"5."', '5'),
  total('"-0"', '0'),
  total('"007"', '7'),
  noTotal('1e400', '"Infinity"'),
  noTotal('-1e400', '"-Infinity"'),
  noTotal('"1e400"'),
  noTotal('"1e1000000"'),
  noTotal('"1e99999999999999999999"'),
  noTotal('"NaN"'),
  noTotal('"Infinity"'),
  noTotal('"-inf"'),
  noTotal('"1,000"'),
  noTotal('"12,50"'),
  noTotal('"1 000"'),
  noTotal('"1_000"'),
  noTotal('"1\'000"'),
  noTotal('"0x10"'),
  noTotal('"0b1"'),
  noTotal('"0o7"'),
  noTotal('"12abc"'),
  noTotal('"€5"'),
  noTotal('"5 EUR"'),
  noTotal('"--1"'),
  noTotal('"1.2.3"'),
  noTotal('"1e"'),
  noTotal('"."'),
  noTotal('"½"'),
  noTotal('"１２"'),
  noTotal('"٣"'),
  noTotal('"   "'),
  noTotal('"1; SELECT 1"'),
  noTotal('"12\\n13"'),
  noTotal('true'),
  noTotal('false'),
  noTotal('[5]'),
  noTotal('{"amount":5}'),
  loaded('total null', 'none', '"orderTotal":null'),
  loaded('total ""', 'none', '"orderTotal":""'),
  loaded(
    'numbers beyond all in properties',
    'nothing that a client sent is thrown away',
    '"a":1e400,"b":[null,-1e999,{"c":1e400}]',
    { properties: { a: 'Infinity', b: [null, '-Infinity', { c: 'Infinity' }] } },
  ),
  loaded(
    'a number beyond all for a text',
    'what is no text is null, and stays in properties',
    '"userId":1e400,"currency":-1e400',
    { properties: { userId: 'Infinity', currency: '-Infinity' } },
  ),
  loaded(
    'a total that is none, and one in the element',
    'top level, else element.dataset',
    '"orderTotal":"abc","element":{"dataset":{"total":"17.50"}}',
    { order_total: '17.50', properties: { orderTotal: 'abc' } },
  ),
  loaded('prices that are none', NONE, '"product":{"price":"1,00","discountPrice":true}', {
    properties: { product: { price: '1,00', discountPrice: true } },
  }),
  loaded('prices to the last digit', DECIMAL, '"product":{"price":"19.990000000000000001","discountPrice":-0.01}', {
    product_price: '19.990000000000000001',
    product_discount_price: '-0.01',
  }),
  count('0', 0),
  count('-0', 0),
  count('3.0', 3),
  count('1e3', 1000),
  count('-3', -3),
  count('"3"', 3),
  count('" 3 "', 3),
  count('2147483647', 2_147_483_647),
  count('-2147483648', -2_147_483_648),
  noCount('2147483648'),
  noCount('-2147483649'),
  noCount('"2147483648"'),
  noCount('99999999999999999999', '100000000000000000000'),
  noCount('2.5'),
  noCount('1e400', '"Infinity"'),
  noCount('"2.5"'),
  noCount('"3.0"'),
  noCount('"1e3"'),
  noCount('"0x3"'),
  noCount('"3 items"'),
  noCount('true'),
  noCount('[3]'),
  noCount('{}'),
];
