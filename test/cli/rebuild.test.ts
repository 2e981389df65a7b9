import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readWarehouseSettings } from '../../src/config/settings.ts';
import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { rebuild } from '../../src/warehouse/rebuild.ts';
import { event, freshBucket, HOUR_MS, ndjson, PREFIX } from '../support/bucket.ts';
import { clearWarehouse, rebuiltTables, settledTables } from '../support/settled.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { runCli } from './run-cli.ts';

let s3: S3Server;
let warehouse: TestWarehouse;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

/** Three events of one visitor, 20 minutes apart, without a session; the last is an order. */
const visit = [0, 20, 40].map((minute) =>
  event(
    minute + 1,
    {
      clientId: 'v',
      ...(minute === 40 ? { eventName: 'purchase', orderId: 'o1', orderTotal: 12.5, currency: 'EUR' } : {}),
    },
    minute * 60,
  ),
);

beforeEach(async () => {
  s3.deleteObjects('raw');
  await clearWarehouse(warehouse);
  await warehouse.rows('DELETE FROM clickstream_settings');
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson(visit));
  await runEtl({ overridePrefix: PREFIX }, warehouse.settings);
});

const run = (args: string[], env: Record<string, string> = {}) =>
  runCli(['rebuild', ...args], { ...warehouse.adminEnv, ...env });

it('says what it would do, settles everything by another rule, and says what changed', async () => {
  const dry = await run(['--dry-run'], { SESSION_TIMEOUT_MINUTES: '10' });
  expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
  expect(dry.stdout).toMatch(/^rule: 10 minutes, no cut at midnight, days of UTC\nwas: {2}30 minutes/);
  expect(dry.stdout).toContain('3 events would be read. Sessions now: 1.');
  expect(await warehouse.rows('SELECT FROM clickstream_sessions')).toHaveLength(1);

  const real = await run([], { SESSION_TIMEOUT_MINUTES: '10' });
  expect(real.exitCode).toBe(0);
  expect(real.stdout).toMatch(/^sessions +1 +3 +\+2$/m);
  expect(real.stdout).toMatch(/^revenue EUR +12\.5 +12\.5$/m);
  expect(real.stderr).toMatch(/^1\/\d+ session ids of events\n2\/\d+ orders\n/);
  expect(await warehouse.rows('SELECT FROM clickstream_sessions')).toHaveLength(3);

  await expect(runEtl({ overridePrefix: PREFIX }, warehouse.settings)).rejects.toMatchObject({ code: 'other_rule' });
  const back = JSON.parse((await run(['--json'])).stdout) as object;
  expect(back).toMatchObject({
    dryRun: false,
    formerRule: { timeoutMinutes: 10 },
    rule: { timeoutMinutes: 30, cutAtMidnight: false, reportingTimeZone: 'UTC' },
    before: { rows: { sessions: 3, orders: 1 } },
    after: { rows: { sessions: 1, orders: 1 }, revenue: { EUR: '12.5' } },
  });
});

it.each([
  [{ SESSION_TIMEOUT_MINUTES: '0' }, 'SESSION_TIMEOUT_MINUTES is "0"'],
  [{ REPORTING_TIME_ZONE: 'Europe/Atlantis' }, 'REPORTING_TIME_ZONE is "Europe/Atlantis"'],
  [{ SESSION_CUT_AT_MIDNIGHT: 'yes' }, 'SESSION_CUT_AT_MIDNIGHT is "yes"'],
  [{ TARGET_TABLE: 'no_such_events' }, 'missing_table'],
])('refuses %j before anything is changed', async (env, message) => {
  const { exitCode, stdout, stderr } = await run([], env);
  expect(stderr).toContain(message);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
});

it('is not for the loader, who is told so at once', async () => {
  const { exitCode, stderr } = await runCli(['rebuild'], warehouse.env);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('error not_the_owner (config): ');
});

it('leaves what is committed while it works to the next settling, which makes it exact', async () => {
  const next = hourPrefix(HOUR_MS + 3_600_000);
  // Goes on with the visit, replaces none of its events, and has a visitor of its own.
  const late = [55, 61].map((minute) => event(minute + 100, { clientId: 'v' }, minute * 60));
  await s3.putObject('raw', `${next}a.json`, ndjson([...late, event(300, { clientId: 'w' }, 3700)]));
  const settings = { ...warehouse.settings, maxRecordsPerBatch: 1 };
  let loading: Promise<unknown> | undefined;
  const owner = readWarehouseSettings(warehouse.adminEnv);
  await rebuild(owner, warehouse.settings, {
    onStep: async () => {
      if (loading) return;
      loading = runEtl({ overridePrefix: next }, settings);
      loading.catch(() => undefined);
      const count = async (): Promise<number> => (await warehouse.rows('SELECT FROM clickstream_events')).length;
      while ((await count()) < 6) await sleep(20);
    },
  });
  expect(await loading).toMatchObject({ status: 'complete', inserted: 3 });
  const settled = await settledTables(warehouse);
  expect(settled['sessions']).toHaveLength(2);
  expect(settled).toEqual(await rebuiltTables(warehouse));
  const events = await warehouse.rows('SELECT sum(events)::integer AS n FROM clickstream_quarterly_activity');
  expect(events).toEqual([{ n: 6 }]);
});

it('stops a run that began by the former rule, whose batches the next run settles by the new one', async () => {
  const next = hourPrefix(HOUR_MS + 3_600_000);
  await s3.putObject('raw', `${next}a.json`, ndjson([event(300, { clientId: 'v' }, 3700)]));
  const rule = { sessionTimeout_ms: 600_000, cutAtMidnight: true, reportingTimeZone: 'Europe/Berlin' };
  let loading: Promise<unknown> | undefined;
  await rebuild(readWarehouseSettings(warehouse.adminEnv), rule, {
    onStep: async () => {
      if (loading) return;
      loading = runEtl({ overridePrefix: next }, warehouse.settings);
      loading.catch(() => undefined);
      while ((await warehouse.rows('SELECT FROM clickstream_events')).length < 4) await sleep(20);
    },
  });
  await expect(loading).rejects.toMatchObject({ code: 'other_rule' });
  const result = await runEtl({ overridePrefix: next }, { ...warehouse.settings, ...rule });
  expect(result).toMatchObject({ status: 'complete' });
  const settled = await settledTables(warehouse);
  expect(settled['sessions']).toHaveLength(4);
  expect(settled).toEqual(await rebuiltTables(warehouse, rule));
});
