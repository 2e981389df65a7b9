import { afterAll, beforeAll, expect, it } from 'vitest';
import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import { createIngestHandler } from '../../src/ingest/handler.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { generateTraffic } from '../../src/local/traffic/generate.ts';
import { Random } from '../../src/local/traffic/random.ts';
import type { Truth } from '../../src/local/traffic/truth.ts';
import { freshBucket, gzip } from '../support/bucket.ts';
import { expectedTables, type ExpectedRow } from '../support/expected-tables.ts';
import { clearWarehouse } from '../support/settled.ts';
import { Sometimes } from '../support/sometimes.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

/** Histories of the shop, and how many ways each is loaded in; more for a long test. */
const HISTORIES = Number(process.env['CLICKSTREAM_TRUTH_RUNS'] ?? 2);
const ARRANGEMENTS = 2;
/** Few histories do not have everything by chance: these do, and a long form may take others. */
const SEED = process.env['CLICKSTREAM_SEED'] ?? '8';

const sometimes = new Sometimes(
  'refund',
  'cancelled',
  'late hour',
  'ranges at once',
  'duplicate',
  'came in a later week',
);

let s3: S3Server;
let warehouse: TestWarehouse;

beforeAll(async () => {
  console.log(`CLICKSTREAM_SEED=${SEED} repeats these histories`);
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

/** A record as the ingest stored it, and the prefix of the hour in which it did. */
interface Stored {
  readonly prefix: string;
  readonly text: string;
}

/** Sends traffic of some weeks through the ingest: the records that it stores, and what is true of them. */
async function history(seed: string): Promise<{ records: Stored[]; truth: Truth }> {
  const traffic = generateTraffic({ seed, hours: 2, weeks: 3, shoppersPerHour: 11 });
  let now_ms = 0;
  const env = { RAW_BUCKET_NAME: 'raw', AWS_ENDPOINT_URL_S3: s3.url, AWS_REGION: 'us-east-1' };
  const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const ingest = createIngestHandler({ env: { ...env, ...keys }, now: () => now_ms });
  s3.deleteObjects('raw');
  for (const { at_ms, body, contentType, sourceIp, expectedStatus } of traffic.requests) {
    now_ms = at_ms;
    const http = { method: 'POST', path: '/clickstream', sourceIp };
    const answer = await ingest({
      rawPath: '/clickstream',
      requestContext: { stage: '$default', http },
      headers: { 'content-type': contentType },
      body,
    });
    expect(answer).toMatchObject({ statusCode: expectedStatus });
  }
  const records: Stored[] = [];
  for (const { key } of s3.listObjects('raw')) {
    const lines = String(await s3.getObject('raw', key)).split('\n');
    const prefix = key.slice(0, key.lastIndexOf('/') + 1);
    for (const text of lines) if (text !== '') records.push({ prefix, text });
  }
  return { records, truth: traffic.truth() };
}

/** Lays the records into objects anew: shuffled within their hours, some of them twice, in this hour or another one. */
async function scatter(records: readonly Stored[], random: Random): Promise<string[]> {
  s3.deleteObjects('raw');
  const prefixes = [...new Set(records.map(({ prefix }) => prefix))];
  const twice = records.filter(() => random.chance(0.1));
  sometimes.saw('duplicate', twice.length);
  const all = [...records, ...twice.map(({ text }) => ({ prefix: random.pick(prefixes), text }))];
  const perObject = random.pick([1, 4, 30, 1000]);
  for (const prefix of prefixes) {
    const own = shuffled(
      all.filter((one) => one.prefix === prefix),
      random,
    );
    while (own.length > 0) {
      const text = own
        .splice(0, random.int(1, perObject))
        .map((one) => `${one.text}\n`)
        .join('');
      await s3.putObject('raw', `${prefix}event-${random.uuid()}.json`, random.chance(0.2) ? gzip(text) : text);
    }
  }
  return prefixes;
}

/** Loads the hours in any order, whole or as two ranges of keys at once, in batches of some size; one of them twice. */
async function load(prefixes: readonly string[], random: Random): Promise<void> {
  const order = shuffled(prefixes, random);
  if (order.some((prefix, at) => at > 0 && prefix < order[at - 1]!)) sometimes.saw('late hour');
  const maxRecordsPerBatch = random.pick([7, 40, 250, 5_000]);
  for (const prefix of [...order, random.pick(order)]) {
    const keys = s3.listObjects('raw', prefix).map(({ key }) => key);
    const middle = keys[Math.floor(keys.length / 2)]!;
    const apart = keys.length > 2 && random.chance(0.4);
    if (apart) sometimes.saw('ranges at once');
    const payloads = apart ? [{ endAt: middle }, { startAfter: middle }] : [{}];
    const results = await Promise.all(
      payloads.map((range) =>
        runEtl({ overridePrefix: prefix, ...range }, { ...warehouse.settings, maxRecordsPerBatch }),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(payloads.map(() => 'complete'));
  }
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, place: random.word() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** A table's rows with times in epoch milliseconds, without the ids that only the warehouse gives. */
async function tableRows(table: string): Promise<ExpectedRow[]> {
  const rows = await warehouse.rows<{ row: ExpectedRow }>(`SELECT to_jsonb(t) AS row FROM ${table} AS t`);
  return rows.map(({ row }) => {
    // Which users a session has is held against an oracle of its own, in people.test.ts.
    const { users: _users, ...columns } = row;
    const plain = Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, inMs(value)]));
    if (table === warehouse.settings.tables.orders) {
      const { event_id: _event, session_id: _session, ...order } = plain;
      return order;
    }
    return plain['derived'] === true ? { ...plain, session_id: null } : plain;
  });
}

function inMs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inMs);
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:/.test(value) ? Date.parse(value) : value;
}

/** In an order of their own, with the columns in one order. */
function sorted(rows: readonly ExpectedRow[]): ExpectedRow[] {
  const ordered = rows.map((row) => Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
  const text = (row: ExpectedRow): string => [...NAMED.map((name) => row[name]), JSON.stringify(row)].join(' ');
  return ordered.sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

/** What tells most rows apart, so that a difference is shown beside what should have been. */
const NAMED = ['order_id', 'visitor_id', 'started_at', 'quarter', 'day', 'product_id'];

async function expectTruth(truth: Truth): Promise<void> {
  const { tables } = warehouse.settings;
  for (const [table, rows] of Object.entries(expectedTables(truth.rows))) {
    const found = await tableRows(tables[table as keyof typeof tables]!);
    expect(sorted(found), table).toEqual(sorted(rows));
  }
  const [names] = await warehouse.rows<{ counts: Record<string, number> }>(`
    SELECT jsonb_object_agg(event_name, events) AS counts
    FROM (SELECT event_name, sum(events) AS events FROM ${tables.quarterlyActivity} GROUP BY 1) AS a`);
  expect(names!.counts).toEqual(truth.eventNames);
  const hours = await warehouse.rows<{ hour: Date; events: number }>(`
    SELECT date_bin('1 hour', quarter, 'epoch') AS hour, sum(events)::int AS events
    FROM ${tables.quarterlyActivity} GROUP BY 1 ORDER BY 1`);
  expect(hours.map(({ hour, events }) => [hour.getTime(), events])).toEqual(
    truth.activity.map(({ hour_ms, events }) => [hour_ms, events]),
  );
}

it.each(Array.from({ length: HISTORIES }, (_, number) => number))(
  'sessions, orders, visitors and rollups are what the traffic’s maker knows them to be, however it is laid and loaded (%i)',
  async (number) => {
    const { records, truth } = await history(`${SEED} ${number}`);
    const { orders, visitors } = truth.rows;
    sometimes.saw('refund', orders.filter(({ refunded_ms }) => refunded_ms !== undefined).length);
    sometimes.saw('cancelled', orders.filter(({ cancelled_ms }) => cancelled_ms !== undefined).length);
    sometimes.saw('came in a later week', visitors.filter(({ first_ms, last_ms }) => last_ms - first_ms > 5e8).length);
    expect(hourPrefix(truth.hours[0]!.hour_ms)).toBe(truth.hours[0]!.prefix);
    for (let arrangement = 0; arrangement < ARRANGEMENTS; arrangement += 1) {
      const random = Random.seeded(`${SEED} ${number} ${arrangement}`);
      await clearWarehouse(warehouse);
      await load(await scatter(records, random), random);
      await expectTruth(truth);
    }
  },
  // Ten seconds, on a machine that does nothing else.
  150_000,
);
