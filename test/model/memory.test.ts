import { afterAll, beforeAll, expect, it } from 'vitest';
import type { S3Server } from '../../src/local/s3/server.ts';
import { EtlProcess } from '../crash/runner.ts';
import { event, freshBucket, gzip, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

/** Node and what the ETL is made of take much of it. */
const HEAP_MB = 64;
const OBJECTS = 8;
const EVENTS_PER_OBJECT = 1_500;
const EVENT_BYTES = 12_000;

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

// What it takes is measured by `npm run bench:memory`.
it('an hour of more than twice the heap is loaded within it', async () => {
  for (let object = 0; object < OBJECTS; object += 1) {
    const events = Array.from({ length: EVENTS_PER_OBJECT }, (_, number) =>
      event(object * EVENTS_PER_OBJECT + number, { note: String(number).padEnd(EVENT_BYTES, 'note ') }),
    );
    await s3.putObject('raw', `${PREFIX}event-${String(object).padStart(3, '0')}.json`, gzip(ndjson(events)));
  }
  expect(OBJECTS * EVENTS_PER_OBJECT * EVENT_BYTES).toBeGreaterThan(2 * HEAP_MB * 2 ** 20);
  const run = new EtlProcess({ ...warehouse.env, NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` });
  await run.begin({ targetUtcHour: HOUR });
  expect(await run.ended).toBe(0);
  expect(run.status).toBe('complete');
  expect(await warehouse.rows('SELECT count(*)::integer AS events FROM clickstream_events')).toEqual([
    { events: OBJECTS * EVENTS_PER_OBJECT },
  ]);
}, 120_000);
