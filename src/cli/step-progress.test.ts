import { expect, test } from 'vitest';
import { stepLines } from './step-progress.ts';

test('where there is no terminal each step is a line, as it begins', () => {
  const lines: string[] = [];
  const progress = stepLines((line) => lines.push(line));
  progress.onStep('orders', 0, 2);
  progress.onStep('sessions', 1, 2);
  progress.close();
  expect(lines).toEqual(['1/2 orders', '2/2 sessions']);
});
