import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isNestedDeeperThan, withoutDeepElements } from './nesting.ts';

test('brackets in strings do not nest', () => {
  expect(isNestedDeeperThan('["[[[[", "\\"[[[[", "\\\\"]', 1)).toBe(false);
  expect(isNestedDeeperThan('["\\\\", [[]]]', 2)).toBe(true);
  expect(isNestedDeeperThan('[[],[],[]]', 2)).toBe(false);
});

test.each([
  ['[]', '[]', []],
  ['[[[1]]]', '[null]', [0]],
  [' [ 1 , {"a":[2]} , [3] ] ', ' [ 1 ,null, [3] ] ', [1]],
  ['[[[]],[[]]]', '[null,null]', [0, 1]],
  ['["[[],[[", [], "\\"]", {"a":{}}]', '["[[],[[", [], "\\"]",null]', [3]],
  ['[[[', '[null', [0]],
  ['[1,[[2', '[1,null', [1]],
])('of %s, %s is left when elements may have one level', (text, left, cut) => {
  expect(withoutDeepElements(text, 1)).toEqual({ text: left, cut });
});

test('each element is cut out if it is too deep by itself, and the others stay as they were', () => {
  const elements = fc.array(fc.jsonValue({ maxDepth: 6 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(elements, fc.integer({ min: 0, max: 5 }), fc.boolean(), (values, limit, spaced) => {
      const { text, cut } = withoutDeepElements(JSON.stringify(values, null, spaced ? 2 : 0), limit);
      const isDeep = values.map((value) => isNestedDeeperThan(JSON.stringify(value), limit));
      expect(cut).toEqual(isDeep.flatMap((deep, index) => (deep ? [index] : [])));
      const left = values.map((value, index) => (isDeep[index] === true ? null : value));
      expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(left));
    }),
  );
});

test('any text gives some answer', () => {
  const text = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', ',', '"', '\\', '1', ' ') });
  fc.assert(
    fc.property(text, (one) => {
      const left = withoutDeepElements(one, 2);
      expect(left.cut.length === 0).toBe(left.text === one);
    }),
  );
});
