import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { Discrepancy } from '../warehouse/reconcile/merge-orders.ts';
import { coverageOf, Listing, lowestCoverage, reconciledDocument, reconciledText } from './orders-text.ts';

const plain = picocolors.createColors(false);
const AT = new Date('2025-12-06T05:00:00Z');
const eur = (total: bigint) => ({ total, currency: 'EUR' });

const result = {
  orders: 1000,
  seen: 998,
  differing: 1,
  unknown: 1,
  repeated: 1,
  revenue: new Map([
    ['EUR', { total: 2_000_000_000n, seen: 1_000_000_000n }],
    ['', { total: 0n, seen: 0n }],
  ]),
};
const found: Discrepancy[] = [
  { kind: 'missing', id: 'o-1', at: AT, shop: eur(12_500_000n) },
  { kind: 'differs', id: 'o-\u001b[31m2', at: AT, shop: eur(1_000_000n), seen: eur(2_000_000n) },
  { kind: 'missing', id: 'o-3', at: AT, shop: eur(1n) },
  { kind: 'unknown', id: 'o-4', at: AT, seen: { total: 0n, currency: '' } },
];

function listing(most: number): Listing {
  const list = new Listing(most);
  for (const one of found) list.add(one);
  return list;
}

describe('a comparison of orders', () => {
  it('is told with coverage first, and at most so many orders of each kind, each on a line', () => {
    expect(reconciledText(result, listing(1), plain).split('\n')).toEqual([
      '99.80 % of 1,000 orders seen, 2 missing, 1 with another total, 1 not in the shop’s table',
      '50.00 % of 2000.00 EUR seen',
      '100.00 % of 0.00 seen',
      '1 row has the id of another one, and each id was counted once.',
      '',
      '2 not seen by clickstream',
      'order  time                           shop  seen',
      'o-1    2025-12-06T05:00:00.000Z  12.50 EUR',
      'and 1 more; --list says how many are listed',
      '',
      '1 with another total',
      'order     time                          shop      seen',
      'o-\uFFFD[31m2  2025-12-06T05:00:00.000Z  1.00 EUR  2.00 EUR',
      '',
      '1 not in the shop’s table',
      'order  time                      shop  seen',
      'o-4    2025-12-06T05:00:00.000Z        0.00',
    ]);
  });

  it('does not call nearly all of them all', () => {
    const nearly = { ...result, orders: 100_000, seen: 99_999, revenue: new Map() };
    expect(reconciledText(nearly, new Listing(0), plain)).toContain('99.99 % of 100,000 orders');
  });

  it('is a document with amounts as texts', () => {
    expect(reconciledDocument(result, listing(9))).toMatchObject({
      coverage: 99.8,
      orders: 1000,
      seen: 998,
      revenue: [{ currency: 'EUR', total: '2000.00', seen: '1000.00', coverage: 50 }, { currency: '' }],
      missing: [
        { id: 'o-1', time: '2025-12-06T05:00:00.000Z', shop: { total: '12.50', currency: 'EUR' } },
        { id: 'o-3', shop: { total: '0.000001' } },
      ],
      differing: 1,
      differingOrders: [{ shop: { total: '1.00' }, seen: { total: '2.00' } }],
      unknownOrders: [{ id: 'o-4', seen: { total: '0.00', currency: '' } }],
    });
  });

  it('covers as much as the least of orders and currencies, and nothing of nothing is all', () => {
    expect(lowestCoverage(result)).toBe(50);
    expect(lowestCoverage({ ...result, revenue: new Map() })).toBe(99.8);
    expect(coverageOf(0, 0)).toBe(100);
  });
});
