import { expect, it } from 'vitest';
import { ClickstreamError } from '../errors.ts';
import { runResult } from '../etl/pipeline/result.ts';
import { HoursFailed } from '../etl/pipeline/run.ts';
import { errorDocument, errorText } from './report-error.ts';

const missing = new ClickstreamError({ code: 'missing_bucket', stage: 'list', message: 'The bucket raw is gone.' });

it('says an error of ours in one line, without a stack', () => {
  expect(errorText(missing)).toBe('error missing_bucket (list): The bucket raw is gone.');
  expect(errorDocument(missing)).toEqual({
    error: { code: 'missing_bucket', stage: 'list', message: 'The bucket raw is gone.' },
  });
});

it('says where any other error came from, and what to do', () => {
  expect(errorText(new TypeError('a secret'))).toMatch(/^error unexpected: TypeError\n +at /);
  expect(errorText('a secret')).toMatch(/^error unexpected: string\n.*report it/);
  expect(errorDocument(new TypeError('a secret'))).toEqual({
    error: { code: 'unexpected', stage: null, message: 'TypeError' },
  });
});

it('gives the failed hours and the result of the others to a program', () => {
  const result = runResult('events/2025/12/06/', [], 1);
  const error = new HoursFailed([{ prefix: 'events/2025/12/06/05/', error: missing }], result);
  expect(errorDocument(error)).toMatchObject({
    error: { code: 'missing_bucket', failures: [{ prefix: 'events/2025/12/06/05/', code: 'missing_bucket' }] },
    result,
  });
});
