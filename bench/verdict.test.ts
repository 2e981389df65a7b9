import { expect, it } from 'vitest';
import { verdictOf } from './verdict.ts';

it('more than 5 % in every round is worse or better', () => {
  expect(verdictOf([1.1, 1.2, 1.02]).verdict).toBe('worse');
  expect(verdictOf([0.9, 0.8, 0.98]).verdict).toBe('better');
});

it('up to 5 % is the same, and so is what one round contradicts', () => {
  expect(verdictOf([1.05, 1.01, 1.05]).verdict).toBe('same');
  expect(verdictOf([1.3, 1.3, 0.99]).verdict).toBe('same');
  expect(verdictOf([0.7, 0.7, 1.01]).verdict).toBe('same');
});
