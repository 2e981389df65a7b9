import { expect, test } from 'vitest';
import { shown } from './shown.ts';

test('a text is quoted on one line', () => {
  expect(shown('a "b"\nc')).toBe('"a \\"b\\"\\nc"');
});

test('a long text is cut to 80 characters', () => {
  expect(shown('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`);
  expect(shown('x'.repeat(81))).toBe(`"${'x'.repeat(80)}…"`);
});

test('the password of a connection string is masked, before an @ and after a ?', () => {
  expect(shown('postgres://me:p@ss@db:5432/shop')).toBe('"***@db:5432/shop"');
  expect(shown('postgres://db/shop?password=secret')).toBe('"postgres://db/shop?***"');
  expect(shown('host=db password = hunter2 user=me')).toBe('"host=db password = ***"');
});

test('values that are no text are named rather than printed', () => {
  expect(shown(7)).toBe('7');
  expect(shown(null)).toBe('null');
  expect(shown({ email: 'a' })).toBe('an object');
  expect(shown(['a'])).toBe('an array');
});
