import { expect, test } from 'vitest';
import { ClickstreamError } from '../errors.ts';
import { Refusal, badBody } from './refusal.ts';

test('a refusal is a coded error that also knows how to be answered', () => {
  const refusal = new Refusal({ statusCode: 404, code: 'not_found', message: 'Not found' });
  expect(refusal).toBeInstanceOf(ClickstreamError);
  expect(refusal).toMatchObject({ name: 'Refusal', statusCode: 404, code: 'not_found', stage: 'ingest' });
  expect(refusal.errors).toBeUndefined();
});

test('a bad body is a 400 with one entry for the body as a whole', () => {
  expect(badBody('not_json', 'Not JSON')).toMatchObject({
    statusCode: 400,
    errors: [{ index: 0, field: '', message: 'Not JSON' }],
  });
});
