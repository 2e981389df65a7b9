import { afterAll, beforeAll, expect, test } from 'vitest';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { expectSettled } from '../support/expect-settled.ts';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

let s3: S3Server;
let warehouse: TestWarehouse;
let proxy: PostgresProxy;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  proxy = await startPostgresProxy(warehouse.settings.postgres);
  await s3.putObject('raw', `${PREFIX}part-0.json`, ndjson(Array.from({ length: 100 }, (_, number) => event(number))));
});

afterAll(async () => {
  await proxy.close();
  await warehouse.close();
  await s3.close();
});

test('an invocation whose time is up while it settles lets go of its hour, and the next one settles it', async () => {
  const { host, port } = proxy;
  const { settings } = warehouse;
  proxy.plan = ({ at, statement }) =>
    at === 'statement' && statement.includes('clickstream_taken') ? { kind: 'silence' } : undefined;
  const limits = { remaining_ms: 5_000, memory_bytes: Infinity };
  const behindProxy = { ...settings, postgres: { ...settings.postgres, host, port } };
  const first = await runEtl({ targetUtcHour: HOUR }, behindProxy, { limits });
  expect(first).toMatchObject({ status: 'partial', inserted: 100 });
  expect(await runEtl({ targetUtcHour: HOUR }, settings)).toMatchObject({ status: 'complete' });
  await expectSettled(warehouse);
});
