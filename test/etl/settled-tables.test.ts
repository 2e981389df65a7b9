import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, HOUR_MS, ndjson } from '../support/bucket.ts';
import { expectSettled } from '../support/expect-settled.ts';
import { settlingRule } from '../support/rules.ts';
import { clearWarehouse } from '../support/settled.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

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

const HOURS = 3;
const MINUTE_MS = 60_000;

/** A record of an event: few ids, so that events repeat, visitors meet and orders come in several sessions. */
const shopEvent = fc.record({
  id: fc.integer({ min: 1, max: 40 }),
  visitor: fc.integer({ min: 0, max: 3 }),
  session: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 2 }),
  at_min: fc.integer({ min: 0, max: 240 }),
  hour: fc.integer({ min: 0, max: HOURS - 1 }),
  received_s: fc.integer({ min: 0, max: 3599 }),
  name: fc.constantFrom('home_view', 'product_view', 'Product Viewed', 'add_to_cart', 'checkout_start', 'something'),
  order: fc.option(
    fc.record({
      id: fc.integer({ min: 1, max: 3 }),
      name: fc.constantFrom('checkout_complete', 'purchase', 'refund', 'order_cancelled'),
      total: fc.option(fc.integer({ min: 0, max: 20_000 }).map((cents) => cents / 100)),
      currency: fc.constantFrom('EUR', 'CHF', undefined),
      items: fc.option(
        fc.array(
          fc.record({
            item_id: fc.constantFrom('p1', 'p2'),
            price: fc.constantFrom(1.5, 'x', null, 2),
            quantity: fc.constantFrom(1, 3, 'many'),
          }),
          { maxLength: 3 },
        ),
      ),
    }),
    { freq: 2 },
  ),
  product: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 1 }),
  query: fc.constantFrom('', '?utm_source=mail&utm_medium=email&utm_campaign=a', '?gclid=1'),
  user: fc.option(fc.integer({ min: 1, max: 2 }), { freq: 2 }),
});
type ShopEvent = typeof shopEvent extends fc.Arbitrary<infer T> ? T : never;

function record({
  id,
  visitor,
  session,
  at_min,
  hour,
  received_s,
  name,
  order,
  product,
  query,
  user,
}: ShopEvent): object {
  return {
    eventId: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    eventName: order?.name ?? name,
    ...(visitor === 0 ? {} : { clientId: `v${visitor}` }),
    ...(user === null ? {} : { userId: `u${user}` }),
    ...(session === null ? {} : { sessionId: `s${session}` }),
    eventTimestamp: HOUR_MS + at_min * MINUTE_MS,
    pageUrl: `https://shop.example/${product === null ? '' : `p/${product}`}${query}`,
    ...(product === null
      ? {}
      : { product: { id: `p${product}`, category: `c${product % 2}`, brand: 'b', price: product + 0.25 } }),
    ...(order && { orderId: `o${order.id}`, orderTotal: order.total, currency: order.currency, items: order.items }),
    _ingest: { receivedAt: new Date(HOUR_MS + (5 + hour) * 3_600_000 + received_s * 1000).toISOString() },
  };
}

it('settles sessions, orders, visitors and rollups as a recompute from all events gives them, by any rule, in any order of hours', async () => {
  const total = { sessions: 0, orders: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(shopEvent, {
        minLength: 1,
        maxLength: 60,
        selector: ({ id, hour, received_s }) => `${id} ${hour} ${received_s}`,
      }),
      fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: HOURS }),
      fc.integer({ min: 1, max: 12 }),
      settlingRule,
      async (events, order, batch, rule) => {
        s3.deleteObjects('raw');
        await clearWarehouse(warehouse);
        await warehouse.rows('DELETE FROM clickstream_settings');
        const settings = { ...warehouse.settings, ...rule, maxRecordsPerBatch: batch };
        for (const hour of order) {
          const prefix = hourPrefix(HOUR_MS + hour * 3_600_000);
          await s3.putObject(
            'raw',
            `${prefix}event-1.json`,
            ndjson(events.filter((one) => one.hour === hour).map(record)),
          );
          const result = await runEtl({ overridePrefix: prefix }, settings);
          expect(result.status).toBe('complete');
        }
        const settled = await expectSettled({ ...warehouse, settings });
        total.sessions += settled['sessions']!.length;
        total.orders += settled['orders']!.length;
      },
    ),
    { numRuns: 12 },
  );
  expect(total.sessions).toBeGreaterThan(20);
  expect(total.orders).toBeGreaterThan(0);
}, 180_000);
