import { afterAll, beforeAll, expect, it } from 'vitest';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, ndjson, PREFIX } from '../support/bucket.ts';
import { rebuiltTables } from '../support/settled.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { runCli } from './run-cli.ts';

const HOUR = '2025-12-06T05';
let s3: S3Server;
let warehouse: TestWarehouse;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  const order = { eventName: 'purchase', orderId: 'o1', orderTotal: 12.5, currency: 'EUR' };
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson([event(1), event(2), event(3, order)]));
  await runEtl({ overridePrefix: PREFIX }, warehouse.settings);
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

const run = (...args: string[]) => runCli(['replay', ...args], warehouse.adminEnv);

it('shows what would change, changes nothing, then applies it, and there is nothing left to do', async () => {
  // As earlier code would have left it.
  await warehouse.rows(
    "UPDATE clickstream_events SET order_total = 1, page_url = E'\\u001b[31m' WHERE order_id = 'o1'",
  );
  await rebuiltTables(warehouse);
  const shown = await run('--hour', HOUR);
  expect(shown.exitCode).toBe(0);
  expect(shown.stderr).toMatch(/^1\/4 preparing a shadow\n2\/4 loading\n3\/4 comparing\n4\/4 trying it out\n$/m);
  expect(shown.stdout).toContain(
    'Read 3 records of 1 hour.\nEvents: 0 would be inserted, 1 would be changed, 0 would be removed, 2 unchanged.',
  );
  expect(shown.stdout).toMatch(/^order_total +1$/m);
  expect(shown.stdout).toMatch(/^orders +1 +1$/m);
  expect(shown.stdout).toMatch(/^revenue EUR +1 +12\.5$/m);
  expect(shown.stdout).toContain('  - order_total: 1\n  + order_total: 12.5');
  expect(shown.stdout).not.toContain('\u001b');
  expect(shown.stdout).toContain('Nothing was changed; --apply replaces the hours.');
  expect(await warehouse.rows("SELECT order_total FROM clickstream_events WHERE order_id = 'o1'")).toEqual([
    { order_total: '1' },
  ]);

  const applied = JSON.parse((await run('--hour', HOUR, '--apply', '--json')).stdout) as object;
  expect(applied).toMatchObject({
    applied: true,
    inserted: 0,
    changed: 1,
    removed: 0,
    kept: 2,
    columns: { order_total: 1 },
  });
  expect(applied).toMatchObject({ after: { orders: 1, revenue: { EUR: '12.5' } } });
  expect(await warehouse.rows('SELECT total FROM clickstream_orders')).toEqual([{ total: '12.5' }]);
  const again = await run('--date', '2025-12-06');
  expect(again.stdout).toContain('0 would be changed, 0 would be removed, 3 unchanged.');
  const audit = await runCli(['audit', '--hour', HOUR], warehouse.env);
  expect(audit.exitCode).toBe(0);
});

it('leaves an hour to the run that has it, and says so to scripts', async () => {
  await warehouse.rows(
    "UPDATE clickstream_checkpoints SET holder = gen_random_uuid(), held_until = now() + interval '1 hour'",
  );
  const busy = await run('--hour', HOUR, '--apply', '--json');
  await warehouse.rows('UPDATE clickstream_checkpoints SET holder = NULL, held_until = NULL');
  expect(busy.exitCode).toBe(4);
  expect(JSON.parse(busy.stdout)).toMatchObject({ error: { code: 'hour_busy' } });
});

it.each([
  [[], 'Say which hours to replay'],
  [['--hour', HOUR, '--date', '2025-12-06'], 'Say which hours to replay'],
  [['--hour', 'noon'], '--hour is "noon"'],
])('refuses %j before anything is touched', async (args, message) => {
  const { exitCode, stdout, stderr } = await run(...args);
  expect(stderr).toContain(message);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
});

it('says what right is missing: to make a schema, or to remove events', async () => {
  const loader = await runCli(['replay', '--hour', HOUR], warehouse.env);
  expect(loader.exitCode).toBe(2);
  expect(loader.stderr).toMatch(/error may_not_create_schema \(config\): .*GRANT CREATE ON DATABASE "test_\w+" TO "/);
  const applying = await runCli(['replay', '--hour', HOUR, '--apply'], warehouse.env);
  expect(applying.stderr).toContain('error may_not_replace (config): ');

  const [database] = await warehouse.rows<{ name: string }>('SELECT current_database() AS name');
  await warehouse.rows(`GRANT CREATE ON DATABASE ${database!.name} TO clickstream_loader`);
  const allowed = await runCli(['replay', '--hour', HOUR], warehouse.env);
  expect(allowed.stderr).not.toContain('error');
  expect(allowed.exitCode).toBe(0);
});
