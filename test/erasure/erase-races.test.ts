import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readSettlingSettings } from '../../src/config/settings.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { erase } from '../../src/warehouse/erase.ts';
import { startCli } from '../cli/run-cli.ts';
import { event, freshBucket, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { clearWarehouse, rebuiltTables, settledTables } from '../support/settled.ts';
import { asAdmin, freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import pg from 'pg';

let s3: S3Server;
let warehouse: TestWarehouse;
/** Holds locks, so that others stop where they are wanted. */
let other: pg.Client;

const EVENTS = Array.from({ length: 60 }, (_, number) =>
  event(number, { clientId: `client-${number % 3}`, userId: number % 3 === 0 ? 'somebody' : undefined }),
);

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson(EVENTS) + '{"userId":"somebody","eventName":\n');
  other = await asAdmin(async (admin) => {
    const { host, port, user, password } = admin;
    const client = new pg.Client({ host, port, user, ...(password ? { password } : {}), database: warehouse.settings.postgres.database }); // prettier-ignore
    await client.connect();
    return client;
  });
});

beforeEach(async () => {
  await clearWarehouse(warehouse);
});

afterAll(async () => {
  await other.end();
  await warehouse.close();
  await s3.close();
});

const settings = () => ({ ...warehouse.settings, maxRecordsPerBatch: 10 });
const load = () => runEtl({ targetUtcHour: HOUR }, settings());
const eraseThem = (onLaid?: () => Promise<void>) =>
  erase(
    readSettlingSettings(warehouse.adminEnv),
    { users: ['somebody'], clients: [], withClients: false },
    { confirm: () => Promise.resolve(true), ...(onLaid ? { onLaid } : {}) },
  );

async function expectNothingOfThem(): Promise<void> {
  expect(await warehouse.rows("SELECT FROM clickstream_events WHERE user_id = 'somebody'")).toEqual([]);
  expect(await warehouse.rows("SELECT FROM clickstream_events")).toHaveLength(40); // prettier-ignore
  expect(await warehouse.rows('SELECT FROM clickstream_rejects')).toEqual([]);
  const settled = await settledTables(warehouse);
  expect(await rebuiltTables(warehouse)).toEqual(settled);
  expect(settled['visitors']).toHaveLength(2);
}

async function waitUntil(sql: string): Promise<void> {
  while ((await warehouse.rows(sql)).length === 0) await sleep(5);
}

const WAITING = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"; // prettier-ignore
const ADMISSION = "hashtext('clickstream admission'), 'clickstream_events'::regclass::oid::integer";

it('a batch that was made ready before the tombstone is looked at again when it commits', async () => {
  // Stops the run in its second commit, with rows of theirs ready.
  await warehouse.rows(
    `CREATE FUNCTION wait_once() RETURNS trigger LANGUAGE plpgsql AS
     $$BEGIN IF NEW.commit_no = 3 THEN PERFORM pg_advisory_xact_lock(42); END IF; RETURN NEW; END$$`,
  );
  await warehouse.rows(
    'CREATE TRIGGER wait_once BEFORE UPDATE ON clickstream_checkpoints FOR EACH ROW EXECUTE FUNCTION wait_once()',
  );
  try {
    await other.query('SELECT pg_advisory_lock(42)');
    const run = load();
    await waitUntil(WAITING);
    // The commit under way is waited for, and its rows are found.
    const erased = eraseThem();
    await waitUntil(`${WAITING} AND mode = 'ExclusiveLock' AND classid::bigint::integer = hashtext('clickstream admission')`); // prettier-ignore
    await other.query('SELECT pg_advisory_unlock(42)');
    const [result, { erased: gone }] = await Promise.all([run, erased]);
    expect(gone!.events).toBeGreaterThan(0);
    expect(gone!.events).toBeLessThan(20);
    expect(result).toMatchObject({ read: 61, inserted: 40 + gone!.events, rejected: 0, dropped: 21 - gone!.events });
    expect(result.hours[0]!.reasons).toEqual({ 'dropped.erased': 21 - gone!.events });
    await expectNothingOfThem();
  } finally {
    await other.query('SELECT pg_advisory_unlock_all()');
    await warehouse.rows('DROP TRIGGER wait_once ON clickstream_checkpoints; DROP FUNCTION wait_once');
  }
});

it('a run that begins between the tombstone and the removal brings nothing, and hinders nothing', async () => {
  await load();
  await eraseThem(async () => {
    const result = await load();
    expect(result).toMatchObject({ read: 61, inserted: 0, duplicates: 40, dropped: 21 });
  });
  await expectNothingOfThem();
});

it('no commit is let through while a tombstone is being laid', async () => {
  await other.query(`BEGIN; SELECT pg_advisory_xact_lock(${ADMISSION})`);
  const run = load();
  await waitUntil(WAITING);
  expect(await warehouse.rows('SELECT FROM clickstream_events')).toEqual([]);
  await other.query('COMMIT');
  expect(await run).toMatchObject({ status: 'complete', inserted: 60 });
});

it('killed before it commits, it has changed no row; doing it again finishes it', async () => {
  await load();
  const before = await settledTables(warehouse);
  // Stops it in its transaction, when the events are found and settling is to be locked.
  await other.query(
    "SELECT pg_advisory_lock(hashtext('clickstream settle'), 'clickstream_events'::regclass::oid::integer)",
  );
  const cli = startCli(['erase', '--user', 'somebody', '--yes', '--json'], warehouse.adminEnv);
  await waitUntil(WAITING);
  cli.process.kill('SIGKILL');
  await cli.ended;
  await other.query('SELECT pg_advisory_unlock_all()');
  await waitUntil(
    "SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'clickstream erase')",
  );
  expect(await settledTables(warehouse)).toEqual(before);
  expect(await warehouse.rows("SELECT FROM clickstream_events WHERE user_id = 'somebody'")).toHaveLength(20);
  // What is read again meanwhile is dropped already.
  expect(await load()).toMatchObject({ dropped: 21, inserted: 0 });
  expect((await eraseThem()).erased).toMatchObject({ events: 20, rejects: 0 });
  await expectNothingOfThem();
});
