import { describe, expect, test } from 'vitest';
import { readAllowedOrigins, readSettings } from './settings.ts';

const bucket = { RAW_BUCKET_NAME: 'raw-events' };

test('only the bucket is required, and the rest has defaults', () => {
  expect(readSettings(bucket)).toEqual({
    bucket: 'raw-events',
    maxBody_bytes: 1_048_576,
    allowedOrigins: '*',
    endpoint: undefined,
  });
});

test('an empty value counts as not set', () => {
  const empty = { ...bucket, ALLOWED_ORIGINS: '', MAX_BODY_BYTES: '', AWS_ENDPOINT_URL_S3: '' };
  expect(readSettings(empty)).toEqual(readSettings(bucket));
  expect(() => readSettings({ RAW_BUCKET_NAME: '' })).toThrow('RAW_BUCKET_NAME is required');
});

test('given values are taken', () => {
  const env = {
    ...bucket,
    MAX_BODY_BYTES: '2048',
    ALLOWED_ORIGINS: ' https://Shop.example, http://localhost:3000 ',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000',
  };
  expect(readSettings(env)).toEqual({
    bucket: 'raw-events',
    maxBody_bytes: 2048,
    allowedOrigins: new Set(['https://shop.example', 'http://localhost:3000']),
    endpoint: 'http://127.0.0.1:9000',
  });
});

test('an access point takes the place of a bucket, as it does for the ETL', () => {
  const accessPoint = 'arn:aws:s3:eu-west-1:123456789012:accesspoint/raw';
  expect(readSettings({ RAW_BUCKET_NAME: accessPoint }).bucket).toBe(accessPoint);
});

describe('a wrong value is an error that names its variable and not the value', () => {
  test.each([
    ['RAW_BUCKET_NAME', undefined],
    ['RAW_BUCKET_NAME', 's3://raw-events'],
    ['RAW_BUCKET_NAME', 'raw-events/events'],
    ['RAW_BUCKET_NAME', 'x'],
    ['RAW_BUCKET_NAME', 'raw..events'],
    ['RAW_BUCKET_NAME', 'arn:aws:s3:::raw'],
    ['MAX_BODY_BYTES', '0'],
    ['MAX_BODY_BYTES', '-5'],
    ['MAX_BODY_BYTES', '1e6'],
    ['MAX_BODY_BYTES', '1.5'],
    ['MAX_BODY_BYTES', '1 MiB'],
    ['MAX_BODY_BYTES', '99999999999999999999'],
    ['AWS_ENDPOINT_URL_S3', 'localhost:9000'],
    ['AWS_ENDPOINT_URL_S3', 'http://'],
    ['AWS_ENDPOINT_URL_S3', 'http://key:secret@127.0.0.1:9000'],
    ['AWS_ENDPOINT_URL_S3', 'http://127.0.0.1:9000?x=1'],
    ['ALLOWED_ORIGINS', 'https://www.shop.test/'],
    ['ALLOWED_ORIGINS', 'www.shop.test'],
    ['ALLOWED_ORIGINS', 'https://shop.example,*'],
    ['ALLOWED_ORIGINS', 'https://*.shop.example'],
    ['ALLOWED_ORIGINS', 'https://shop.example,,https://other.example'],
    ['ALLOWED_ORIGINS', ','],
    ['ALLOWED_ORIGINS', ' '],
  ])('%s = %j', (name, value) => {
    const read = () => readSettings({ ...bucket, [name]: value });
    expect(read).toThrow(expect.objectContaining({ code: 'invalid_config', stage: 'config' }));
    expect(read).toThrow(new RegExp(`^${name} `));
    if (value !== undefined && value.length > 5) expect(read).not.toThrow(value);
  });
});

test('origins can be read without a bucket, for the answers that come before the settings are checked', () => {
  expect(readAllowedOrigins({})).toBe('*');
  expect(readAllowedOrigins({ ALLOWED_ORIGINS: ' * ' })).toBe('*');
  expect(readAllowedOrigins({ ALLOWED_ORIGINS: 'capacitor://localhost' })).toEqual(new Set(['capacitor://localhost']));
});
