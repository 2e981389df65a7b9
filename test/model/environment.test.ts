import { afterAll, beforeAll, expect, it } from 'vitest';
import type { S3Server } from '../../src/local/s3/server.ts';
import { EtlProcess } from '../crash/runner.ts';
import { freshBucket, HOUR, ndjson, PREFIX, type TestEvent } from '../support/bucket.ts';
import { emptyTables } from '../support/ledger.ts';
import { mixedHour, putObjects } from '../support/mixed-hour.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

/** Times, numbers and texts that mean something else elsewhere: without a zone, in hours that a clock skips, with commas. */
const TELLING: readonly TestEvent[] = [
  { eventTimestamp: '2025-03-30T02:30:00' },
  { eventTimestamp: '2025-10-26T02:30:00' },
  { eventTimestamp: '2025-12-06 04:59:59.999' },
  { eventTimestamp: '2025-12-06' },
  { eventTimestamp: '2025-12-06T10:00:00+05:45' },
  { eventTimestamp: '06.12.2025' },
  { eventTimestamp: 1_764_997_200_000 },
  { eventName: 'TITLE İıIi', clientId: 'İSTANBUL', pageUrl: 'https://shop.example/İ?q=ŞIK' },
  { eventId: 'ID-İI-ıi', product: { price: '1,5', discountPrice: '1234.50', URLPATH: '/İ' } },
  { product: { price: 1e21, discountPrice: '0.1e-7' }, orderTotal: '١٢', itemCount: '3' },
  { isFirstVisit: 'TRUE', orderId: 'ǅ', currency: 'tl' },
].map((fields, number) => ({
  eventId: `00000000-0000-4000-8000-00000000000${number.toString(16)}`,
  eventName: 'product_view',
  ...fields,
}));

let s3: S3Server;
let warehouse: TestWarehouse;
let database: string;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  database = warehouse.settings.postgres.database;
  await putObjects(s3, mixedHour({ seed: 'environment', events: 150 }));
  // Received when its object was written, since it does not say.
  const lastModified = new Date('2025-12-06T05:30:00Z');
  await s3.putObject('raw', `${PREFIX}event-telling.json`, ndjson(TELLING), { lastModified });
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

/** Every byte of the tables, as the server writes it to this connection. */
async function bytes(): Promise<{ events: string; rejects: string; ledger: string }> {
  const text = async (row: string, from: string): Promise<string> => {
    const sql = `SELECT string_agg(${row}::text, E'\\n' ORDER BY ${row}::text COLLATE "C") AS text FROM ${from}`;
    return (await warehouse.rows<{ text: string | null }>(sql))[0]!.text ?? '';
  };
  return {
    events: await text('e', 'clickstream_events AS e'),
    rejects: await text(
      'ROW(source_key, record_index, start_bytes, end_bytes, etag, code, detail, raw)',
      'clickstream_rejects',
    ),
    ledger: await text('ROW(unit, hour, read, inserted, duplicates, rejected, dropped, bytes)', 'clickstream_runs'),
  };
}

async function loadedUnder(env: Readonly<Record<string, string>>): Promise<Awaited<ReturnType<typeof bytes>>> {
  await emptyTables(warehouse);
  const run = new EtlProcess({ ...warehouse.env, MAX_RECORDS_PER_BATCH: '60', ...env });
  await run.begin({ targetUtcHour: HOUR });
  expect(await run.ended).toBe(0);
  expect(run.status).toBe('complete');
  return bytes();
}

const clock = (now: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: '--import ./test/model/other-clock.mjs',
  CLICKSTREAM_TEST_CLOCK: now,
});

/** Defaults of the server that change how values are written and read. */
const SERVER_DEFAULTS = {
  TimeZone: 'Asia/Kathmandu',
  DateStyle: 'German',
  IntervalStyle: 'sql_standard',
  extra_float_digits: '-5',
  bytea_output: 'escape',
  standard_conforming_strings: 'off',
} as const;

it('time zone, locale and clock make no difference to a byte of the tables', async () => {
  const plain = await loadedUnder({ TZ: 'UTC', LC_ALL: 'C.UTF-8' });
  expect(plain.events).toContain('İSTANBUL');
  expect(plain.rejects).not.toBe('');
  for (const env of [
    { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
    { TZ: 'America/St_Johns', LC_ALL: 'ar_EG.UTF-8', ...clock('2031-03-30T02:30:00Z') },
    // The hour is just over, so that it stays open, which shows that the clock is another one.
    { TZ: 'Europe/Berlin', LC_ALL: 'de_DE.UTF-8', ...clock('2025-12-06T06:00:01Z') },
  ]) {
    expect(await loadedUnder(env), JSON.stringify(env)).toEqual(plain);
  }
  expect(await warehouse.rows('SELECT state FROM clickstream_checkpoints')).toEqual([{ state: 'loaded' }]);
  for (const [name, value] of Object.entries(SERVER_DEFAULTS)) {
    await warehouse.rows(`ALTER DATABASE ${database} SET ${name} = '${value}'`);
  }
  expect(await loadedUnder({ TZ: 'Pacific/Apia', LC_ALL: 'tr_TR.UTF-8' }), 'with other defaults').toEqual(plain);
});
