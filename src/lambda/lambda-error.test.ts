import { expect, test } from 'vitest';
import { ClickstreamError } from '../errors.ts';
import { lambdaError } from './lambda-error.ts';

/** What Lambda writes of an error: its message, its stack and its own enumerable properties. */
const asLogged = (error: Error): string =>
  JSON.stringify({ own: Object.entries(error), message: error.message, stack: error.stack });

test('an error of ours keeps code, stage, message and the place it was thrown at', () => {
  const error = new ClickstreamError({ code: 'missing_table', stage: 'write', message: 'Run migrate.' });
  const told = lambdaError(error);
  expect(told).toMatchObject({ code: 'missing_table', stage: 'write', message: 'Run migrate.' });
  expect(told.stack).toMatch(/^ClickstreamError: Run migrate\.\n {4}at .*lambda-error\.test\.ts/);
  expect(told.cause).toBe(error);
});

test('what an error of ours carries beside that is not written', () => {
  const message = 'An hour failed';
  const error = new ClickstreamError({ code: 'unexpected', stage: 'read', message, cause: new Error('a secret') });
  expect(asLogged(lambdaError(Object.assign(error, { failures: ['a secret'] })))).not.toContain('secret');
});

test('of an error that nobody expected only its class and place are written', () => {
  const error = Object.assign(new TypeError('a\n secret'), { detail: 'Key (id)=(a secret) exists', name: 'a secret' });
  const told = lambdaError(error);
  expect(told).toMatchObject({ code: 'unexpected' });
  expect(told.message).toContain('TypeError');
  expect(told.stack).toContain('lambda-error.test.ts');
  expect(asLogged(told)).not.toContain('secret');
});

test('a thrown value that is no error becomes one', () => {
  expect(lambdaError('a secret').message).toBe('The run failed unexpectedly (string); the stack says where');
});
