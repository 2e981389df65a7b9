import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClickstreamError } from '../errors.ts';
import { readEtlSettings, readRunSettings, readStatusSettings, readWarehouseSettings } from './settings.ts';

const env = {
  RAW_BUCKET_NAME: 'raw-events',
  DW_PG_HOST: '10.0.2.7',
  DW_PG_USER: 'etl',
  DW_PG_DATABASE: 'clickstream_dw',
};
const pem = rootCertificates[0]!;

function refusal(changes: NodeJS.ProcessEnv): string {
  try {
    readEtlSettings({ ...env, ...changes });
  } catch (error) {
    expect(error).toBeInstanceOf(ClickstreamError);
    expect(error).toMatchObject({ code: 'invalid_config', stage: 'config' });
    return (error as ClickstreamError).message;
  }
  throw new Error(`${JSON.stringify(changes)} was accepted`);
}

describe('what is read', () => {
  test('a run without a warehouse does not look at the variables of one', () => {
    expect(readRunSettings({ RAW_BUCKET_NAME: 'raw-events', DW_PG_PORT: 'x' })).toEqual({
      bucket: 'raw-events',
      sessionTimeout_ms: 1_800_000,
      cutAtMidnight: false,
      reportingTimeZone: 'UTC',
      catchUp_hours: 24,
      logLevel: 'info',
    });
    expect(() => readRunSettings({})).toThrow('RAW_BUCKET_NAME is not set');
  });

  test('a look at the warehouse needs no bucket, and how far back runs look', () => {
    const { RAW_BUCKET_NAME: _, ...warehouse } = env;
    expect(readStatusSettings({ ...warehouse, CATCH_UP_HOURS: '3' })).toMatchObject({ catchUp_hours: 3 });
    expect(() => readStatusSettings({ ...warehouse, CATCH_UP_HOURS: 'x' })).toThrow('CATCH_UP_HOURS is "x"');
  });

  test('the four required variables are enough, and the rest has its defaults', () => {
    expect(readEtlSettings(env)).toMatchObject({
      bucket: 'raw-events',
      postgres: { host: '10.0.2.7', port: 5432, user: 'etl', database: 'clickstream_dw', ssl: false },
      tables: { events: '"clickstream_events"' },
      sessionTimeout_ms: 1_800_000,
      catchUp_hours: 24,
      logLevel: 'info',
    });
    const { postgres, ...settings } = readEtlSettings(env);
    expect(postgres).not.toHaveProperty('password');
    expect(settings).not.toHaveProperty('maxRecordsPerBatch');
    expect(settings).not.toHaveProperty('s3Endpoint');
  });

  test('every variable reaches its setting', () => {
    const all = {
      DW_PG_PORT: '6432',
      DW_PG_PASSWORD: 'secret',
      DW_PG_SSL: 'true',
      DW_PG_SSL_CA: pem,
      TARGET_TABLE: 'shop.shop_events',
      MAX_RECORDS_PER_BATCH: '1000000',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000',
      SESSION_TIMEOUT_MINUTES: '45',
      CATCH_UP_HOURS: '0',
      LOG_LEVEL: 'silent',
    };
    expect(readEtlSettings({ ...env, ...all })).toMatchObject({
      postgres: { port: 6432, password: 'secret', ssl: { rejectUnauthorized: true, ca: pem } },
      tables: { events: '"shop"."shop_events"' },
      maxRecordsPerBatch: 1_000_000,
      s3Endpoint: 'http://127.0.0.1:9000',
      sessionTimeout_ms: 2_700_000,
      catchUp_hours: 0,
      logLevel: 'silent',
    });
  });

  test('an empty password is a password', () => {
    expect(readEtlSettings({ ...env, DW_PG_PASSWORD: '' }).postgres.password).toBe('');
  });

  test('the warehouse alone needs no bucket, and looks at nothing that is not its own', () => {
    const { RAW_BUCKET_NAME: _, ...warehouse } = env;
    expect(readWarehouseSettings({ ...warehouse, MAX_RECORDS_PER_BATCH: 'many' }).postgres.host).toBe('10.0.2.7');
    expect(() => readWarehouseSettings({})).toThrow(/DW_PG_HOST.*DW_PG_USER.*DW_PG_DATABASE/);
  });

  test.each(['db', 'db.internal', '10.0.2.7', '::1', 'fe80::1', 'compose_db', '/var/run/postgresql'])(
    'the host %s',
    (host) => {
      expect(readEtlSettings({ ...env, DW_PG_HOST: host }).postgres.host).toBe(host);
    },
  );

  test.each([
    'raw-events',
    'Old_Bucket.1',
    'arn:aws:s3:eu-west-1:123456789012:accesspoint/raw',
    'arn:aws-cn:s3-outposts:cn-north-1:123456789012:outpost/op-01ab/accesspoint/raw',
    'arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap',
  ])('the bucket %s', (bucket) => {
    expect(readEtlSettings({ ...env, RAW_BUCKET_NAME: bucket }).bucket).toBe(bucket);
  });
});

describe('what is refused', () => {
  test('everything that is wrong is named at once', () => {
    const message = refusal({ RAW_BUCKET_NAME: undefined, DW_PG_PORT: 'abc', TARGET_TABLE: 'pg_x', LOG_LEVEL: 'loud' });
    for (const name of [
      'RAW_BUCKET_NAME is not set',
      'DW_PG_PORT is "abc"',
      'TARGET_TABLE is "pg_x"',
      'LOG_LEVEL is "loud"',
    ]) {
      expect(message).toContain(name);
    }
    expect(message).toContain('a whole number from 1 to 65535');
  });

  test.each(['RAW_BUCKET_NAME', 'DW_PG_HOST', 'DW_PG_USER', 'DW_PG_DATABASE'])(
    '%s, when it is missing or empty',
    (name) => {
      expect(refusal({ [name]: undefined })).toMatch(new RegExp(`^${name} is not set: give `));
      expect(refusal({ [name]: '' })).toMatch(new RegExp(`^${name} is empty: give `));
      expect(refusal({ [name]: '' })).not.toContain('unset');
    },
  );

  test.each([
    'DW_PG_PORT',
    'DW_PG_SSL',
    'DW_PG_SSL_CA',
    'MAX_RECORDS_PER_BATCH',
    'AWS_ENDPOINT_URL_S3',
    'SESSION_TIMEOUT_MINUTES',
    'CATCH_UP_HOURS',
    'LOG_LEVEL',
  ])('%s, when it is empty rather than not set', (name) => {
    expect(refusal({ [name]: '' })).toMatch(new RegExp(`^${name} is empty: give .*, or unset it\\.$`));
  });

  test('an empty TARGET_TABLE', () => {
    expect(refusal({ TARGET_TABLE: '' })).toMatch(/^TARGET_TABLE is empty: give /);
  });

  test.each([
    ['DW_PG_PORT', ['0', '65536', '5432.0', ' 5432', '0x1538', '-1', '1e3', '٥٤٣٢']],
    ['MAX_RECORDS_PER_BATCH', ['0', '1000001', '-1', '1.5', 'NaN', '200 ', '9'.repeat(400)]],
    ['SESSION_TIMEOUT_MINUTES', ['0', '1441', '-30', '0.5', '30m']],
    ['CATCH_UP_HOURS', ['-1', '8761', 'all']],
    ['LOG_LEVEL', ['INFO', 'verbose', 'info ']],
    ['DW_PG_SSL', ['1', 'yes', 'TRUE', 'require', ' true']],
    ['DW_PG_HOST', ['db:5432', 'postgres://db', 'my db', '[::1]', 'db/shop', 'db\n']],
    ['DW_PG_USER', [' etl', 'etl\n', 'u'.repeat(64), 'é'.repeat(32)]],
    [
      'RAW_BUCKET_NAME',
      ['ab', 's3://raw', 'raw/events', 'raw events', 'a..b', '-raw', 'arn:aws:s3:::raw', 'b'.repeat(256)],
    ],
    [
      'AWS_ENDPOINT_URL_S3',
      ['127.0.0.1:9000', 'ftp://h', 'http://', 'http://h:99999', 'http://k:s@h', 'http://h?a=b', 'http://h h'],
    ],
  ])('%s, when it has a wrong value', (name, values) => {
    for (const value of values) expect(refusal({ [name]: value }), value).toMatch(new RegExp(`^${name} is "`));
  });

  test('a wrong value is cut to 80 characters', () => {
    expect(refusal({ DW_PG_PORT: '5'.repeat(1000) })).toContain(`"${'5'.repeat(80)}…"`);
  });

  test('a password is never shown, not even one that was pasted where it does not belong', () => {
    const message = refusal({
      DW_PG_PASSWORD: 'hunter2',
      DW_PG_HOST: 'postgres://etl:hunter2@db:5432/dw',
      DW_PG_PORT: 'x',
      AWS_ENDPOINT_URL_S3: 'http://key:hunter2@host',
      DW_PG_SSL_CA: '-----BEGIN PRIVATE KEY-----\nhunter2',
    });
    expect(message).not.toContain('hunter2');
    expect(message).toContain('DW_PG_SSL_CA is not usable');
  });
});

describe('DW_PG_SSL_CA', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'clickstream-ca-'));
    writeFileSync(join(folder, 'ca.pem'), `# two authorities\n${pem}\n${rootCertificates[1]!}\n`);
    writeFileSync(join(folder, 'not.pem'), 'hello');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const ca = (value: string): unknown =>
    readEtlSettings({ ...env, DW_PG_SSL: 'true', DW_PG_SSL_CA: value }).postgres.ssl;

  test('may name a file with several certificates', () => {
    expect(ca(join(folder, 'ca.pem'))).toHaveProperty('ca', expect.stringContaining(rootCertificates[1]!));
  });

  test('may spell its line breaks with a backslash', () => {
    expect(ca(pem.replaceAll('\n', '\\n'))).toMatchObject({ ca: pem });
  });

  test('is not needed: the well-known authorities are asked then', () => {
    expect(readEtlSettings({ ...env, DW_PG_SSL: 'true' }).postgres.ssl).toEqual({ rejectUnauthorized: true });
  });

  test('is refused when it is neither certificates nor a file that holds some', () => {
    const cut = pem.slice(0, pem.length / 2);
    const garbled = pem.replace(/\n.{20}/, '\n????????????????????');
    const files = ['not.pem', 'missing.pem', ''].map((name) => join(folder, name));
    for (const value of [...files, cut, garbled, `${pem}\n${cut}`]) {
      expect(refusal({ DW_PG_SSL: 'true', DW_PG_SSL_CA: value }), value).toMatch(
        /^DW_PG_SSL_CA is .*certificates in PEM/s,
      );
    }
  });

  test('is refused when TLS is off, since nothing would be checked against it', () => {
    expect(refusal({ DW_PG_SSL_CA: pem })).toMatch(/DW_PG_SSL_CA is set but TLS is off/);
    expect(refusal({ DW_PG_SSL: 'false', DW_PG_SSL_CA: pem })).toMatch(/DW_PG_SSL_CA is set but TLS is off/);
  });
});
