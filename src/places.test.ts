import { expect, test } from 'vitest';
import { placesOf } from './places.ts';

test('tells where an error was thrown, and nothing of its message', () => {
  const places = placesOf(new TypeError('secret\n    at the place of a secret\nmore'));
  expect(places.length).toBeGreaterThan(0);
  expect(places[0]).toMatch(/^ {4}at .*places\.test\.ts/);
  expect(places.join()).not.toContain('secret');
});

test('tells nothing when the message cannot be told from the places, or there is neither', () => {
  const changed = new Error('first\n    at the place of a secret');
  // The stack is written when it is first looked at.
  expect(changed.stack).toContain('first');
  changed.message = 'second';
  expect(placesOf(changed)).toEqual([]);
  expect(placesOf(Object.assign(new Error('x'), { stack: undefined }))).toEqual([]);
  expect(placesOf('thrown')).toEqual([]);
  expect(placesOf(new Error('')).length).toBeGreaterThan(0);
});
