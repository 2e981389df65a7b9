import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { runEtl } from '../../src/etl/run-etl.ts';
import { createIngestHandler, type IngestHandler } from '../../src/ingest/handler.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, HOUR, PREFIX } from '../support/bucket.ts';
import { emptyTables, expectWholeBatches } from '../support/ledger.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { BODY_CASES } from './bodies.ts';
import { marked } from './body-case.ts';
import { builtinNames } from './builtins.ts';
import { gatewayEvent } from './gateway-event.ts';
import { RECEIVED_MS, uuidOfPlace, WRITTEN } from './record-case.ts';

// Megabytes over HTTP and into Postgres, at times on a machine that has much else to do.
vi.setConfig({ testTimeout: 300_000 });

let s3: S3Server;
let warehouse: TestWarehouse;
let ingest: IngestHandler;
const failures: unknown[] = [];
const builtins = builtinNames();

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  ingest = createIngestHandler({
    env: { ...process.env, RAW_BUCKET_NAME: 'raw', AWS_ENDPOINT_URL_S3: s3.url },
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

const number = (at: number): string => String(at).padStart(4, '0');

/** What an hour comes to: by object, its records in order, each as in {@link BodyCase}. */
type Outcomes = Map<string, string[]>;

/** Puts each body between two good objects. */
async function putBodies(nameOf: (at: number) => string): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  const put = async (key: string, body: Buffer | string, loaded: readonly string[]): Promise<void> => {
    await s3.putObject('raw', key, body, { lastModified: WRITTEN });
    if (loaded.length > 0) outcomes.set(key, [...loaded]);
  };
  for (const [at, { body, loaded }] of BODY_CASES.entries()) {
    await put(`${PREFIX}${nameOf(at)} a`, marked('good'), ['+good']);
    await put(`${PREFIX}${nameOf(at)} b`, body, loaded);
  }
  await put(`${PREFIX}z`, marked('good'), ['+good']);
  return outcomes;
}

test('every hostile body has a name of its own', () => {
  expect(new Set(BODY_CASES.map(({ name }) => name)).size).toBe(BODY_CASES.length);
  console.log(`${BODY_CASES.length} hostile bodies`);
});

test.each([
  ['in order, in batches of any size', (at: number) => number(at), undefined],
  ['in reverse order, in batches of 300', (at: number) => number(BODY_CASES.length - at), 300],
])('each object comes to what the contract says, and its neighbours are untouched: %s', async (_, nameOf, batch) => {
  const expected = await putBodies(nameOf);
  const settings = { ...warehouse.settings, ...(batch === undefined ? {} : { maxRecordsPerBatch: batch }) };
  const result = await runEtl({ targetUtcHour: HOUR }, settings);
  const keyOf = (name: string): string => `${PREFIX}${nameOf(BODY_CASES.findIndex((one) => one.name === name))} b`;
  const found = await outcomesOf(expected);
  for (const { name } of BODY_CASES) {
    expect(summary(found.get(keyOf(name))), name).toEqual(summary(expected.get(keyOf(name))));
  }
  expect(Array.from(found.keys()).sort()).toEqual(Array.from(expected.keys()).sort());
  const all = Array.from(expected.values()).flat();
  const inserted = all.filter((outcome) => outcome.startsWith('+')).length;
  expect(result).toMatchObject({ status: 'complete', processed: 2 * BODY_CASES.length + 1, duplicates: 0, dropped: 0 });
  expect(result).toMatchObject({ read: all.length, inserted, rejected: all.length - inserted });
  await expectWholeBatches(warehouse);
  expect(builtinNames()).toEqual(builtins);
});

/** Reads what was loaded and rejected. An event without an id is named by its place, which tells where it lay. */
async function outcomesOf(expected: Outcomes): Promise<Outcomes> {
  const places = new Map<string, readonly [string, number]>();
  for (const [key, outcomes] of expected) {
    for (const index of outcomes.keys()) places.set(uuidOfPlace(key, index), [key, index]);
  }
  const events = await warehouse.rows<{ id: string; mark: string | null }>(
    "SELECT event_id AS id, properties ->> 'mark' AS mark FROM clickstream_events",
  );
  const rejects = await warehouse.rows<{ key: string; index: number; code: string }>(
    'SELECT source_key AS key, record_index AS index, code FROM clickstream_rejects',
  );
  const found: Outcomes = new Map();
  const note = (key: string, index: number, outcome: string): void => {
    const outcomes = found.get(key) ?? [];
    outcomes[index] = outcome;
    found.set(key, outcomes);
  };
  for (const { id, mark } of events) note(...(places.get(id) ?? ([`nowhere: ${id}`, 0] as const)), `+${mark ?? ''}`);
  for (const { key, index, code } of rejects) note(key, index, code);
  return found;
}

/** Thousands of outcomes that are all the same would make a failure unreadable. */
function summary(outcomes: readonly string[] = []): readonly unknown[] {
  return outcomes.length > 20 ? [outcomes.length, ...new Set(outcomes)] : outcomes;
}

test('posted, each is answered as the contract says, and what is stored gives its rows', async () => {
  const marks: string[] = [];
  for (const { name, body, posted } of BODY_CASES) {
    const bodies = [body, ...(Buffer.from(String(body)).equals(body) ? [String(body)] : [])];
    // Whether the gateway gives the body as text or as base64, the answer is the same.
    for (const one of bodies) {
      const before = s3.listObjects('raw').length;
      const { statusCode, body: answer } = await ingest(gatewayEvent(one));
      const stored = s3.listObjects('raw').length - before;
      if (typeof posted === 'number') {
        expect([statusCode, stored], name).toEqual([posted, 0]);
        expect(JSON.parse(answer!), name).toMatchObject({ success: false });
        continue;
      }
      expect([statusCode, stored], name).toEqual([200, 1]);
      expect(JSON.parse(answer!), name).toMatchObject({ success: true, accepted: posted.length });
      marks.push(...posted);
    }
  }
  const result = await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
  expect(result).toMatchObject({ status: 'complete', inserted: marks.length, rejected: 0, duplicates: 0 });
  const events = await warehouse.rows<{ mark: string }>("SELECT properties ->> 'mark' AS mark FROM clickstream_events");
  expect(events.map(({ mark }) => mark).sort()).toEqual(marks.sort());
  expect(failures).toEqual([]);
  expect(builtinNames()).toEqual(builtins);
});
