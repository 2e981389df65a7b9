import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findAccess } from './access.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' };
/** Whatever this machine has set must not decide. */
const CLEARED = [
  ...['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL'],
  ...['AWS_ENDPOINT_URL_S3', 'AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT', 'AWS_S3_USE_ARN_REGION'],
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
];

describe('where a bucket is', () => {
  beforeEach(() => {
    for (const name of CLEARED) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
    for (const [name, value] of Object.entries(KEYS)) vi.stubEnv(name, value);
  });

  afterEach(() => void vi.unstubAllEnvs());

  test.each([
    ['raw', { AWS_REGION: 'eu-west-1' }, 'https://raw.s3.eu-west-1.amazonaws.com', '/', 'eu-west-1'],
    ['raw', { AWS_DEFAULT_REGION: 'eu-west-2' }, 'https://raw.s3.eu-west-2.amazonaws.com', '/', 'eu-west-2'],
    ['raw.data', { AWS_REGION: 'eu-west-1' }, 'https://s3.eu-west-1.amazonaws.com', '/raw.data/', 'eu-west-1'],
    ['raw', { AWS_REGION: 'cn-north-1' }, 'https://raw.s3.cn-north-1.amazonaws.com.cn', '/', 'cn-north-1'],
    [
      'raw',
      { AWS_REGION: 'us-east-1', AWS_USE_FIPS_ENDPOINT: 'true' },
      'https://raw.s3-fips.us-east-1.amazonaws.com',
      '/',
      'us-east-1',
    ],
    [
      'arn:aws:s3:us-west-2:123456789012:accesspoint/clicks',
      { AWS_REGION: 'eu-west-1', AWS_S3_USE_ARN_REGION: 'true' },
      'https://clicks-123456789012.s3-accesspoint.us-west-2.amazonaws.com',
      '/',
      'us-west-2',
    ],
  ])('%s is found as the SDK finds it, with %j', async (bucket, env, origin, basePath, region) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const access = await findAccess({ bucket });
    expect(access).toMatchObject({ origin, basePath, region, host: origin.slice('https://'.length), service: 's3' });
    expect(await access.provide()).toMatchObject({ accessKeyId: 'AKID', secretAccessKey: 'secret' });
  });

  test('a store of its own is addressed path-style, and needs no region', async () => {
    const access = await findAccess({ bucket: 'raw', endpoint: 'http://127.0.0.1:9000/s3' });
    expect(access).toMatchObject({ origin: 'http://127.0.0.1:9000', host: '127.0.0.1:9000', basePath: '/s3/raw/' });
    expect(access.region).toBe('us-east-1');
  });

  test('what is missing or cannot be is said by name', async () => {
    await expect(findAccess({ bucket: 'raw' })).rejects.toMatchObject({ code: 'missing_region' });
    vi.stubEnv('AWS_REGION', 'us-east-1');
    await expect(findAccess({ bucket: 'raw--use1-az4--x-s3' })).rejects.toMatchObject({ code: 'unsupported_bucket' });
    await expect(
      findAccess({ bucket: 'arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap' }),
    ).rejects.toMatchObject({ code: 'unsupported_bucket' });
    await expect(findAccess({ bucket: 'arn:aws:s3:::raw' })).rejects.toMatchObject({ code: 'invalid_config' });
    for (const name of Object.keys(KEYS)) vi.stubEnv(name, undefined);
    await expect(findAccess({ bucket: 'raw' })).rejects.toMatchObject({ code: 'NoCredentials' });
  });
});
