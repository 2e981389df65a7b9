import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOUR_MS, hourOf, hourPrefix } from '../../src/etl/pipeline/hours.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, ndjson } from '../support/bucket.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { runCli } from './run-cli.ts';

let s3: S3Server;
let warehouse: TestWarehouse;
let env: Record<string, string>;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  env = { ...warehouse.env, CATCH_UP_HOURS: '3' };
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

const documentOf = (stdout: string): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;

it('says behind before anything was loaded, working after it, and failing when an hour failed', async () => {
  const before = await runCli(['status'], env);
  expect(before.exitCode).toBe(1);
  expect(before.stdout).toMatch(/^behind: nothing was ever loaded; run "clickstream etl"\n/);
  expect(before.stdout).toMatch(/^open hours +4 of the last 4$/m);
  expect(before.stdout).toMatch(/^\S+ to \S+ +never run$/m);

  // Two hours ago: an hour that is over for good, whenever this test is run.
  const hour_ms = hourOf(Date.now()) - 2 * HOUR_MS;
  const at = new Date(hour_ms + 1000).toISOString();
  const line = { eventId: 'e1', eventName: 'view', timestamp: at, _ingest: { receivedAt: at } };
  await s3.putObject('raw', `${hourPrefix(hour_ms)}a.json`, ndjson([line]) + 'no json\n');
  expect(await runCli(['etl'], env)).toMatchObject({ exitCode: 0 });

  const after = await runCli(['status', '--json'], env);
  expect(after.exitCode).toBe(0);
  expect(documentOf(after.stdout)).toMatchObject({
    verdict: 'working',
    lastRun: { status: 'complete', trigger: 'scheduled', hours: 4, read: 2, inserted: 1, rejected: 1 },
    hours: 4,
    unsettledMarks: 0,
    rejectsLast24h: [{ count: 1 }],
  });
  const { lagSeconds } = documentOf(after.stdout);
  expect(lagSeconds).toBeGreaterThanOrEqual(0);
  expect(lagSeconds).toBeLessThan(2 * 3600);

  const prefix = hourPrefix(hour_ms);
  await warehouse.rows(`UPDATE clickstream_checkpoints SET state = 'reading' WHERE unit = $1`, [prefix]);
  await warehouse.rows(`UPDATE clickstream_runs SET status = 'failed', error_code = 'access_denied' WHERE unit = $1`, [
    prefix,
  ]);
  const failing = await runCli(['status'], env);
  expect(failing.exitCode).toBe(1);
  expect(failing.stdout).toMatch(/^failing: \d{4}-\d\d-\d\dT\d\d failed with access_denied;/);
});

it('names the table that is not there', async () => {
  const { exitCode, stderr } = await runCli(['status'], { ...env, TARGET_TABLE: 'others' });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error missing_table \(config\): The table "others" does not exist/);
});
