import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { definePipeline, type Pipeline } from '../../src/etl/pipeline/pipeline.ts';
import { transform } from '../../src/etl/pipeline/transform.ts';
import { redrive, type RedriveOptions } from '../../src/etl/redrive/redrive.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import { dedupe } from '../../src/etl/transforms/dedupe.ts';
import { flatten } from '../../src/etl/transforms/flatten.ts';
import { parse } from '../../src/etl/transforms/parse.ts';
import { sessionize } from '../../src/etl/transforms/sessionize.ts';
import { S3Error } from '../../src/local/s3/s3-error.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import type { RejectSelection } from '../../src/warehouse/rejects.ts';
import { array, event, freshBucket, gzip, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { expectSettled } from '../support/expect-settled.ts';
import { clearWarehouse, rebuiltTables, settledTables } from '../support/settled.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

/** A pipeline with a transform of somebody's own that refuses what it should not, until it is mended. */
function pipelineWith(refuses: (event: Readonly<Record<string, unknown>>) => boolean): Pipeline {
  const check = transform({
    name: 'check',
    each(record, context) {
      if (refuses(record.event)) context.reject(record, 'refused', 'It is refused.');
    },
  });
  return definePipeline([parse, dedupe, sessionize, flatten, check]);
}
const faulty = pipelineWith(({ odd }) => odd === true);
const mended = pipelineWith(() => false);

let s3: S3Server;
let warehouse: TestWarehouse;
/** What the same objects give when nothing was ever rejected. */
let flawless: TestWarehouse;
let archived = false;
const reads: string[] = [];

beforeAll(async () => {
  s3 = await freshBucket({
    onRequest: ({ method, key }) => {
      if (method !== 'GET' || key === '') return;
      reads.push(key);
      if (archived && key.endsWith('cold.json'))
        throw new S3Error({ status: 403, code: 'InvalidObjectState', message: 'Archived' });
    },
  });
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  flawless = await freshWarehouse({ s3Endpoint: s3.url });
});

afterAll(async () => {
  await Promise.all([warehouse.close(), flawless.close()]);
  await s3.close();
});

beforeEach(async () => {
  s3.deleteObjects('raw');
  archived = false;
  for (const each of [warehouse, flawless]) {
    await clearWarehouse(each);
  }
});

const put = (name: string, body: string | Buffer) => s3.putObject('raw', PREFIX + name, body);
const load = (pipeline: Pipeline, into = warehouse) => runEtl({ targetUtcHour: HOUR }, into.settings, { pipeline });
const again = (selection: RejectSelection = {}, options: RedriveOptions = {}) =>
  redrive(selection, warehouse.settings, { pipeline: mended, ...options });
const events = (from: TestWarehouse) => from.rows('SELECT * FROM clickstream_events ORDER BY event_id');
const rejects = (from = warehouse) =>
  from.rows<{ source_key: string; record_index: number; code: string }>(
    'SELECT source_key, record_index, code FROM clickstream_rejects ORDER BY source_key, record_index',
  );

/** The tables are those of a warehouse in which the transforms were right from the beginning. */
async function expectAsIfNeverRejected(): Promise<void> {
  await load(mended, flawless);
  expect(await events(warehouse)).toEqual(await events(flawless));
  expect(await rejects(warehouse)).toEqual(await rejects(flawless));
  const never = await settledTables(flawless);
  expect(await settledTables(warehouse)).toEqual(never);
  expect(await expectSettled(warehouse)).toEqual(never);
}

it('a redriven reject leaves the tables as if it had never been rejected', async () => {
  const odd = { odd: true };
  // One that others come after, one that joins two sessions, one that stands before another record of its event.
  await put('a.json', ndjson([event(1, odd, 10), event(8, {}, 400), event(15, odd, 1500), event(22, {}, 3000)]));
  await put('b.json', array([event(30, { note: 'first', ...odd }, 100), event(31, odd)]));
  await put('c.json', gzip(ndjson([event(30, { note: 'second' }, 200), event(32, odd)]) + 'no json\n'));
  // One that is named after its place, and received when its object was written.
  await put('d.json', ndjson([event(40), { ...event(0, odd), eventId: undefined, _ingest: undefined }]));
  expect(await load(faulty)).toMatchObject({ read: 11, inserted: 4, rejected: 7 });

  expect(await again({ code: 'refused' })).toMatchObject({
    status: 'complete',
    processed: 0,
    read: 6,
    inserted: 5,
    duplicates: 1,
    rejected: 0,
  });
  expect(await rejects()).toEqual([{ source_key: `${PREFIX}c.json`, record_index: 2, code: 'syntax_error' }]);
  await expectAsIfNeverRejected();
});

it('is a run of the ledger, and leaves the hour’s checkpoint and counts alone', async () => {
  await put('a.json', ndjson([event(1), event(2, { odd: true })]));
  await load(faulty);
  const before = await warehouse.rows('SELECT unit, state, completed_at, read, rejected FROM clickstream_checkpoints');
  const { hours } = await again();
  expect(hours).toMatchObject([{ status: 'complete', prefix: PREFIX, read: 1, inserted: 1 }]);
  expect(
    await warehouse.rows('SELECT trigger, status, read, inserted, rejected FROM clickstream_runs ORDER BY started_at'),
  ).toEqual([
    { trigger: 'explicit', status: 'complete', read: '2', inserted: '1', rejected: '1' },
    { trigger: 'redrive', status: 'complete', read: '1', inserted: '1', rejected: '0' },
  ]);
  expect(await warehouse.rows('SELECT unit, state, completed_at, read, rejected FROM clickstream_checkpoints')).toEqual(
    before,
  );
  expect(await again()).toMatchObject({ status: 'complete', read: 0, hours: [] });
});

it('what is rejected again stays, with the reason that it has now', async () => {
  await put(
    'a.json',
    ndjson([event(1, { odd: true }), event(2, { odd: true, worse: true })]) + '{"eventName": broken}\n',
  );
  await load(faulty);
  const other = pipelineWith(({ worse }) => worse === true);
  const result = await again({}, { pipeline: other });
  expect(result).toMatchObject({ read: 3, inserted: 1, rejected: 2 });
  expect(result.hours[0]!.reasons).toEqual({ 'rejected.refused': 1, 'rejected.syntax_error': 1 });
  expect(await rejects()).toMatchObject([
    { record_index: 1, code: 'refused' },
    { record_index: 2, code: 'syntax_error' },
  ]);
});

it('a selection is by code, hour, key and index, and what is outside of it stays', async () => {
  const next = PREFIX.replace('/05/', '/06/');
  await put('a.json', ndjson([event(1, { odd: true }), event(2, { odd: true })]) + 'no json\n');
  await s3.putObject('raw', `${next}b.json`, ndjson([event(3, { odd: true })]));
  await runEtl({ overridePrefix: PREFIX.slice(0, -3) }, warehouse.settings, { pipeline: faulty });
  const hour_ms = Date.parse(HOUR);
  expect(await again({ code: 'other' })).toMatchObject({ read: 0 });
  expect(await again({ from_ms: hour_ms + 3_600_000 })).toMatchObject({ read: 1, inserted: 1 });
  expect(await again({ key: `${PREFIX}a.json`, index: 1 })).toMatchObject({ read: 1, inserted: 1 });
  expect(await rejects()).toMatchObject([{ record_index: 0 }, { record_index: 2 }]);
  expect(await again({ to_ms: hour_ms, code: 'refused' })).toMatchObject({ read: 1, inserted: 1 });
  expect(await rejects()).toMatchObject([{ record_index: 2 }]);
});

it('a record kept whole outlives its object; one that was cut is read from S3, and stays when its object is gone or another', async () => {
  const long = 'x'.repeat(70_000);
  await put('a.json', ndjson([event(1, { odd: true })]));
  for (const [at, name] of ['b', 'c', 'd'].entries()) {
    await put(`${name}.json`, ndjson([event(10 + at, { odd: true, long })]));
  }
  await load(faulty);
  reads.length = 0;
  for (const name of ['a', 'c']) s3.deleteObjects('raw', `${PREFIX}${name}.json`);
  await put('d.json', ndjson([event(12, { odd: true, long: 'short' })]));

  const result = await again();
  expect(result).toMatchObject({ read: 2, inserted: 2, rejected: 0 });
  expect(result.hours[0]!.reasons).toEqual({ 'kept.object_missing': 1, 'kept.object_changed': 1 });
  expect(reads).toEqual([`${PREFIX}b.json`]);
  expect(await rejects()).toMatchObject([{ source_key: `${PREFIX}c.json` }, { source_key: `${PREFIX}d.json` }]);
  const [row] = await warehouse.rows<{ length: number }>(
    "SELECT length(properties->>'long') AS length FROM clickstream_events WHERE properties ? 'long'",
  );
  expect(row).toEqual({ length: long.length });
});

it('an object that was archived is read whole once it was restored', async () => {
  archived = true;
  await put('cold.json', ndjson([event(1), event(2), event(3, { odd: true })]));
  await put('warm.json', ndjson([event(4)]));
  expect(await load(mended)).toMatchObject({ read: 2, inserted: 1, rejected: 1 });
  expect(await again()).toMatchObject({ read: 1, rejected: 1 });
  expect(await rejects()).toMatchObject([{ code: 'object_archived' }]);

  archived = false;
  const settings = { ...warehouse.settings, maxRecordsPerBatch: 1 };
  expect(await redrive({}, settings, { pipeline: faulty })).toMatchObject({ read: 3, inserted: 2, rejected: 1 });
  expect(await rejects()).toMatchObject([{ record_index: 2, code: 'refused' }]);
  expect(await again()).toMatchObject({ read: 1, inserted: 1 });
  await expectAsIfNeverRejected();
});

it.each([1, 2, 50])(
  'the rest of an object is read from its own place on, in batches of %i',
  async (maxRecordsPerBatch) => {
    // As a decoder with a defect would have left it: the array given up at its second element.
    const text = array([event(1), event(2), event(3, { odd: true }), event(4)]);
    const start = text.indexOf('{', 2 + JSON.stringify(event(1)).length);
    const { etag } = await put('a.json', text);
    await put('b.json', ndjson([event(9)]));
    await load(mended);
    await warehouse.rows("DELETE FROM clickstream_events WHERE right(event_id::text, 1) IN ('2', '3', '4')");
    await rebuiltTables(warehouse);
    await warehouse.rows(
      `INSERT INTO clickstream_rejects (source_key, record_index, start_bytes, end_bytes, last_modified, etag, code, detail, raw, run_id)
     VALUES ($1, 1, $2, $3, now(), $4, 'syntax_error', '', $5, gen_random_uuid())`,
      [`${PREFIX}a.json`, start, text.length, `"${etag}"`, Buffer.from(text.slice(start))],
    );
    const settings = { ...warehouse.settings, maxRecordsPerBatch };
    expect(await redrive({}, settings, { pipeline: faulty })).toMatchObject({ read: 3, inserted: 2, rejected: 1 });
    expect(await rejects()).toMatchObject([{ record_index: 2, code: 'refused' }]);
    expect(await again()).toMatchObject({ read: 1, inserted: 1 });
    await expectAsIfNeverRejected();
  },
);

it('an hour that another run holds is busy, and is left alone', async () => {
  await put('a.json', ndjson([event(1, { odd: true })]));
  await load(faulty);
  await warehouse.rows(
    `UPDATE clickstream_checkpoints SET holder = gen_random_uuid(), held_until = now() + interval '1 minute'`,
  );
  expect(await again()).toMatchObject({ status: 'busy', read: 0 });
  expect(await rejects()).toHaveLength(1);
});

it('one that is stopped goes on where it stopped', async () => {
  const next = PREFIX.replace('/05/', '/06/');
  await put('a.json', ndjson([event(1, { odd: true })]));
  await s3.putObject('raw', `${next}b.json`, ndjson([event(2, { odd: true })]));
  await runEtl({ overridePrefix: PREFIX.slice(0, -3) }, warehouse.settings, { pipeline: faulty });
  const stop = new AbortController();
  const first = await again({}, { stop: stop.signal, onUnit: () => stop.abort() });
  expect(first).toMatchObject({ status: 'partial', read: 1, inserted: 1 });
  expect(await again()).toMatchObject({ status: 'complete', read: 1, inserted: 1 });
  expect(await rejects()).toEqual([]);
});
