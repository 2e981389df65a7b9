import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ClickstreamError } from '../../src/errors.ts';
import { createIngestHandler } from '../../src/ingest/handler.ts';
import { handler as etl } from '../../src/lambda/etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, HOUR, putEach } from '../support/bucket.ts';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { ETL_SETTINGS, INGEST_SETTINGS, PAYLOADS, type SettingCase } from './configuration.ts';
import { gatewayEvent } from './gateway-event.ts';

let s3: S3Server;
let warehouse: TestWarehouse;
let proxy: PostgresProxy;
/** What the processes under test have asked of S3 and of Postgres. */
let touched: string[] = [];
let ownEnvironment: NodeJS.ProcessEnv = {};

beforeAll(async () => {
  s3 = await freshBucket({ onRequest: ({ method, bucket }) => void touched.push(`S3 ${method} ${bucket}`) });
  ownEnvironment = { ...process.env };
  await putEach(s3, [event(1), event(2)]);
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  proxy = await startPostgresProxy(warehouse.settings.postgres);
  proxy.plan = ({ at }) => {
    if (at === 'connect') touched.push('Postgres');
    return undefined;
  };
});

afterAll(async () => {
  process.env = ownEnvironment;
  await proxy.close();
  await warehouse.close();
  await s3.close();
});

beforeEach(() => {
  touched = [];
});

/** A good environment but for one variable. */
function environment({ variable, value }: SettingCase): NodeJS.ProcessEnv {
  const env = { ...ownEnvironment, ...warehouse.env, DW_PG_HOST: proxy.host, DW_PG_PORT: String(proxy.port) };
  return { ...env, LOG_LEVEL: 'silent', [variable]: value };
}

const NOTHING: SettingCase = { variable: 'CLICKSTREAM_TEST_NOTHING', value: undefined };

/** The error of a run; none if it went well. */
async function errorOf(setting: SettingCase, payload: unknown): Promise<unknown> {
  process.env = environment(setting);
  // Beside a broken authority TLS must be on, or that alone would be the error.
  if (setting.variable === 'DW_PG_SSL_CA') process.env['DW_PG_SSL'] = 'true';
  for (const name of Object.keys(process.env))
    if (process.env[name] === undefined) Reflect.deleteProperty(process.env, name);
  try {
    await etl(payload);
    return undefined;
  } catch (error) {
    return error;
  }
}

test('with good settings and a good payload the ETL asks S3 and Postgres, so that a silence says something', async () => {
  expect(await errorOf(NOTHING, { targetUtcHour: HOUR })).toBeUndefined();
  expect(touched).toContain('Postgres');
  expect(touched).toContain('S3 GET raw');
});

test('every wrong setting stops the ETL with an error that names the variable, before anything is touched', async () => {
  for (const setting of ETL_SETTINGS) {
    const { variable, value } = setting;
    const name = `${variable}=${JSON.stringify(value)}`.slice(0, 100);
    const error = (await errorOf(setting, { targetUtcHour: HOUR })) as ClickstreamError;
    expect(error, name).toBeInstanceOf(ClickstreamError);
    expect([error.code, error.stage], name).toEqual(['invalid_config', 'config']);
    expect(error.message, name).toMatch(new RegExp(`^${variable} is .+: .+\\.$`, 's'));
    expect(error.message.length, name).toBeLessThan(600);
    expect(touched, name).toEqual([]);
  }
  console.log(`${ETL_SETTINGS.length} hostile settings`);
});

test('every wrong payload stops the ETL with an error that names the key, before anything is touched', async () => {
  for (const { payload, names } of PAYLOADS) {
    const name = `${names}: ${JSON.stringify(payload).slice(0, 100)}`;
    const error = (await errorOf(NOTHING, payload)) as ClickstreamError;
    expect(error, name).toBeInstanceOf(ClickstreamError);
    expect([error.code, error.stage], name).toEqual(['invalid_payload', 'config']);
    expect(error.message, name).toContain(names);
    expect(error.message.length, name).toBeLessThan(1500);
    expect(touched, name).toEqual([]);
  }
  console.log(`${PAYLOADS.length} hostile payloads`);
});

test('every wrong setting makes the ingest answer 500 and log the variable, before anything is touched', async () => {
  for (const { variable, value } of INGEST_SETTINGS) {
    const name = `${variable}=${JSON.stringify(value)}`.slice(0, 100);
    const log: { code: unknown; message: string }[] = [];
    const good = { ...ownEnvironment, RAW_BUCKET_NAME: 'raw', AWS_ENDPOINT_URL_S3: s3.url };
    const handler = createIngestHandler({
      env: { ...good, [variable]: value },
      log: { error: ({ code }, message) => log.push({ code, message }) },
    });
    const { statusCode, headers, body } = await handler(gatewayEvent('{"eventName":"hostile"}'));
    expect([statusCode, body], name).toEqual([500, '{"success":false,"message":"Internal error"}']);
    expect(log, name).toEqual([{ code: 'invalid_config', message: expect.stringContaining(variable) as string }]);
    if (variable === 'ALLOWED_ORIGINS') expect(headers, name).not.toHaveProperty('access-control-allow-origin');
    expect(touched, name).toEqual([]);
  }
  console.log(`${INGEST_SETTINGS.length} hostile settings of the ingest`);
});
