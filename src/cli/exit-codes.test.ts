import { expect, it } from 'vitest';
import { ClickstreamError, configError } from '../errors.ts';
import { runResult } from '../etl/pipeline/result.ts';
import { HoursFailed } from '../etl/pipeline/run.ts';
import { EXIT_HELP, exitCodeOfError, exitCodeOfStatus } from './exit-codes.ts';

it('tells complete, partial and busy apart', () => {
  expect((['complete', 'partial', 'busy'] as const).map(exitCodeOfStatus)).toEqual([0, 3, 4]);
});

it('tells wrong configuration from what failed', () => {
  expect(exitCodeOfError(configError('X is not set.'))).toBe(2);
  expect(exitCodeOfError(new ClickstreamError({ code: 'missing_bucket', stage: 'list', message: '' }))).toBe(1);
  expect(exitCodeOfError(new Error('a defect'))).toBe(1);
});

it('says failed when hours failed, whatever of: they were begun', () => {
  const failures = [{ prefix: 'events/2025/12/06/05/', error: configError('a transform') }];
  expect(exitCodeOfError(new HoursFailed(failures, runResult('events/', [], 1)))).toBe(1);
});

it('documents every code', () => {
  for (const code of [0, 1, 2, 3, 4]) expect(EXIT_HELP).toContain(`\n  ${code}  `);
});
