import { expect, test } from 'vitest';
import { nearestName } from './nearest-name.ts';

const known = ['hoursBack', 'targetUtcHour', 'targetUtcDate', 'endAt'];

test('a slip of the hand finds the name that was meant', () => {
  expect(nearestName('hourBack', known)).toBe('hoursBack');
  expect(nearestName('targetUtcHuor', known)).toBe('targetUtcHour');
});

test('case and separators do not count', () => {
  expect(nearestName('target_utc_date', known)).toBe('targetUtcDate');
  expect(nearestName('ENDAT', known)).toBe('endAt');
});

test('of two near names the nearer one is given', () => {
  expect(nearestName('targetUtcDat', known)).toBe('targetUtcDate');
});

test('a name that resembles none finds nothing, however long it is', () => {
  expect(nearestName('bucket', known)).toBeUndefined();
  expect(nearestName('', known)).toBeUndefined();
  expect(nearestName('x'.repeat(1_000_000), known)).toBeUndefined();
});
