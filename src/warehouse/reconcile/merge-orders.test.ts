import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeOrders, type Discrepancy, type SideOrder } from './merge-orders.ts';

const AT = new Date('2025-12-06T05:00:00Z');
const order = (id: string, more: Partial<SideOrder> = {}): SideOrder => ({
  id,
  at: AT,
  total: '10.00',
  currency: 'EUR',
  counts: true,
  ...more,
});

const side = (orders: readonly SideOrder[]): AsyncIterable<SideOrder> => Readable.from(orders);

async function merged(shop: readonly SideOrder[], seen: readonly SideOrder[]) {
  const found: Discrepancy[] = [];
  const result = await mergeOrders(side(shop), side(seen), (one) => void found.push(one));
  return {
    ...result,
    revenue: Object.fromEntries(result.revenue),
    found: found.map(({ kind, id }) => `${kind} ${id}`),
  };
}

it('tells orders that were not seen, that have another total or currency, and that only were seen', async () => {
  const shop = [order('a'), order('b'), order('c', { total: '12.5' }), order('d'), order('e', { currency: '' })];
  const seen = [
    order('b'),
    order('c', { total: '12.000000' }),
    order('d', { currency: 'CHF' }),
    order('e'),
    order('f'),
  ];
  expect(await merged(shop, seen)).toEqual({
    orders: 5,
    seen: 4,
    differing: 2,
    unknown: 1,
    repeated: 0,
    revenue: {
      EUR: { total: 42_500_000n, seen: 32_500_000n },
      '': { total: 10_000_000n, seen: 10_000_000n },
    },
    found: ['missing a', 'differs c', 'differs d', 'unknown f'],
  });
});

it('matches orders at the edge of the range with their other side beyond it, and tells nothing of what lies there alone', async () => {
  const near = { counts: false };
  const shop = [order('a'), order('b', near), order('c', near)];
  const seen = [order('a', near), order('b'), order('d', near)];
  expect(await merged(shop, seen)).toMatchObject({ orders: 1, seen: 1, unknown: 0, found: [] });
});

it('counts an id once that several rows of the shop have', async () => {
  expect(await merged([order('a'), order('a'), order('a')], [order('a')])).toMatchObject({
    orders: 1,
    seen: 1,
    repeated: 2,
  });
});

it('stops when a side does not come in the order of bytes, since all of it would be wrong', async () => {
  await expect(merged([order('b'), order('a')], [])).rejects.toMatchObject({ code: 'orders_unsorted' });
});

it('finds what a look-up of each id finds, whatever the ids', async () => {
  // Beyond 16 bits, where the order of JavaScript's own texts is not that of their bytes.
  const id = fc.constantFrom('a', 'b', 'B', '10', '9', 'é', '\uffff', '😀', '');
  const row = fc.record({
    id,
    at: fc.constant(AT),
    total: fc.constantFrom('1', '2.5'),
    currency: fc.constantFrom('EUR', ''),
    counts: fc.boolean(),
  });
  const rows = fc
    .uniqueArray(row, { selector: (one) => one.id })
    .map((all) => all.sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))));
  await fc.assert(
    fc.asyncProperty(rows, rows, async (shop, seen) => {
      const seens = new Map(seen.map((one) => [one.id, one]));
      const shops = new Set(shop.map((one) => one.id));
      const counted = shop.filter(({ counts }) => counts);
      const result = await merged(shop, seen);
      expect(result.orders).toBe(counted.length);
      expect(result.seen).toBe(counted.filter((one) => seens.has(one.id)).length);
      expect(result.unknown).toBe(seen.filter((one) => one.counts && !shops.has(one.id)).length);
      expect(result.differing).toBe(
        counted.filter((one) => {
          const other = seens.get(one.id);
          return other && (other.total !== one.total || (one.currency !== '' && one.currency !== other.currency));
        }).length,
      );
      expect(result.found).toHaveLength(result.orders - result.seen + result.unknown + result.differing);
    }),
  );
});
