import { expect, test } from 'vitest';
import { hostileObject, EDGE_TEXTS } from './typed-values.ts';
import { writeJson } from './write-json.ts';

test.each<[unknown]>([
  [{ a: [1, -0, Infinity, -Infinity, 1e21, null, true, 'é\n"'], b: {}, c: [] }],
  [hostileObject()],
  [EDGE_TEXTS],
  [2 ** 53],
])('what it writes is read back as it was: %j', (value) => {
  expect(JSON.parse(writeJson(value))).toStrictEqual(value);
});

test('what JSON has no word for is left out, or null in a list', () => {
  expect(writeJson({ a: undefined, b: [undefined, NaN] })).toBe('{"b":[null,null]}');
});
