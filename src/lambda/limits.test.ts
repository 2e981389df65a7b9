import { expect, test } from 'vitest';
import { readLimits } from './limits.ts';

const getRemainingTimeInMillis = (): number => 59_000;

test('time and memory are those of the invocation', () => {
  const limits = readLimits({ getRemainingTimeInMillis, memoryLimitInMB: '512' }, {});
  expect(limits).toEqual({ remaining_ms: 59_000, memory_bytes: 512 * 1024 * 1024 });
});

test('time that is kept for what comes after the run is not the run’s', () => {
  expect(readLimits({ getRemainingTimeInMillis }, {}, 300).remaining_ms).toBe(58_700);
});

test('memory is taken from the environment when the context does not tell it', () => {
  const limits = readLimits({ getRemainingTimeInMillis }, { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024' });
  expect(limits.memory_bytes).toBe(1024 * 1024 * 1024);
});

test.each([undefined, '', 'much'])('memory is unlimited when it is told as %j', (memory) => {
  const env = memory === undefined ? {} : { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory };
  expect(readLimits({ getRemainingTimeInMillis }, env).memory_bytes).toBe(Infinity);
});
