import { expect, test } from 'vitest';
import { stepLines } from './step-progress.ts';

test('where there is no terminal each step is a line, as it begins', () => {
  const lines: string[] = [];
  const { onStep, close } = stepLines((line) => lines.push(line));
  onStep('orders', 0, 2);
  onStep('sessions', 1, 2);
  close();
  expect(lines).toEqual(['1/2 orders', '2/2 sessions']);
});
