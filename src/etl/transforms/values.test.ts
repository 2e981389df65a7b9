import { expect, test } from 'vitest';
import { asBoolean, asInteger, asNumeric, asObject, asText, firstOf, idTooLong } from './values.ts';

test.each<[unknown, string | null]>([
  ['text', 'text'],
  [' ', ' '],
  ['', null],
  [42, '42'],
  [1.5, '1.5'],
  [1_234_567.5, '1234567.5'],
  [-0, '0'],
  [true, 'true'],
  [false, 'false'],
  [Infinity, null],
  [-Infinity, null],
  [null, null],
  [undefined, null],
  [{}, null],
  [['a'], null],
])('as text, %j is %j', (value, text) => {
  expect(asText(value)).toBe(text);
});

test.each<[unknown, boolean | null]>([
  [true, true],
  [false, false],
  ['true', true],
  ['false', false],
  ['TRUE', null],
  ['yes', null],
  [1, null],
  [0, null],
  ['', null],
  [null, null],
  [[true], null],
])('as a boolean, %j is %j', (value, boolean) => {
  expect(asBoolean(value)).toBe(boolean);
});

test.each<[unknown, number | string | null]>([
  [19.99, 19.99],
  [0, 0],
  [1e308, 1e308],
  ['19.99', '19.99'],
  ['0.1000', '0.1000'],
  ['12.345678901234567890123456789', '12.345678901234567890123456789'],
  ['90071992547409931.01', '90071992547409931.01'],
  [' 5 ', '5'],
  ['+5', '+5'],
  ['-0', '-0'],
  ['.5', '.5'],
  ['5.', '5.'],
  ['1e3', '1e3'],
  ['1E-3', '1E-3'],
  ['1e999', null],
  ['1e400', null],
  [Infinity, null],
  [NaN, null],
  ['NaN', null],
  ['Infinity', null],
  ['0x10', null],
  ['0b1', null],
  ['1_000', null],
  ['1,000', null],
  ['12,50', null],
  ['€5', null],
  ['.', null],
  ['', null],
  ['1e', null],
  ['--1', null],
  ['9'.repeat(100), '9'.repeat(100)],
  ['1'.repeat(101), null],
  [`1.${'1'.repeat(100)}`, `1.${'1'.repeat(100)}`],
  [`1.${'1'.repeat(101)}`, null],
  [`.${'1'.repeat(100)}`, `.${'1'.repeat(100)}`],
  [`.${'1'.repeat(101)}`, null],
  ['-12.5e+100', '-12.5e+100'],
  ['1e-1000', null],
  ['x1', null],
  ['1x', null],
  ['1.2.3', null],
  [true, null],
  [[5], null],
  [{}, null],
  [null, null],
])('as a numeric, %j is %j', (value, numeric) => {
  expect(asNumeric(value)).toBe(numeric);
});

test.each<[unknown, number | null]>([
  [3, 3],
  ['3', 3],
  [' 3 ', 3],
  ['-3', -3],
  ['007', 7],
  ['+12', 12],
  ['0000000012', 12],
  ['00000000012', null],
  ['x3', null],
  ['3x', null],
  ['-', null],
  [-2_147_483_649, null],
  ['-2147483649', null],
  [2_147_483_647, 2_147_483_647],
  [-2_147_483_648, -2_147_483_648],
  ['2147483648', null],
  [2_147_483_648, null],
  [1.5, null],
  ['1.5', null],
  ['0x10', null],
  ['1e3', null],
  ['', null],
  [Infinity, null],
  [true, null],
  [[3], null],
  [null, null],
])('as an integer, %j is %j', (value, integer) => {
  expect(asInteger(value)).toBe(integer);
});

test('only an object is an object', () => {
  const object = {};
  expect(asObject(object)).toBe(object);
  for (const other of [null, undefined, [], 'x', 1, true]) expect(asObject(other)).toBeNull();
});

test('of several values the first that says something counts', () => {
  expect(firstOf('a', 'b')).toBe('a');
  expect(firstOf('', 'b')).toBe('b');
  expect(firstOf(null, 0)).toBe(0);
  expect(firstOf(undefined, '', 'c')).toBe('c');
  expect(firstOf(false)).toBe(false);
  expect(firstOf(undefined, null, '')).toBeUndefined();
});

test('an id has at most 512 bytes of UTF-8, whatever its characters', () => {
  for (const fits of ['x'.repeat(512), 'é'.repeat(256), '🛒'.repeat(128), 'x'.repeat(170), 7, null]) {
    expect(idTooLong('userId', fits)).toBeUndefined();
  }
  expect(idTooLong('userId', 'x'.repeat(513))).toBe('userId takes 513 bytes; an id has at most 512');
  expect(idTooLong('userId', `${'é'.repeat(256)}x`)).toContain('takes 513 bytes');
  expect(idTooLong('userId', '€'.repeat(171))).toContain('takes 513 bytes');
});
