import { expect, test } from 'vitest';
import { ClickstreamError, configError } from '../errors.ts';
import { describeFailure } from './log.ts';

test('an error of ours is told with its code and message', () => {
  const { fields, message } = describeFailure(configError('RAW_BUCKET_NAME is required'));
  expect(fields).toMatchObject({ code: 'invalid_config' });
  expect(message).toBe('RAW_BUCKET_NAME is required');
});

test('of the cause only name, code, place, status and attempts are told', () => {
  const cause = Object.assign(new Error('203.0.113.1 may not'), {
    name: 'AccessDenied',
    code: 'EACCES',
    $metadata: { httpStatusCode: 403, attempts: 3, requestId: 'x' },
  });
  const error = new ClickstreamError({ code: 'store_failed', stage: 'ingest', message: 'Not stored', cause });
  const described = describeFailure(error);
  expect(described.fields).toMatchObject({
    code: 'store_failed',
    cause: 'AccessDenied',
    causeCode: 'EACCES',
    httpStatus: 403,
    attempts: 3,
  });
  expect(described.fields['causeAt']).toContain('log.test.ts');
  expect(JSON.stringify(described)).not.toContain('203.0.113.1');
});

test('of an error that nobody expected not even the message is told', () => {
  const described = describeFailure(Object.assign(new TypeError('{"eventName":"secret"}'), { name: 'a secret name' }));
  expect(described.fields).toMatchObject({ code: 'unexpected', cause: undefined });
  expect(JSON.stringify(described)).not.toContain('secret');
  expect(describeFailure('secret').fields).toEqual({ code: 'unexpected' });
});
