import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { asPath, GONE, putAt, replaceAt, valueAt } from './paths.ts';

const path = (text: string) => asPath(text)!;
const json = (text: string): unknown => JSON.parse(text);

test.each<[string, string, string]>([
  ['{"a":1,"b":2}', 'a', '{"a":"X","b":2}'],
  ['{"a":{"b":[1,{"c":2}]}}', 'a.b.1.c', '{"a":{"b":[1,{"c":"X"}]}}'],
  ['{"a":[{"c":1},{"d":2},{"c":null}]}', 'a.*.c', '{"a":[{"c":"X"},{"d":2},{"c":"X"}]}'],
  ['{"a":{"x":1,"y":{}}}', 'a.*', '{"a":{"x":"X","y":"X"}}'],
  ['{"__proto__":{"a":1}}', '__proto__.a', '{"__proto__":{"a":"X"}}'],
  ['{"a":{"__proto__":1,"b":2}}', 'a.b', '{"a":{"__proto__":1,"b":"X"}}'],
])('in %s, what lies at %s is replaced: %s', (before, at, after) => {
  const value = json(before);
  expect(JSON.stringify(replaceAt(value, path(at), () => 'X'))).toBe(after);
  expect(JSON.stringify(value)).toBe(before);
});

test('where nothing lies, the answer is the very same value', () => {
  const value = json('{"a":[1],"b":"text","c":null}');
  for (const at of ['x', 'a.1', 'a.length', 'b.0', 'b.length', 'c.x', 'toString', 'a.push', '__proto__.x']) {
    expect(
      replaceAt(value, path(at), () => 'X'),
      at,
    ).toBe(value);
  }
});

test('what is taken away leaves no key in an object, and null in an array', () => {
  expect(replaceAt(json('{"a":1,"b":2}'), path('a'), () => GONE)).toEqual({ b: 2 });
  expect(replaceAt(json('{"a":[1,2,3]}'), path('a.1'), () => GONE)).toEqual({ a: [1, null, 3] });
});

test('nothing given is ever changed', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.array(fc.constantFrom('a', 'b', '0', '*', '__proto__'), { minLength: 1, maxLength: 4 }),
      (value, at) => {
        const before = JSON.stringify(value);
        replaceAt(value, at, () => GONE);
        replaceAt(value, at, () => 1);
        expect(JSON.stringify(value)).toBe(before);
      },
    ),
  );
});

test('a value is put where nothing stands in its way', () => {
  expect(putAt({ a: 1 }, path('b.c'), 2)).toEqual({ a: 1, b: { c: 2 } });
  expect(putAt({ b: { d: 1 } }, path('b.c'), 2)).toEqual({ b: { d: 1, c: 2 } });
  expect(putAt({ b: 1 }, path('b'), 2)).toBeNull();
  expect(putAt({ b: [1] }, path('b.c'), 2)).toBeNull();
  expect(putAt({ b: 1 }, path('b.c'), 2)).toBeNull();
  expect(Object.keys(putAt({}, path('__proto__'), 2)!)).toEqual(['__proto__']);
});

test('a value is found by its path, and what objects inherit is not', () => {
  expect(valueAt(json('{"a":{"b":[7]}}'), path('a.b.0'))).toBe(7);
  expect(valueAt({ a: 1 }, path('a.toFixed'))).toBeUndefined();
  expect(valueAt({}, path('constructor'))).toBeUndefined();
});

test.each([['', null, 7, '.', 'a..b', 'a.', '.a']].flat())('%j is no path', (text) => {
  expect(asPath(text)).toBeUndefined();
});
