import fc from 'fast-check';
import { HOUR_MS } from './bucket.ts';

/** Hours of receipt that shoppers' records come in. */
export const SHOPPER_HOURS = 3;

/**
 * What a shopper's browser sent: few ids, so that events repeat in records of several persons, clients are shared, and
 * orders come in several sessions. `broken` is a record that cannot be loaded, as JSON or cut off.
 */
export const shopperRecord = fc.record({
  id: fc.integer({ min: 1, max: 40 }),
  client: fc.integer({ min: 0, max: 3 }),
  user: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 2 }),
  session: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 1 }),
  at_min: fc.integer({ min: 0, max: 240 }),
  hour: fc.integer({ min: 0, max: SHOPPER_HOURS - 1 }),
  received_s: fc.integer({ min: 0, max: 3599 }),
  name: fc.constantFrom('home_view', 'product_view', 'add_to_cart', 'checkout_start', 'something'),
  order: fc.option(
    fc.record({
      id: fc.integer({ min: 1, max: 3 }),
      name: fc.constantFrom('checkout_complete', 'purchase', 'refund', 'order_cancelled'),
      total: fc.integer({ min: 0, max: 20_000 }).map((cents) => cents / 100),
    }),
    { freq: 2 },
  ),
  product: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 1 }),
  query: fc.constantFrom('', '?utm_source=mail&utm_medium=email&utm_campaign=a', '?gclid=1'),
  broken: fc.constantFrom(...([null, null, null, null, null, 'json', 'cut'] as const)),
  spelling: fc.constantFrom('userId' as const, 'user_id' as const),
});
export type ShopperRecord = typeof shopperRecord extends fc.Arbitrary<infer T> ? T : never;

/** Records of which no two stand for one event at one moment. */
export const shopperRecords = fc.uniqueArray(shopperRecord, {
  minLength: 15,
  maxLength: 50,
  selector: ({ id, hour, received_s }) => `${id} ${hour} ${received_s}`,
});

/** A record as a line of its object. `from_ms` is the time that minutes count from, if not the hour's. */
export function shopperLine(one: ShopperRecord, from_ms: number = HOUR_MS): string {
  const { id, client, user, session, at_min, hour, received_s, name, order, product, query, broken, spelling } = one;
  const record = {
    eventId: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    eventName: order?.name ?? name,
    ...(client === 0 ? {} : { clientId: `client-${client}` }),
    ...(user === null ? {} : { [spelling]: `user "${user}"` }),
    ...(session === null ? {} : { sessionId: `s${session}` }),
    ...(broken === 'json' ? { sessionId: 'x'.repeat(600) } : {}),
    eventTimestamp: from_ms + at_min * 60_000,
    pageUrl: `https://shop.example/${product === null ? '' : `p/${product}`}${query}`,
    ...(product === null ? {} : { product: { id: `p${product}`, category: `c${product % 2}`, price: product + 0.25 } }),
    ...(order && { orderId: `o${order.id}`, orderTotal: order.total, currency: 'EUR' }),
    _ingest: { receivedAt: new Date(from_ms + (5 + hour) * 3_600_000 + received_s * 1000).toISOString() },
  };
  const line = JSON.stringify(record);
  return broken === 'cut' ? line.slice(0, -1) : line;
}

export const userId = (user: number): string => `user "${user}"`;
export const clientId = (client: number): string => `client-${client}`;
