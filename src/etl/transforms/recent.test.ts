import { expect, test } from 'vitest';
import { Recent } from './recent.ts';

test('a value is worked out once while it is remembered, and again when too many others came between', () => {
  const computed: string[] = [];
  const recent = new Recent((text) => {
    computed.push(text);
    return text.length;
  }, 2);
  const lengths = ['a', 'bb', 'a', 'ccc', 'a', 'dddd', 'e', 'ff', 'ggg', 'a'].map((text) => recent.of(text));
  expect(lengths).toEqual([1, 2, 1, 3, 1, 4, 1, 2, 3, 1]);
  expect(computed).toEqual(['a', 'bb', 'ccc', 'dddd', 'e', 'ff', 'ggg', 'a']);
});
