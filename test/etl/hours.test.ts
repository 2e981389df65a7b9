import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, HOUR, HOUR_MS, ndjson, PREFIX, putEach } from '../support/bucket.ts';
import { clearWarehouse } from '../support/settled.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

let s3: S3Server;
let warehouse: TestWarehouse;
const reads: string[] = [];

beforeAll(async () => {
  s3 = await freshBucket({
    onRequest: ({ method, key }) => {
      if (method === 'GET' && key !== '') reads.push(key);
    },
  });
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

beforeEach(async () => {
  s3.deleteObjects('raw');
  reads.length = 0;
  await clearWarehouse(warehouse);
});

const MINUTE_MS = 60_000;
const at = (iso: string) => ({ now_ms: () => Date.parse(iso) });
const states = async (): Promise<Record<string, string>> => {
  const rows = await warehouse.rows<{ unit: string; state: string }>('SELECT unit, state FROM clickstream_checkpoints');
  return Object.fromEntries(rows.map(({ unit, state }) => [unit, state]));
};

it('an hour stays open until five minutes after its end, and late keys are read', async () => {
  await putEach(s3, [event(1), event(2)]);
  const early = await runEtl({}, { ...warehouse.settings, catchUp_hours: 0 }, at('2025-12-06T06:04:00Z'));
  expect(early).toMatchObject({ status: 'complete', inserted: 2 });
  expect(await states()).toEqual({ [PREFIX]: 'loaded' });

  await s3.putObject('raw', `${PREFIX}event-late.json`, JSON.stringify(event(3)));
  const late = await runEtl({}, { ...warehouse.settings, catchUp_hours: 0 }, at('2025-12-06T06:05:00Z'));
  expect(late).toMatchObject({ status: 'complete', read: 3, inserted: 1, duplicates: 2 });
  expect(await states()).toEqual({ [PREFIX]: 'completed' });
});

it('an open hour whose listing has not changed completes without being read again', async () => {
  await putEach(s3, [event(1)]);
  await runEtl({}, { ...warehouse.settings, catchUp_hours: 0 }, at('2025-12-06T06:04:00Z'));
  reads.length = 0;
  const result = await runEtl({}, { ...warehouse.settings, catchUp_hours: 0 }, at('2025-12-06T06:35:00Z'));
  expect(result).toMatchObject({ status: 'complete', read: 0, hours: [{ unchanged: true }] });
  expect(reads).toEqual([]);
  expect(await states()).toEqual({ [PREFIX]: 'completed' });
});

it('three deliveries of one cron event do the work once', async () => {
  await putEach(
    s3,
    Array.from({ length: 300 }, (_, number) => event(number)),
  );
  const cron = {
    source: 'aws.events',
    'detail-type': 'Scheduled Event',
    time: '2025-12-06T06:05:00Z',
    id: 'x',
    detail: {},
  };
  const settings = { ...warehouse.settings, catchUp_hours: 0 };
  const now = at('2025-12-06T06:05:01Z');
  const results = await Promise.all([1, 2, 3].map(() => runEtl(cron, settings, now)));
  expect(results.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(300);
  expect(results.reduce((sum, { read }) => sum + read, 0)).toBe(300);
  expect(results.map(({ status }) => status).sort()).toContain('complete');
});

it('a scheduled run catches up with the hours before, oldest first, and an explicit one reads again', async () => {
  for (const back of [1, 2, 3]) {
    await s3.putObject('raw', `${hourPrefix(HOUR_MS - back * 60 * MINUTE_MS)}a.json`, ndjson([event(back)]));
  }
  await putEach(s3, [event(9)]);
  const settings = { ...warehouse.settings, catchUp_hours: 3 };
  const result = await runEtl({}, settings, at('2025-12-06T06:05:00Z'));
  expect(result).toMatchObject({ status: 'complete', inserted: 4, prefix: PREFIX });
  expect(reads.map((key) => key.slice(7, 20))).toEqual([
    '2025/12/06/05',
    '2025/12/06/02',
    '2025/12/06/03',
    '2025/12/06/04',
  ]);

  reads.length = 0;
  expect(await runEtl({}, settings, at('2025-12-06T06:06:00Z'))).toMatchObject({ status: 'complete', read: 0 });
  expect(reads).toEqual([]);
  expect(await runEtl({ targetUtcHour: HOUR }, settings)).toMatchObject({ read: 1, inserted: 0, duplicates: 1 });
});

it('an hour that was empty is completed without touching the dead letters of other hours', async () => {
  const before = hourPrefix(HOUR_MS - 60 * MINUTE_MS);
  await s3.putObject('raw', `${before}a.json`, 'no json\n');
  const settings = { ...warehouse.settings, catchUp_hours: 1 };
  // Before five minutes are over it is loaded, and after that completed without being read.
  for (const time of ['2025-12-06T06:01:00Z', '2025-12-06T06:10:00Z']) await runEtl({}, settings, at(time));
  expect(await states()).toEqual({ [before]: 'completed', [PREFIX]: 'completed' });
  expect(await warehouse.rows('SELECT source_key FROM clickstream_rejects')).toEqual([
    { source_key: `${before}a.json` },
  ]);
});

it('a hold on the hour answers busy, and a dead one is taken over within ten seconds', async () => {
  await putEach(s3, [event(1)]);
  await warehouse.rows(
    `INSERT INTO clickstream_checkpoints (unit, hour, holder, held_until)
     VALUES ($1, $2, gen_random_uuid(), now() + interval '8 s')`,
    [PREFIX, HOUR],
  );
  expect(await runEtl({ targetUtcHour: HOUR }, warehouse.settings)).toMatchObject({ status: 'busy', read: 0 });
  await warehouse.rows("UPDATE clickstream_checkpoints SET held_until = now() - interval '1 ms'");
  expect(await runEtl({ targetUtcHour: HOUR }, warehouse.settings)).toMatchObject({ status: 'complete', inserted: 1 });
});

it('an empty hour completes, and a missing bucket is an error that names it', async () => {
  expect(await runEtl({ targetUtcHour: HOUR }, warehouse.settings)).toMatchObject({ status: 'complete', processed: 0 });
  await expect(runEtl({ targetUtcHour: HOUR }, { ...warehouse.settings, bucket: 'nowhere' })).rejects.toMatchObject({
    code: 'missing_bucket',
    message: expect.stringContaining('nowhere') as string,
  });
});

it('an hour that fails is recorded, the others go on, and the run throws at the end', async () => {
  await putEach(s3, [event(1)]);
  const next = hourPrefix(HOUR_MS + 60 * MINUTE_MS);
  await putEach(s3, [event(2)], next);
  await warehouse.rows(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'P0001'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON clickstream_events FOR EACH ROW
      WHEN (NEW.event_id = '00000000-0000-4000-8000-000000000001') EXECUTE FUNCTION refuse()`);
  try {
    await expect(runEtl({ overridePrefix: 'events/2025/12/06/' }, warehouse.settings)).rejects.toMatchObject({
      message: expect.stringContaining(PREFIX) as string,
    });
  } finally {
    await warehouse.rows('DROP TRIGGER refuse ON clickstream_events; DROP FUNCTION refuse');
  }
  const runs = await warehouse.rows('SELECT unit, status FROM clickstream_runs WHERE unit IN ($1, $2) ORDER BY unit', [
    PREFIX,
    next,
  ]);
  expect(runs).toEqual([
    { unit: PREFIX, status: 'failed' },
    { unit: next, status: 'complete' },
  ]);
});

it('a part of an hour is a unit of its own', async () => {
  await putEach(
    s3,
    Array.from({ length: 10 }, (_, number) => event(number)),
  );
  const result = await runEtl(
    { targetUtcHour: HOUR, startAfter: `${PREFIX}event-00000001.json`, endAt: `${PREFIX}event-00000004.json` },
    warehouse.settings,
  );
  expect(result).toMatchObject({ status: 'complete', processed: 3, inserted: 3 });
  expect(await runEtl({ targetUtcHour: HOUR }, warehouse.settings)).toMatchObject({ inserted: 7, duplicates: 3 });
});
