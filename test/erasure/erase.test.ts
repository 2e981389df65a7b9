import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readSettlingSettings } from '../../src/config/settings.ts';
import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { erase, type EraseRequest } from '../../src/warehouse/erase.ts';
import { freshBucket, HOUR_MS } from '../support/bucket.ts';
import { clearWarehouse, rebuiltTables, settledTables } from '../support/settled.ts';
import {
  clientId,
  SHOPPER_HOURS,
  shopperLine,
  shopperRecords,
  userId,
  type ShopperRecord,
} from '../support/shoppers.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

let s3: S3Server;
/** The one that somebody is erased from, and one that never had them. */
let warehouse: TestWarehouse;
let without: TestWarehouse;

beforeAll(async () => {
  s3 = await freshBucket();
  s3.createBucket('without');
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  without = await freshWarehouse({ s3Endpoint: s3.url, bucket: 'without' });
});

beforeEach(async () => {
  for (const bucket of ['raw', 'without']) s3.deleteObjects(bucket);
  for (const one of [warehouse, without]) await clearWarehouse(one);
});

afterAll(async () => {
  await warehouse.close();
  await without.close();
  await s3.close();
});

const prefixOf = (hour: number): string => hourPrefix(HOUR_MS + (5 + hour) * 3_600_000);

async function put(bucket: string, records: readonly ShopperRecord[]): Promise<void> {
  for (let hour = 0; hour < SHOPPER_HOURS; hour += 1) {
    const lines = records.filter((one) => one.hour === hour).map((one) => `${shopperLine(one)}\n`);
    // The first line says that lines stand alone.
    await s3.putObject(bucket, `${prefixOf(hour)}event-1.json`, `null\n${lines.join('')}`);
  }
}

async function load({ settings }: TestWarehouse, hour: number, batch = 7): Promise<void> {
  const result = await runEtl({ overridePrefix: prefixOf(hour) }, { ...settings, maxRecordsPerBatch: batch });
  expect(result.status).toBe('complete');
}

async function eraseFrom(
  { adminEnv }: TestWarehouse,
  request: Partial<EraseRequest>,
  onLaid?: () => Promise<void>,
): ReturnType<typeof erase> {
  return erase(
    readSettlingSettings(adminEnv),
    { users: [], clients: [], withClients: false, ...request },
    { confirm: () => Promise.resolve(true), ...(onLaid ? { onLaid } : {}) },
  );
}

/** All that the warehouse has, without where a record lay. */
async function tablesOf(one: TestWarehouse): Promise<Record<string, readonly string[]>> {
  const texts = async (sql: string): Promise<string[]> =>
    (await one.rows<{ row: string }>(`SELECT row FROM (${sql}) AS t (row) ORDER BY 1`)).map(({ row }) => row);
  return {
    ...(await settledTables(one)),
    events: await texts('SELECT to_jsonb(e)::text FROM clickstream_events AS e'),
    rejects: await texts("SELECT code || convert_from(raw, 'UTF8') FROM clickstream_rejects"),
    marks: await texts(
      'SELECT visitor_id FROM clickstream_session_marks UNION ALL SELECT order_id FROM clickstream_order_marks',
    ),
  };
}

const isTheirs = ({ user, client }: ShopperRecord, users: readonly number[], clients: readonly number[]): boolean =>
  (user !== null && users.includes(user)) || clients.includes(client);

it('leaves what a warehouse has that never had their records, once the hours are run again', async () => {
  const total = { erased: 0, left: 0 };
  await fc.assert(
    fc.asyncProperty(
      shopperRecords,
      fc.record({
        users: fc.uniqueArray(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 2 }),
        clients: fc.uniqueArray(fc.integer({ min: 1, max: 2 }), { maxLength: 2 }),
        before: fc.shuffledSubarray([0, 1, 2, 0, 1], { minLength: 1 }),
        after: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
        batch: fc.integer({ min: 1, max: 12 }),
      }),
      async (records, { users, clients, before, after, batch }) => {
        for (const bucket of ['raw', 'without']) s3.deleteObjects(bucket);
        for (const one of [warehouse, without]) await clearWarehouse(one);
        await put('raw', records);
        await put('without', records.filter((one) => !isTheirs(one, users, clients))); // prettier-ignore
        for (const hour of before) await load(warehouse, hour, batch);
        const { erased } = await eraseFrom(warehouse, { users: users.map(userId), clients: clients.map(clientId) });
        for (const hour of after) await load(warehouse, hour, batch);
        for (const hour of [0, 1, 2]) await load(without, hour);
        const tables = await tablesOf(warehouse);
        expect(tables).toEqual(await tablesOf(without));
        total.erased += erased!.events;
        total.left += tables['events']!.length;
      },
    ),
    { numRuns: 4, endOnFailure: true },
  );
  // Four histories of chance; no more is certain.
  expect(total.erased).toBeGreaterThan(0);
  expect(total.left).toBeGreaterThan(0);
}, 180_000);

const record = (fields: Partial<ShopperRecord>): ShopperRecord => ({
  id: 1,
  client: 1,
  user: null,
  session: null,
  at_min: 0,
  hour: 0,
  received_s: 0,
  name: 'home_view',
  order: null,
  product: null,
  query: '',
  broken: null,
  spelling: 'userId',
  ...fields,
});

const HOUR_OF_ALL = [
  record({ id: 1, user: 1, at_min: 0 }),
  record({ id: 2, at_min: 1 }),
  record({ id: 3, client: 2, user: 1, at_min: 2, order: { id: 1, name: 'purchase', total: 10 } }),
  record({ id: 4, client: 2, user: 2, at_min: 3 }),
  record({ id: 5, client: 2, at_min: 4, broken: 'cut' }),
  record({ id: 6, client: 3, user: 2, at_min: 5 }),
  record({ id: 7, client: 3, user: 1, at_min: 6, broken: 'cut' }),
];

it('takes what is settled without them at once, and says what it took', async () => {
  await put('raw', HOUR_OF_ALL);
  await load(warehouse, 0);
  const { survey, erased } = await eraseFrom(warehouse, { users: [userId(1)] });
  expect(survey).toMatchObject({ users: 1, clients: 0, events: 2, sessions: 2, orders: 1, rejects: 1 });
  expect(erased).toEqual({ events: 2, sessions: 2, orders: 1, visitors: 0, rejects: 1 });
  const settled = await settledTables(warehouse);
  expect(settled['orders']).toEqual([]);
  expect(settled['sessions']).toHaveLength(3);
  expect(settled).toEqual(await rebuiltTables(warehouse));
  expect(await warehouse.rows('SELECT command, events::int FROM clickstream_erasures')).toEqual([
    { command: 'erase', events: 2 },
  ]);

  const again = await eraseFrom(warehouse, { users: [userId(1)] });
  expect(again.survey).toMatchObject({ events: 0, rejects: 0 });
  expect(again.erased).toEqual({ events: 0, sessions: 0, orders: 0, visitors: 0, rejects: 0 });
  expect(await warehouse.rows('SELECT no::int FROM clickstream_tombstones')).toEqual([{ no: 1 }]);
});

it('with their clients takes what only they did before a login, and leaves shared clients', async () => {
  await put('raw', HOUR_OF_ALL);
  await load(warehouse, 0);
  const { survey, erased } = await eraseFrom(warehouse, { users: [userId(1)], withClients: true });
  expect(survey).toMatchObject({ users: 1, clients: 1, events: 3 });
  expect(erased).toEqual({ events: 3, sessions: 2, orders: 1, visitors: 1, rejects: 1 });
  const left = await warehouse.rows<{ client_id: string }>('SELECT DISTINCT client_id FROM clickstream_events');
  expect(left.map(({ client_id }) => client_id).sort()).toEqual([clientId(2), clientId(3)]);
});

it('counts what comes again as dropped, in rows and dead letters, and the ledger balances', async () => {
  await put('raw', HOUR_OF_ALL);
  await load(warehouse, 0);
  await eraseFrom(warehouse, { users: [userId(1)] });
  const result = await runEtl({ overridePrefix: prefixOf(0) }, warehouse.settings);
  expect(result).toMatchObject({ read: 8, inserted: 0, duplicates: 3, rejected: 2, dropped: 3 });
  expect(result.hours[0]!.reasons).toMatchObject({ 'dropped.erased': 3, 'rejected.syntax_error': 1 });
  // As a redrive of what a copy of the table brought back would do.
  const lost = JSON.stringify({ eventName: 'lost', userId: userId(1), _ingest: {} });
  await warehouse.rows(
    "UPDATE clickstream_rejects SET raw = $1, start_bytes = 0, end_bytes = $2 WHERE code = 'syntax_error'",
    [Buffer.from(lost), lost.length],
  );
  const { redrive } = await import('../../src/etl/redrive/redrive.ts');
  const redriven = await redrive({ code: 'syntax_error' }, warehouse.settings);
  expect(redriven).toMatchObject({ read: 1, inserted: 0, rejected: 0, dropped: 1 });
  expect(redriven.hours[0]!.reasons).toMatchObject({ 'dropped.erased': 1 });
  expect(await warehouse.rows("SELECT FROM clickstream_rejects WHERE code = 'syntax_error'")).toEqual([]);
});

it('somebody unknown leaves nothing but a tombstone, in an empty warehouse as well', async () => {
  const { survey, erased } = await eraseFrom(warehouse, { users: ['nobody'], clients: ['nothing'] });
  expect(survey).toMatchObject({ users: 1, clients: 1, events: 0, first: null });
  expect(erased).toMatchObject({ events: 0, rejects: 0 });
  expect(await warehouse.rows('SELECT FROM clickstream_tombstones')).toHaveLength(2);
  expect(JSON.stringify(await warehouse.rows("SELECT encode(hash, 'escape') AS h FROM clickstream_tombstones"))).not.toContain('nobody'); // prettier-ignore
});

it('changes nothing when it is not confirmed', async () => {
  await put('raw', HOUR_OF_ALL);
  await load(warehouse, 0);
  const before = await tablesOf(warehouse);
  const { survey, erased } = await erase(
    readSettlingSettings(warehouse.adminEnv),
    { users: [userId(1)], clients: [], withClients: true },
    { confirm: () => Promise.resolve(false) },
  );
  expect({ events: survey.events, erased }).toEqual({ events: 3, erased: undefined });
  expect(await tablesOf(warehouse)).toEqual(before);
  expect(await warehouse.rows('SELECT FROM clickstream_tombstones')).toEqual([]);
});
