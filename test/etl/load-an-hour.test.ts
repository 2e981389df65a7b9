import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { array, event, freshBucket, gzip, HOUR, ndjson, PREFIX, putEach } from '../support/bucket.ts';
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

const table = async (): Promise<unknown[]> => warehouse.rows('SELECT * FROM clickstream_events ORDER BY event_id');

describe('an hour of 5,000 objects of one event', () => {
  it('is loaded completely, and a second run changes nothing', async () => {
    await putEach(
      s3,
      Array.from({ length: 5000 }, (_, number) => event(number)),
    );

    const first = await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
    expect(first).toMatchObject({ status: 'complete', processed: 5000, read: 5000, inserted: 5000, duplicates: 0 });
    const loaded = await table();
    expect(loaded).toHaveLength(5000);

    const second = await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
    expect(second).toMatchObject({ status: 'complete', processed: 5000, read: 5000, inserted: 0, duplicates: 5000 });
    expect(await table()).toEqual(loaded);
  });
});

it('reads every format alike', async () => {
  const events = Array.from({ length: 30 }, (_, number) => event(100_000 + number));
  const forms: Record<string, string | Buffer> = {
    'a.json': ndjson(events.slice(0, 5)),
    'b.json': array(events.slice(5, 10)),
    'c.json': gzip(ndjson(events.slice(10, 15))),
    'd.json': gzip(array(events.slice(15, 20))),
    'e.json': events
      .slice(20, 25)
      .map((one) => JSON.stringify(one, null, 2))
      .join('\n'),
    'f.json':
      '\uFEFF' +
      events
        .slice(25, 30)
        .map((one) => JSON.stringify(one))
        .join(''),
    'g/': '',
  };
  const prefix = PREFIX.replace('/05/', '/06/');
  for (const [name, body] of Object.entries(forms)) await s3.putObject('raw', prefix + name, body);
  const result = await runEtl({ overridePrefix: prefix }, warehouse.settings);
  expect(result).toMatchObject({ status: 'complete', processed: 7, read: 30, inserted: 30, rejected: 0 });
  expect(result.bytes).toBe(Object.values(forms).reduce((sum, body) => sum + Buffer.byteLength(body), 0));
});
