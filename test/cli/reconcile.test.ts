import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, HOUR_MS, ndjson, PREFIX } from '../support/bucket.ts';
import { MARKERS } from '../support/markers.ts';
import { asAdmin, freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { runCli } from './run-cli.ts';

const server = inject('postgres');
const database = `test_${randomBytes(6).toString('hex')}`;
const user = `shop_${randomBytes(4).toString('hex')}`;
const url = (account: string, password: string, host = server.host): string =>
  `postgres://${account}:${password}@${host}:${server.port}/${database}${server.ssl ? '?sslmode=no-verify' : ''}`;

let s3: S3Server;
let warehouse: TestWarehouse;
let env: Record<string, string>;

const DAY_MS = 86_400_000;
const iso = (at_ms: number): string => new Date(at_ms).toISOString();
/** More than are fetched at once. */
const MANY = 12_000;

interface Order {
  readonly id: string;
  readonly total: number;
  readonly currency?: string;
  readonly at_ms?: number;
}

function event({ id, total, currency = 'EUR', at_ms = HOUR_MS + 60_000 }: Order): object {
  return {
    eventId: `order ${id}`,
    eventName: 'purchase',
    clientId: 'c',
    sessionId: `s${id.length}`,
    orderId: id,
    orderTotal: total,
    currency,
    eventTimestamp: at_ms,
    _ingest: { receivedAt: iso(at_ms) },
  };
}

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  await asAdmin(async (admin) => {
    await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD '${MARKERS.password}'`);
    await admin.query(`CREATE DATABASE ${database}`);
  });
  const shop = new pg.Client({ ...server, database });
  await shop.connect();
  // Names as Prisma writes them, and a time without a zone.
  await shop.query(
    `CREATE TABLE "Order" (id text, "totalAmount" numeric(12,2), currency text, "createdAt" timestamp, status text);
     GRANT SELECT ON "Order" TO ${user}`,
  );
  await shop.query(
    `INSERT INTO "Order"
     SELECT 'm' || n, 10, 'EUR', '2025-12-06 05:01:00', 'paid' FROM generate_series(1, ${MANY}) AS n
     UNION ALL VALUES
       ('missing', 100, 'EUR', '2025-12-06 05:30:00'::timestamp, 'paid'), ('Żółw 😀', 5, 'CHF', '2025-12-06 05:00:00', 'paid'),
       ('differs', 20, 'EUR', '2025-12-06 05:10:00', 'paid'), ('unpaid', 7, 'EUR', '2025-12-06 05:10:00', 'draft'),
       ('late', 3, 'EUR', '2025-12-06 05:59:59.5', 'paid'), ('next hour', 3, 'EUR', '2025-12-06 06:00:00', 'paid')`,
  );
  await shop.end();
  const many = Array.from({ length: MANY }, (_, at) => event({ id: `m${at + 1}`, total: 10 }));
  await s3.putObject(
    'raw',
    `${PREFIX}a.json`,
    ndjson([
      ...many,
      event({ id: 'Żółw 😀', total: 5, currency: 'CHF' }),
      event({ id: 'differs', total: 19.99 }),
      event({ id: 'unpaid', total: 7 }),
      // Its event is of the hour after, and the other one's of the hour itself.
      event({ id: 'late', total: 3, at_ms: HOUR_MS + 3_600_001 }),
      event({ id: 'next hour', total: 3, at_ms: HOUR_MS + 3_599_999 }),
      event({ id: 'only seen', total: 1 }),
      event({ id: 'long ago', total: 1, at_ms: HOUR_MS - DAY_MS / 2 }),
    ]),
  );
  const result = await runEtl({ overridePrefix: PREFIX }, warehouse.settings);
  expect(result).toMatchObject({ status: 'complete', inserted: MANY + 7 });
  env = { ...warehouse.env, SHOP_DATABASE_URL: url(user, MARKERS.password) };
}, 60_000);

afterAll(async () => {
  await warehouse.close();
  await s3.close();
  await asAdmin(async (admin) => {
    await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await admin.query(`DROP ROLE ${user}`);
  });
});

const FLAGS = [
  'orders',
  'reconcile',
  '--hour',
  '2025-12-06T05',
  '--table',
  'Order',
  '--id',
  'id',
  '--total',
  'totalAmount',
];
const ALL = [
  ...FLAGS,
  '--time',
  'createdAt',
  '--currency',
  'currency',
  '--status-column',
  'status',
  '--statuses',
  'paid',
];

it('says how much of the shop’s orders was seen, and names those that were not, that differ, and that only were seen', async () => {
  const { stdout, stderr, exitCode } = await runCli([...ALL, '--json'], env);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const total = MANY + 4;
  expect(JSON.parse(stdout)).toEqual({
    coverage: (100 * (total - 1)) / total,
    orders: total,
    seen: total - 1,
    differing: 1,
    unknown: 1,
    repeated: 0,
    revenue: expect.arrayContaining([
      { currency: 'CHF', total: '5.00', seen: '5.00', coverage: 100 },
      expect.objectContaining({ currency: 'EUR', total: `${MANY * 10 + 123}.00`, seen: `${MANY * 10 + 23}.00` }),
    ]) as unknown,
    missing: [{ id: 'missing', time: '2025-12-06T05:30:00.000Z', shop: { total: '100.00', currency: 'EUR' } }],
    differingOrders: [
      {
        id: 'differs',
        time: '2025-12-06T05:10:00.000Z',
        shop: { total: '20.00', currency: 'EUR' },
        seen: { total: '19.99', currency: 'EUR' },
      },
    ],
    unknownOrders: [{ id: 'only seen', time: iso(HOUR_MS + 60_000), seen: { total: '1.00', currency: 'EUR' } }],
  });
});

it('exits with 1 when less was seen than was asked for, and counts every status unless told which', async () => {
  const least = await runCli([...ALL, '--min-coverage', '99.99', '--list', '1'], env);
  expect(least).toMatchObject({ exitCode: 1, stderr: '' });
  expect(least.stdout).toMatch(/^99\.99 % of 12,004 orders seen, 1 missing, /);
  expect(least.stdout).toContain('\nmissing  2025-12-06T05:30:00.000Z  100.00 EUR');
  const enough = await runCli([...FLAGS, '--time', 'createdAt', '--min-coverage', '99', '--json'], env);
  expect(enough.exitCode).toBe(0);
  expect(JSON.parse(enough.stdout)).toMatchObject({ orders: MANY + 5, unknown: 1, revenue: [{ currency: '' }] });
});

it.each([
  [
    'a column that is not there',
    [...FLAGS, '--time', 'created'],
    {},
    'shop_refused (read): ',
    'column "created" does not exist',
  ],
  ['a time that is none', [...FLAGS, '--time', 'status'], {}, 'shop_refused (read): ', 'SQLSTATE'],
  ['a wrong password', ALL, { SHOP_DATABASE_URL: url(user, 'wr0ng-secret') }, 'shop_unreachable (read): ', '28P01'],
  [
    'a host that is none',
    ALL,
    { SHOP_DATABASE_URL: url(user, 'wr0ng-secret', 'no.invalid') },
    'shop_unreachable (read): ',
    'SHOP_DATABASE_URL',
  ],
])('says what is wrong with %s, and no part of the address', async (_, flags, other, code, message) => {
  const { stdout, stderr, exitCode } = await runCli(flags, { ...env, ...other });
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  expect(stderr).toContain(`error ${code}`);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(new RegExp(`wr0ng|${MARKERS.password}|${user}|${database}|no\\.invalid`));
});

it('only reads: a trigger, a default or a function of the shop’s table that writes would be refused', async () => {
  const shop = new pg.Client({ ...server, database });
  await shop.connect();
  await shop.query(
    `CREATE TABLE log (n int); GRANT ALL ON log TO ${user};
     CREATE FUNCTION note() RETURNS text LANGUAGE sql AS 'INSERT INTO log VALUES (1) RETURNING n::text';
     CREATE VIEW noted AS SELECT note() AS order_id, 1 AS total, '2025-12-06 05:00:00Z'::timestamptz AS created_at; GRANT SELECT ON noted TO ${user}`,
  );
  const { stderr, exitCode } = await runCli(
    ['orders', 'reconcile', '--hour', '2025-12-06T05', '--table', 'noted'],
    env,
  );
  expect(exitCode).toBe(1);
  expect(stderr).toContain('SQLSTATE 25006');
  expect((await shop.query('SELECT FROM log')).rowCount).toBe(0);
  await shop.end();
});
