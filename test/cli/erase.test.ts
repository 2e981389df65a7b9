import { afterAll, beforeAll, expect, it } from 'vitest';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { runCli } from './run-cli.ts';

let s3: S3Server;
let warehouse: TestWarehouse;
const ID = 'mrs-4711@shop.example';

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  const records = ndjson([event(1, { userId: ID, clientId: 'a' }), event(2, { clientId: 'a' }), event(3)]);
  await s3.putObject('raw', `${PREFIX}a.json`, `${records}{"userId":"${ID}","eventName\n`);
  await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

const count = async (): Promise<number> => (await warehouse.rows('SELECT FROM clickstream_events')).length;

it('shows what there is, asks only where it can, and erases; never with an id', async () => {
  const dry = await runCli(['erase', '--user', ID, '--with-clients', '--dry-run'], warehouse.adminEnv);
  expect(dry).toMatchObject({ exitCode: 0, stdout: 'Nothing was changed.\n' });
  expect(dry.stderr).toContain('Of 1 user and 1 client there are\n  2 events in 1 session');
  const unasked = await runCli(['erase', '--user', ID], warehouse.adminEnv);
  expect(unasked).toMatchObject({ exitCode: 2, stdout: '' });
  expect(unasked.stderr).toContain('give --yes');
  expect(await count()).toBe(3);

  const done = await runCli(['erase', '--user', ID, '--with-clients', '--yes', '--json'], warehouse.adminEnv);
  expect(done).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(done.stdout)).toMatchObject({
    dryRun: false,
    found: { events: 2, rejects: 1 },
    erased: { events: 2, sessions: 1, visitors: 1, rejects: 1 },
  });
  expect(await count()).toBe(1);
  const again = await runCli(['erase', '--user', ID, '--yes'], warehouse.adminEnv);
  expect(again).toMatchObject({ exitCode: 0, stderr: 'Nothing was found of 1 user.\n' });
  for (const { stdout, stderr } of [dry, unasked, done, again]) expect(stdout + stderr).not.toContain('4711');
});

it('leaves an audit content, since dead letters that were erased are no contradiction', async () => {
  const audit = await runCli(['audit', '--hour', HOUR], warehouse.env);
  expect(audit).toMatchObject({ exitCode: 0 });
});

it('is refused to the loader, which may delete no event', async () => {
  const refused = await runCli(['erase', '--client', 'client-3', '--yes'], warehouse.env);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('42501');
  expect(await count()).toBe(1);
});

it('rewrites raw objects when asked to, says what it did, and leaves an audit content', async () => {
  const text = async (): Promise<string> => (await s3.getObject('raw', `${PREFIX}a.json`)).toString();
  const unknown = await runCli(['erase', '--user', ID, '--from', HOUR, '--yes'], warehouse.adminEnv);
  expect(unknown).toMatchObject({ exitCode: 2 });
  const args = ['erase', '--user', ID, '--raw'];
  const dry = await runCli([...args, '--dry-run'], warehouse.adminEnv);
  expect(dry).toMatchObject({ exitCode: 0 });
  // Of the client that was erased with them as well: it goes by the tombstones.
  expect(dry.stdout).toContain('3 records would be blanked in 1 object, of 1 object');
  expect(await text()).toContain(ID);
  const unasked = await runCli(args, warehouse.adminEnv);
  expect(unasked).toMatchObject({ exitCode: 2, stdout: '' });

  await warehouse.rows('ALTER TABLE clickstream_events ADD COLUMN discount numeric');
  const other = await runCli([...args, '--yes'], warehouse.adminEnv);
  expect(other).toMatchObject({ exitCode: 2 });
  expect(other.stderr).toContain('columns that this pipeline does not make (discount)');
  await warehouse.rows('ALTER TABLE clickstream_events DROP COLUMN discount');

  const done = await runCli([...args, '--yes', '--json'], warehouse.adminEnv);
  expect(done).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(done.stdout)).toMatchObject({
    dryRun: false,
    raw: { objects: 1, listed: 1, rewritten: 1, records: 3, oldVersions: 0, failed: [], hoursRead: 1, hoursLeft: [] },
  });
  const after = await text();
  expect(after.split('\n').map((line) => line.startsWith('{"_erased":true'))).toEqual([true, true, false, true, false]);
  expect(after).not.toContain('4711');
  const again = await runCli([...args, '--yes'], warehouse.adminEnv);
  expect(again).toMatchObject({ exitCode: 0 });
  expect(again.stdout).toContain('Raw objects: 0 records blanked in 0 objects, of 1 object');
  for (const { stdout, stderr } of [dry, other, done, again]) expect(stdout + stderr).not.toContain('4711');
  expect(await runCli(['audit', '--hour', HOUR], warehouse.env)).toMatchObject({ exitCode: 0 });
  expect(await count()).toBe(1);
});

it('prune counts, deletes, and says what it did', async () => {
  const env = warehouse.adminEnv;
  const dry = await runCli(['prune', '--before', '2025-12-08', '--dry-run'], env);
  expect(dry.stdout).toContain('1 event would be deleted, and records from before 2025-12-08T00:00:00.000Z');
  const done = await runCli(['prune', '--before', '2025-12-08', '--rows', '--yes', '--json'], env);
  expect(done).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(done.stdout)).toEqual({
    dryRun: false,
    stopped: false,
    keptFrom: '2025-12-08T00:00:00.000Z',
    events: 1,
    sessions: 1,
    orders: 0,
    visitors: 1,
    rejects: 0,
  });
  expect(await count()).toBe(0);
  expect(await runCli(['prune', '--before', '2999-01-01', '--yes'], env)).toMatchObject({ exitCode: 2 });
});
