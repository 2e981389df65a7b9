import { expect, test } from 'vitest';
import { shifted, type Figures } from './difference.ts';

const figures = (count: number, revenue: Figures['revenue']): Figures => ({
  events: count,
  visitors: count,
  sessions: count,
  bounces: count,
  converted: count,
  orders: count,
  revenue,
});

test('what a part gained and lost is what the whole does, amounts to the last digit', () => {
  const whole = figures(100, { EUR: '0.3', USD: '5' });
  const before = figures(7, { EUR: '0.1' });
  const after = figures(9, { EUR: '0.25', CHF: '1.5' });
  expect(shifted(whole, before, after)).toEqual(figures(102, { CHF: '1.5', EUR: '0.45', USD: '5' }));
});

test('amounts may be large or below zero, and a currency without an order goes', () => {
  const whole = figures(1, { EUR: '-0.5', USD: '12345678901234567890.01' });
  const before = figures(1, { EUR: '-0.5', USD: '0.02' });
  expect(shifted(whole, before, figures(1, { USD: '-0.01' })).revenue).toEqual({ USD: '12345678901234567889.98' });
});
