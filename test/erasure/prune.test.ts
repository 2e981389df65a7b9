import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readSettlingSettings } from '../../src/config/settings.ts';
import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { erase } from '../../src/warehouse/erase.ts';
import { prune, type PruneOptions } from '../../src/warehouse/prune.ts';
import { rebuild } from '../../src/warehouse/rebuild.ts';
import { event, freshBucket, HOUR_MS, ndjson } from '../support/bucket.ts';
import { clearWarehouse, rebuiltTables, settledTables, type SettledTables } from '../support/settled.ts';
import { shopperLine, shopperRecords, type ShopperRecord } from '../support/shoppers.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

let s3: S3Server;
/** The one that is pruned, and one that is not. */
let warehouse: TestWarehouse;
let whole: TestWarehouse;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  whole = await freshWarehouse({ s3Endpoint: s3.url });
});

beforeEach(async () => {
  s3.deleteObjects('raw');
  for (const one of [warehouse, whole]) await clearWarehouse(one);
});

afterAll(async () => {
  await warehouse.close();
  await whole.close();
  await s3.close();
});

const DAY_MS = 86_400_000;
/** Every visit day is two days after the one before: 6, 8, 10 and 12 December. */
const dayOf = (visit: number): number => HOUR_MS + visit * 2 * DAY_MS;
const prefixOf = (visit: number): string => hourPrefix(dayOf(visit) + (5 + visit) * 3_600_000);

async function put(visit: number, records: readonly ShopperRecord[]): Promise<void> {
  // An event that was sent on both sides of the border is one that is new once the first is deleted.
  const own = records.map((one) => ({ ...one, id: one.id + visit * 100 }));
  const lines = own.map((one) => `${shopperLine(one, dayOf(visit))}\n`);
  await s3.putObject('raw', `${prefixOf(visit)}event-1.json`, `null\n${lines.join('')}`);
}

async function load({ settings }: TestWarehouse, ...visits: number[]): Promise<void> {
  for (const visit of visits) {
    const result = await runEtl({ overridePrefix: prefixOf(visit) }, { ...settings, maxRecordsPerBatch: 9 });
    expect(result.status).toBe('complete');
  }
}

const pruneBefore = (before: string, rows = false, options?: PruneOptions): ReturnType<typeof prune> =>
  prune(readSettlingSettings(warehouse.adminEnv), { before, rows }, options);

const eventIds = async (): Promise<unknown[]> =>
  warehouse.rows('SELECT event_id, event_timestamp FROM clickstream_events ORDER BY 1');

const ROWS = ['sessions', 'orders', 'visitors'];
const sumsOf = (tables: SettledTables): SettledTables =>
  Object.fromEntries(Object.entries(tables).filter(([table]) => !ROWS.includes(table)));

it('changes no row and no sum, then or by a rerun or a rebuild, and what comes later counts as ever', async () => {
  let deleted = 0;
  await fc.assert(
    fc.asyncProperty(
      shopperRecords,
      fc.constantFrom('2025-12-08', '2025-12-09', '2025-12-10', '2025-12-20'),
      fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
      fc.boolean(),
      async (records, before, order, rows) => {
        s3.deleteObjects('raw');
        for (const one of [warehouse, whole]) await clearWarehouse(one);
        for (const visit of [0, 1, 2]) await put(visit, records.filter((one) => one.hour === visit)); // prettier-ignore
        await load(warehouse, ...order);
        await load(whole, 0, 1, 2);
        const settled = await settledTables(warehouse);
        const pruned = await pruneBefore(before, rows);
        const tables = await settledTables(warehouse);
        expect(sumsOf(tables)).toEqual(sumsOf(settled));
        if (!rows) expect(tables).toEqual(settled);
        const left = await eventIds();
        await load(warehouse, ...order);
        expect(await eventIds()).toEqual(left);
        expect(await settledTables(warehouse)).toEqual(tables);
        expect(await rebuiltTables(warehouse)).toEqual(tables);

        // The same visitors once more, in other sessions and with other orders.
        const later = records
          .filter(({ hour }) => hour === 0)
          .map((one) => ({
            ...one,
            hour: 3,
            session: one.session === null ? null : one.session + 10,
            order: one.order && { ...one.order, id: one.order.id + 10 },
          }));
        if (before !== '2025-12-20') {
          await put(3, later);
          await load(warehouse, 3);
          await load(whole, 3);
          const grown = await settledTables(warehouse);
          if (!rows) expect(grown).toEqual(await settledTables(whole));
          expect(await rebuiltTables(warehouse)).toEqual(grown);
        }
        deleted += pruned.events;
      },
    ),
    { numRuns: 4, endOnFailure: true },
  );
  expect(deleted).toBeGreaterThan(0);
}, 180_000);

const at = (visit: number, minute: number): string => new Date(dayOf(visit) + minute * 60_000).toISOString();

async function putEvents(visit: number, events: readonly Record<string, unknown>[]): Promise<void> {
  const receivedAt = new Date(dayOf(visit) + (5 + visit) * 3_600_000).toISOString();
  const records = events.map(({ minute, ...fields }, index) => ({
    ...event(visit * 100 + index, { eventTimestamp: at(visit, minute as number), ...fields }),
    _ingest: { receivedAt },
  }));
  await s3.putObject('raw', `${prefixOf(visit)}event-2.json`, ndjson(records));
}

it('keeps the events of visits that go on, and of orders made since; drops older records, and counts them', async () => {
  await putEvents(0, [
    { minute: 0, clientId: 'a', sessionId: 'long' },
    { minute: 1, clientId: 'a', sessionId: 'short' },
    { minute: 2, clientId: 'b' },
    { minute: 3, clientId: undefined, eventName: 'refund', orderId: 'open', orderTotal: 1 },
  ]);
  await putEvents(2, [
    { minute: 0, clientId: 'a', sessionId: 'long' },
    { minute: 1, clientId: 'b', eventName: 'purchase', orderId: 'open', orderTotal: 10 },
  ]);
  await load(warehouse, 0, 2);
  const settled = await settledTables(warehouse);
  const progress: number[] = [];
  const pruned = await pruneBefore('2025-12-10', false, { onProgress: (done, all) => progress.push(done, all) });
  expect(pruned).toEqual({
    keptFrom_ms: Date.parse('2025-12-10'),
    events: 2,
    sessions: 0,
    orders: 0,
    visitors: 0,
    rejects: 0,
  });
  expect(progress).toEqual([2, 2]);
  expect(await warehouse.rows('SELECT session_id FROM clickstream_events ORDER BY event_timestamp')).toMatchObject([
    { session_id: 'long' },
    { session_id: null },
    { session_id: 'long' },
    {},
  ]);
  const again = await runEtl({ overridePrefix: prefixOf(0) }, warehouse.settings);
  expect(again).toMatchObject({ read: 4, inserted: 0, dropped: 4 });
  expect(again.hours[0]!.reasons).toMatchObject({ 'dropped.expired': 4 });
  expect(await settledTables(warehouse)).toEqual(settled);
  // Never back.
  expect(await pruneBefore('2025-12-01')).toMatchObject({ keptFrom_ms: Date.parse('2025-12-10'), events: 0 });
  expect(await rebuiltTables(warehouse)).toEqual(settled);
});

it('a closed order takes no refund, and a closed session no event, whatever comes', async () => {
  await putEvents(0, [
    { minute: 0, clientId: 'a', sessionId: 's', eventName: 'purchase', orderId: 'o', orderTotal: 10, currency: 'EUR' },
    { minute: 1, clientId: 'b', sessionId: 's' },
  ]);
  await load(warehouse, 0);
  await pruneBefore('2025-12-08');
  const { orders, quarterlyOrders, sessions } = await settledTables(warehouse);
  await putEvents(1, [
    { minute: 300, clientId: 'a', sessionId: 't', eventName: 'refund', orderId: 'o' },
    { minute: 301, clientId: 'b', sessionId: 's' },
  ]);
  await load(warehouse, 1);
  const settled = await settledTables(warehouse);
  expect(settled).toMatchObject({ orders, quarterlyOrders });
  expect(settled['sessions']).toHaveLength(3);
  expect(settled['sessions']).toEqual(expect.arrayContaining([...sessions!]));
  expect(await rebuiltTables(warehouse)).toEqual(settled);
});

it('a rebuild by another rule works out anew what is open, and keeps the sums of the rest', async () => {
  await putEvents(
    0,
    [0, 10, 40].map((minute) => ({ minute, clientId: 'a', sessionId: undefined })),
  );
  await putEvents(
    2,
    [0, 10, 40].map((minute) => ({ minute, clientId: 'a', sessionId: undefined })),
  );
  await load(warehouse, 0, 2);
  await pruneBefore('2025-12-08');
  const sessions = (): Promise<unknown[]> =>
    warehouse.rows('SELECT started_at, events FROM clickstream_sessions ORDER BY started_at');
  expect(await sessions()).toHaveLength(2);
  await rebuild(readSettlingSettings(warehouse.adminEnv), { ...warehouse.settings, sessionTimeout_ms: 15 * 60_000 });
  expect(await sessions()).toMatchObject([{ events: 3 }, { events: 2 }, { events: 1 }]);
  expect(await warehouse.rows('SELECT sum(sessions)::int AS n FROM clickstream_quarterly_sessions')).toEqual([
    { n: 3 },
  ]);
  expect(await warehouse.rows('SELECT sum(events)::int AS n FROM clickstream_quarterly_activity')).toEqual([{ n: 6 }]);
  await rebuild(readSettlingSettings(warehouse.adminEnv), warehouse.settings);
});

it('an erasure takes the rows of closed visits as well, and what they add to sums', async () => {
  await putEvents(0, [
    { minute: 0, clientId: 'a', sessionId: 's', eventName: 'purchase', orderId: 'o', orderTotal: 10, currency: 'EUR' },
    { minute: 1, clientId: 'b', userId: 'u', sessionId: 's' },
  ]);
  await load(warehouse, 0);
  await pruneBefore('2025-12-08');
  const { survey, erased } = await erase(
    readSettlingSettings(warehouse.adminEnv),
    { users: ['u'], clients: ['a'], withClients: false },
    { confirm: () => Promise.resolve(true) },
  );
  expect(survey).toMatchObject({ events: 0, closedSessions: 2 });
  expect(erased).toEqual({ events: 0, sessions: 2, orders: 1, visitors: 2, rejects: 0 });
  const { quarterlyActivity, eventsByDay, ...others } = await settledTables(warehouse);
  // How often what happened is all that is left, of nobody.
  expect(quarterlyActivity).toHaveLength(2);
  expect(eventsByDay).toHaveLength(2);
  expect(Object.values(others).flat()).toEqual([]);
  expect(await rebuiltTables(warehouse)).toEqual({ quarterlyActivity, eventsByDay, ...others });
});

it('deletes dead letters of the hours before, and none of them comes back', async () => {
  await s3.putObject('raw', `${prefixOf(0)}a.json`, 'null\nnull\n');
  await s3.putObject('raw', `${prefixOf(2)}a.json`, 'null\n');
  await putEvents(0, [{ minute: 0 }]);
  await load(warehouse, 0, 2);
  expect(await pruneBefore('2025-12-08')).toMatchObject({ events: 1, rejects: 2 });
  await load(warehouse, 0, 2);
  expect(await warehouse.rows('SELECT source_key FROM clickstream_rejects')).toEqual([
    { source_key: `${prefixOf(2)}a.json` },
  ]);
});

it('keeps the row of a closed order that a later event speaks of, whoever its visitor was, until that event goes', async () => {
  const order = (minute: number, clientId: string, orderTotal: number): Record<string, unknown> => ({
    ...{ minute, clientId, eventName: 'purchase', orderId: 'o', orderTotal, currency: 'EUR' },
  });
  await putEvents(0, [order(0, 'a', 10)]);
  await putEvents(1, [order(0, 'b', 20)]);
  await load(warehouse, 0, 1);
  const settled = await settledTables(warehouse);
  expect(await pruneBefore('2025-12-08', true)).toMatchObject({ events: 1, visitors: 1, sessions: 1, orders: 0 });
  expect(sumsOf(await settledTables(warehouse))).toEqual(sumsOf(settled));
  const { orders } = settled;
  expect(await rebuiltTables(warehouse)).toMatchObject({ ...sumsOf(settled), orders });
  expect(await pruneBefore('2025-12-20', true)).toMatchObject({ events: 1, visitors: 1, sessions: 1, orders: 1 });
  expect(sumsOf(await rebuiltTables(warehouse))).toEqual(sumsOf(settled));
});

it('stopped between two transactions it goes on when it is run again, and a dry run only counts', async () => {
  await putEvents(0, [{ minute: 0, clientId: 'a' }, { minute: 1, clientId: 'b' }]); // prettier-ignore
  await load(warehouse, 0);
  const settled = await settledTables(warehouse);
  expect(await pruneBefore('2025-12-08', true, { dryRun: true })).toMatchObject({ events: 2 });
  expect(await eventIds()).toHaveLength(2);
  const stopped = await pruneBefore('2025-12-08', true, { signal: AbortSignal.abort() });
  expect(stopped).toMatchObject({ events: 0, visitors: 0 });
  // Closed already, whether their events are there or not.
  expect(await rebuiltTables(warehouse)).toEqual(settled);
  expect(await pruneBefore('2025-12-08', true)).toMatchObject({ events: 2, visitors: 2, sessions: 2 });
  expect(sumsOf(await settledTables(warehouse))).toEqual(sumsOf(settled));
});
