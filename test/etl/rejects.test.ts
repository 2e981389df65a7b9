import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { clearWarehouse } from '../support/settled.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

let s3: S3Server;
let warehouse: TestWarehouse;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url, targetTable: 'shop.shop_events' });
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

beforeEach(() => {
  s3.deleteObjects('raw');
});

it('a record that cannot be loaded goes to the dead letters with its place and bytes, and its neighbours are loaded', async () => {
  const bad = [
    '{"eventName": broken}',
    '"a text"',
    'null',
    JSON.stringify(event(1, { pageUrl: 'nul \0 here' })),
    JSON.stringify(event(2, { note: { deep: ['\0'] } })),
    JSON.stringify(event(3, { clientId: 'x'.repeat(513) })),
    JSON.stringify(event(4, { 'lone \uD800': 1 })),
    '[1, 2',
    `{"a":${'['.repeat(501)}${']'.repeat(501)}}`,
  ];
  const lines = bad.flatMap((line, at) => [JSON.stringify(event(100 + at)), line]);
  const text = lines.join('\n');
  await s3.putObject('raw', `${PREFIX}a.json`, text);

  const result = await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
  expect(result).toMatchObject({ status: 'complete', read: 18, inserted: 9, rejected: 9 });

  const rejects = await warehouse.rows<{
    record_index: number;
    code: string;
    raw: Buffer;
    start_bytes: number;
    end_bytes: number;
  }>(
    'SELECT record_index, code, detail, raw, start_bytes::integer, end_bytes::integer FROM shop.shop_rejects ORDER BY record_index',
  );
  expect(rejects.map(({ code }) => code)).toEqual([
    'syntax_error',
    'not_an_object',
    'not_an_object',
    'nul_character',
    'nul_character',
    'id_too_long',
    'lone_surrogate',
    'syntax_error',
    'too_deep',
  ]);
  for (const { record_index, raw, start_bytes, end_bytes } of rejects) {
    const line = lines[record_index]!;
    expect(String(raw)).toBe(line);
    expect(Buffer.from(text).subarray(start_bytes, end_bytes).toString()).toBe(line);
  }
});

it('a run replaces the dead letters of an earlier run over the same objects', async () => {
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson([event(1)]) + 'bad\n');
  await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
  expect(await warehouse.rows('SELECT source_key FROM shop.shop_rejects')).toHaveLength(1);
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson([event(1), event(2)]));
  await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
  expect(await warehouse.rows('SELECT source_key FROM shop.shop_rejects')).toEqual([]);
});

it('of two records of one event the one received first stands, whatever the order and the batches', async () => {
  const records = [
    event(50, { referrer: 'second' }, 20),
    event(50, { referrer: 'first' }, 10),
    event(50, { referrer: 'third' }, 30),
  ];
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
  ]) {
    for (const batch of [1, 2, 3]) {
      await clearWarehouse(warehouse);
      await s3.putObject('raw', `${PREFIX}a.json`, ndjson(order.map((at) => records[at])));
      const result = await runEtl({ targetUtcHour: HOUR }, { ...warehouse.settings, maxRecordsPerBatch: batch });
      expect(result).toMatchObject({ inserted: 1, duplicates: 2 });
      expect(await warehouse.rows('SELECT referrer FROM shop.shop_events')).toEqual([{ referrer: 'first' }]);
    }
  }
});
