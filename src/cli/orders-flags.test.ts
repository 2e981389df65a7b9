import { describe, expect, it } from 'vitest';
import { ClickstreamError } from '../errors.ts';
import { readReconcileFlags, type ReconcileFlags } from './orders-flags.ts';

const NOW_MS = Date.parse('2025-12-07T10:20:00Z');
const URL = 'postgres://shop:geheim@db.example/shop';
const read = (flags: ReconcileFlags, env: NodeJS.ProcessEnv = { SHOP_DATABASE_URL: URL }) =>
  readReconcileFlags({ date: '2025-12-06', ...flags }, env, NOW_MS);

describe('what is to be compared', () => {
  it('is a table called orders of the database that the variable names, for a day from its begin to its end', () => {
    expect(read({})).toEqual({
      request: {
        shopUrl: URL,
        table: { table: 'orders', id: 'order_id', total: 'total', time: 'created_at' },
        from_ms: Date.parse('2025-12-06T00:00:00Z'),
        to_ms: Date.parse('2025-12-07T00:00:00Z'),
      },
      list: 20,
    });
  });

  it('is what flags say in its place', () => {
    const flags = {
      shopUrl: 'postgresql://other/shop',
      table: 'shop.Order',
      id: 'id',
      total: 'totalAmount',
      currency: 'currency',
      time: 'createdAt',
      statusColumn: 'status',
      statuses: 'paid, shipped',
      list: '5',
      minCoverage: '99.5',
    };
    expect(read(flags)).toMatchObject({
      request: {
        shopUrl: 'postgresql://other/shop',
        table: {
          table: 'shop.Order',
          id: 'id',
          total: 'totalAmount',
          currency: 'currency',
          time: 'createdAt',
          status: { column: 'status', values: ['paid', 'shipped'] },
        },
      },
      list: 5,
      minCoverage: 99.5,
    });
  });

  it.each([
    [{ table: 'a.b.c' }, '--table is "a.b.c": give "table" or "schema.table"'],
    [{ table: 'orders; DROP TABLE x' }, '--table is '],
    [{ id: '"id"' }, '--id is '],
    [{ total: 'total::text' }, '--total is "total::text": give the name of a column'],
    [{ time: '' }, '--time is empty'],
    [{ currency: "'EUR'" }, '--currency is '],
    [{ statusColumn: 'status' }, 'Give both of --status-column and --statuses'],
    [{ statuses: 'paid' }, 'Give both of --status-column and --statuses'],
    [{ statusColumn: 'status', statuses: 'paid,' }, '--statuses has an empty one'],
    [{ minCoverage: '101' }, '--min-coverage is "101": give a percentage'],
    [{ list: '-1' }, '--list is "-1"'],
    [{ hour: 'now', date: undefined }, '--hour is "now"'],
  ] as [ReconcileFlags, string][])('%j is refused', (flags, message) => {
    expect(() => read(flags)).toThrow(message);
    expect(() => read(flags)).toThrow(expect.objectContaining({ code: 'invalid_flag', stage: 'config' }));
  });

  it.each([
    [{}, {}],
    [{}, { SHOP_DATABASE_URL: '' }],
    [{}, { SHOP_DATABASE_URL: 'mysql://shop:geheim@db/shop' }],
    [{ shopUrl: 'shop:geheim@db' }, {}],
    [{ shopUrl: 'postgres://shop:geheim@[db/shop' }, {}],
  ] as [ReconcileFlags, NodeJS.ProcessEnv][])(
    'an address that is none is refused and not shown: %j %j',
    (flags, env) => {
      let message = '';
      try {
        read(flags, env);
      } catch (error) {
        message = (error as ClickstreamError).message;
      }
      expect(message).toMatch(/SHOP_DATABASE_URL|--shop-url/);
      expect(message).not.toContain('geheim');
    },
  );
});
