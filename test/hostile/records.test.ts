import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { runEtl } from '../../src/etl/run-etl.ts';
import { createIngestHandler, type IngestHandler } from '../../src/ingest/handler.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, HOUR } from '../support/bucket.ts';
import { emptyTables, expectWholeBatches } from '../support/ledger.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { builtinNames } from './builtins.ts';
import { RECORD_CASES } from './catalogue.ts';
import { asArray, asLines, asOneEach, asReversed, bytesOf, isJson, type Objects } from './formats.ts';
import { gatewayEvent } from './gateway-event.ts';
import { canonical, RECEIVED, RECEIVED_MS, WRITTEN, type Row } from './record-case.ts';
import { RECORDS, SMALL_RECORDS, type Sent } from './records.ts';
import { differences, readTables, type Tables } from './tables.ts';

// Megabytes over HTTP and into Postgres, at times on a machine that has much else to do.
vi.setConfig({ testTimeout: 300_000 });

let s3: S3Server;
let warehouse: TestWarehouse;
let ingest: IngestHandler;
const failures: unknown[] = [];
/** Keys of the objects that were stored over HTTP since somebody last took them. */
let storedKeys: string[] = [];
const builtins = builtinNames();

beforeAll(async () => {
  s3 = await freshBucket({
    onRequest: ({ method, key }) => {
      if (method === 'PUT') storedKeys.push(key);
    },
  });
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  ingest = createIngestHandler({
    // A body of 10 MB is no API Gateway's, and some other gateway's.
    env: { ...process.env, RAW_BUCKET_NAME: 'raw', AWS_ENDPOINT_URL_S3: s3.url, MAX_BODY_BYTES: String(64 * 2 ** 20) },
    now: () => RECEIVED_MS,
    log: { error: (fields, message) => failures.push({ fields, message }) },
  });
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

beforeEach(async () => {
  s3.deleteObjects('raw');
  await emptyTables(warehouse);
});

/** What the records must come to: rows by case, and rejects by place. */
function expectedOf(objects: Objects): { rows: Map<string, Row>; rejects: Map<string, Sent> } {
  const rows = new Map<string, Row>();
  const rejects = new Map<string, Sent>();
  for (const [key, { records }] of objects) {
    for (const [index, record] of records.entries()) {
      if (typeof record.row === 'string') rejects.set(`${key}#${index}`, record);
      else rows.set(record.name, record.row);
    }
  }
  return { rows, rejects };
}

/** Loads what lies in the bucket and holds it against what the records must come to. */
async function load(objects: Objects, maxRecordsPerBatch?: number): Promise<Tables> {
  const settings = { ...warehouse.settings, ...(maxRecordsPerBatch === undefined ? {} : { maxRecordsPerBatch }) };
  const result = await runEtl({ targetUtcHour: HOUR }, settings);
  const read = Array.from(objects.values()).reduce((sum, { records }) => sum + records.length, 0);
  const tables = await readTables(warehouse);
  const expected = expectedOf(objects);
  expect(differences(tables.rows, expected.rows)).toEqual([]);
  const codes = (rejects: ReadonlyMap<string, { readonly code: string }>) =>
    Array.from(rejects, ([place, { code }]) => `${place} ${code}`).sort();
  const wanted = Array.from(
    expected.rejects,
    ([place, { name, row }]) => [place, { name, code: row as string }] as const,
  );
  expect(codes(tables.rejects)).toEqual(codes(new Map(wanted)));
  const changed = Array.from(expected.rejects).filter(
    ([place, { text }]) => !tables.rejects.get(place)!.raw.equals(bytesOf(text).subarray(0, 65_536)),
  );
  expect(changed.map(([, { name }]) => name)).toEqual([]);
  const rejected = expected.rejects.size;
  expect(result).toMatchObject({ status: 'complete', processed: objects.size, read, rejected, dropped: 0 });
  expect(result).toMatchObject({ inserted: expected.rows.size, duplicates: read - rejected - expected.rows.size });
  await expectWholeBatches(warehouse);
  return tables;
}

async function put(objects: Objects): Promise<Objects> {
  for (const [key, { body }] of objects) await s3.putObject('raw', key, body, { lastModified: WRITTEN });
  return objects;
}

function takeStoredKeys(): readonly string[] {
  const taken = storedKeys;
  storedKeys = [];
  return taken;
}

function expectNoPollution(): void {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(builtinNames()).toEqual(builtins);
}

let plain: Tables | undefined;

/** Whatever the format, the rows are those of the lines. */
function expectSameRows({ digests }: Tables): void {
  expect(plain, 'the lines were loaded first').toBeDefined();
  const differing = Array.from(digests).filter(([name, digest]) => plain!.digests.get(name) !== digest);
  expect(differing.map(([name]) => name)).toEqual([]);
}

test('every hostile record has a name of its own', () => {
  const names = RECORD_CASES.map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  console.log(`${names.length} hostile records`);
});

test('on lines, each record comes to what the contract says, its neighbours are untouched, and a rerun changes nothing', async () => {
  const objects = await put(asLines('lines.json', RECORDS));
  plain = await load(objects, 50);
  const again = await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
  expect(again).toMatchObject({ status: 'complete', inserted: 0, rejected: plain.rejects.size });
  const tables = await readTables(warehouse);
  expectSameRows(tables);
  expect([...tables.rejects.keys()].sort()).toEqual([...plain.rejects.keys()].sort());
  const ids = ({ rows }: Tables) => Array.from(rows.values(), (row) => row['event_id']);
  expect(ids(tables)).toEqual(ids(plain));
  expectNoPollution();
});

test('gzipped, they give the same rows', async () => {
  expectSameRows(
    await load(await put(asLines('lines.json.gz', SMALL_RECORDS, (body) => gzipSync(body, { level: 1 })))),
  );
});

test('in one array, they give the same rows', async () => {
  expectSameRows(await load(await put(asArray(SMALL_RECORDS))));
});

test('one object each, they give the same rows', async () => {
  expectSameRows(await load(await put(asOneEach(SMALL_RECORDS))));
});

test('in reverse order and over many objects, they give the same rows', async () => {
  expectSameRows(await load(await put(asReversed(SMALL_RECORDS)), 7));
});

test('posted one by one, each is answered as the contract says, stored as it was sent, and gives the same rows', async () => {
  const objects = new Map<string, { body: Buffer; records: Sent[] }>();
  for (const record of RECORDS) {
    if (record.posted === undefined) continue;
    const answer = await ingest(gatewayEvent(record.text));
    expect(answer.statusCode, record.name).toBe(record.posted);
    const [key, ...others] = takeStoredKeys();
    expect(others, record.name).toEqual([]);
    if (record.posted !== 200) {
      expect(key, `${record.name}: nothing is stored`).toBeUndefined();
      expect(JSON.parse(answer.body!)).toMatchObject({ success: false, errors: [{ index: 0 }] });
      continue;
    }
    expect(JSON.parse(answer.body!)).toEqual({ success: true, accepted: 1 });
    const body = await s3.getObject('raw', key!);
    expectStoredAsSent(JSON.parse(String(body)), JSON.parse(String(record.text)), record.name);
    objects.set(key!, { body, records: [{ ...record, text: body }] });
  }
  await load(objects);
  expect(failures).toEqual([]);
  expectNoPollution();
});

test('posted in batches, the good ones are stored and the others reported', async () => {
  const posted = SMALL_RECORDS.filter(({ text, posted }) => posted !== undefined && isJson(text));
  const objects = new Map<string, { body: Buffer; records: Sent[] }>();
  for (let at = 0; at < posted.length; at += 450) {
    const part = posted.slice(at, at + 450);
    const answer = await ingest(gatewayEvent(`[${part.map(({ text }) => String(text)).join(',')}]`));
    const good = part.filter((record) => record.posted === 200);
    expect(answer.statusCode).toBe(200);
    const { accepted, errors = [] } = JSON.parse(answer.body!) as { accepted: number; errors?: { index: number }[] };
    expect(errors.map(({ index }) => part[index]!.name)).toEqual(
      part.filter((record) => record.posted !== 200).map(({ name }) => name),
    );
    expect(accepted).toBe(good.length);
    const [key] = takeStoredKeys();
    const body = await s3.getObject('raw', key!);
    const lines = String(body).trimEnd().split('\n');
    objects.set(key!, { body, records: good.map((record, line) => ({ ...record, text: lines[line]! })) });
  }
  await load(objects);
  expect(failures).toEqual([]);
  expectNoPollution();
});

/** All that was sent is stored, but for what the ingest itself adds: `_ingest`, whoever sent one, and a missing id. */
function expectStoredAsSent(stored: unknown, sent: unknown, name: string): void {
  const { _ingest, eventId, ...others } = stored as Record<string, unknown>;
  const { _ingest: _forged, eventId: sentId, ...rest } = sent as Record<string, unknown>;
  expect(_ingest, name).toMatchObject({ receivedAt: RECEIVED, sourceIp: '203.0.113.1' });
  expect(canonical(others) === canonical(rest), `${name}: is stored as it was sent`).toBe(true);
  const isNone = sentId === undefined || sentId === null || sentId === '';
  if (isNone && others['event_id'] === undefined) expect(eventId, name).toMatch(/^[0-9a-f-]{36}$/);
  else expect(canonical(eventId ?? null), name).toBe(canonical(sentId ?? null));
}
