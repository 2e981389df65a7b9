import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readEtlSettings } from '../../src/config/settings.ts';
import { blankBucket, type BlankOptions } from '../../src/etl/blank/blank-bucket.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import { hourPrefix, hourUnit } from '../../src/etl/pipeline/hours.ts';
import { redrive } from '../../src/etl/redrive/redrive.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import { S3Store } from '../../src/etl/sources/s3/store.ts';
import type { Fault } from '../../src/local/s3/faults.ts';
import { S3Error } from '../../src/local/s3/s3-error.ts';
import type { RequestHook, S3Server } from '../../src/local/s3/server.ts';
import { isAtFault } from '../../src/warehouse/audit-hour.ts';
import { auditHours } from '../../src/warehouse/audit.ts';
import { erase } from '../../src/warehouse/erase.ts';
import type { Persons } from '../../src/warehouse/persons.ts';
import { startCli } from '../cli/run-cli.ts';
import { event, freshBucket, HOUR, HOUR_MS, ndjson, PREFIX } from '../support/bucket.ts';
import { clearWarehouse, settledTables } from '../support/settled.ts';
import { clientId, SHOPPER_HOURS, shopperLine, shopperRecords, userId, type ShopperRecord } from '../support/shoppers.ts'; // prettier-ignore
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

let s3: S3Server;
/** The one that somebody is erased from, and one that never had them. */
let warehouse: TestWarehouse;
let without: TestWarehouse;
/** What happens to requests to S3, besides being answered. */
let onRequest: (...request: Parameters<RequestHook>) => unknown;

const nothing = (): void => undefined;
/** Whether a request would replace an object, if it is the one that was read. */
const replaces = ({ method, headers }: Parameters<RequestHook>[0]): boolean =>
  method === 'PUT' && !/^"?0{32}"?$/.test(headers['if-match'] ?? '');
const SOMEBODY: Persons = { users: ['somebody'], clients: [] };

beforeAll(async () => {
  s3 = await freshBucket({ onRequest: async (request) => (await onRequest(request)) as Fault | undefined });
  s3.createBucket('without');
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  without = await freshWarehouse({ s3Endpoint: s3.url, bucket: 'without' });
});

beforeEach(async () => {
  onRequest = nothing;
  await clear();
});

afterAll(async () => {
  await warehouse.close();
  await without.close();
  await s3.close();
});

async function clear(): Promise<void> {
  for (const bucket of ['raw', 'without']) s3.deleteObjects(bucket);
  for (const one of [warehouse, without]) await clearWarehouse(one);
}

const load = async ({ settings }: TestWarehouse, overridePrefix = PREFIX) => {
  const result = await runEtl({ overridePrefix }, { ...settings, maxRecordsPerBatch: 7 });
  expect(result.status).toBe('complete');
  return result;
};

const eraseThem = (persons: Persons = SOMEBODY) =>
  erase(
    readEtlSettings(warehouse.adminEnv),
    { ...persons, withClients: false },
    { confirm: () => Promise.resolve(true) },
  );

const blank = (persons: Persons = SOMEBODY, options: Partial<BlankOptions> = {}) =>
  blankBucket(persons, readEtlSettings(warehouse.adminEnv), {
    pipeline: defaultPipeline,
    dryRun: false,
    signal: new AbortController().signal,
    ...options,
  });

/** All that the warehouse has, without where a record lay. */
async function tablesOf(one: TestWarehouse): Promise<Record<string, readonly string[]>> {
  const texts = async (sql: string): Promise<string[]> =>
    (await one.rows<{ row: string }>(`SELECT row FROM (${sql}) AS t (row) ORDER BY 1`)).map(({ row }) => row);
  return {
    ...(await settledTables(one)),
    events: await texts('SELECT to_jsonb(e)::text FROM clickstream_events AS e'),
    rejects: await texts("SELECT code || convert_from(raw, 'UTF8') FROM clickstream_rejects"),
  };
}

/** The hours whose audit is not content. */
async function atFault(prefixes: readonly string[]): Promise<string[]> {
  const store = new S3Store({ bucket: 'raw', endpoint: s3.url });
  const options = { now_ms: Date.now(), most_keys: 3, signal: new AbortController().signal };
  const faulty: string[] = [];
  for (const prefix of prefixes) {
    const unit = hourUnit(HOUR_MS + prefixes.indexOf(prefix) * 3_600_000);
    for await (const audit of auditHours([{ ...unit, prefix }], warehouse.settings, store, options))
      if (isAtFault(audit) || audit.state !== 'completed') faulty.push(prefix);
  }
  await store.close();
  return faulty;
}

async function textsIn(bucket: string): Promise<string> {
  const objects = await Promise.all(s3.listObjects(bucket).map(({ key }) => s3.getObject(bucket, key)));
  return objects.map((object) => (object[0] === 0x1f ? gunzipSync(object) : object).toString()).join('\n');
}

const HOURS = [0, 1, 2].map((hour) => hourPrefix(HOUR_MS + hour * 3_600_000));

/** An hour as lines, one as gzip, and one with an object for each record. */
async function put(bucket: string, records: readonly ShopperRecord[]): Promise<void> {
  for (let hour = 0; hour < SHOPPER_HOURS; hour += 1) {
    const lines = records.filter((one) => one.hour === hour).map((one) => `${shopperLine(one)}\n`);
    // The first line says that lines stand alone.
    const text = `null\n${lines.join('')}`;
    if (hour === 0) await s3.putObject(bucket, `${HOURS[0]!}a.json`, text);
    if (hour === 1) await s3.putObject(bucket, `${HOURS[1]!}a.json.gz`, gzipSync(text));
    if (hour === 2)
      for (const [at, line] of lines.entries()) await s3.putObject(bucket, `${HOURS[2]!}${at}.json`, line);
  }
}

const isTheirs = ({ user, client }: ShopperRecord, users: readonly number[], clients: readonly number[]): boolean =>
  (user !== null && users.includes(user)) || clients.includes(client);

it('leaves nothing of them in the bucket, and tables that neither the rewrite nor a rerun changes', async () => {
  let blanked = 0;
  await fc.assert(
    fc.asyncProperty(
      shopperRecords,
      fc.uniqueArray(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 2 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 2 }), { maxLength: 1 }),
      fc.shuffledSubarray([0, 1, 2], { minLength: 1 }),
      async (records, users, clients, loaded) => {
        await clear();
        await put('raw', records);
        await put('without', records.filter((one) => !isTheirs(one, users, clients))); // prettier-ignore
        for (const hour of loaded) await load(warehouse, HOURS[hour]);
        const persons = { users: users.map(userId), clients: clients.map(clientId) };
        await eraseThem(persons);
        const report = await blank(persons);
        blanked += report.records;
        expect(report).toMatchObject({ failed: [], hoursLeft: [], records: records.filter((one) => isTheirs(one, users, clients)).length }); // prettier-ignore
        const text = await textsIn('raw');
        for (const id of [...persons.users, ...persons.clients]) expect(text).not.toContain(JSON.stringify(id));
        expect(await atFault(HOURS)).toEqual([0, 1, 2].filter((hour) => !loaded.includes(hour) && s3.listObjects('raw', HOURS[hour]).length > 0).map((hour) => HOURS[hour])); // prettier-ignore

        for (const hour of HOURS) await load(warehouse, hour);
        for (const hour of HOURS) await load(without, hour);
        const tables = await tablesOf(warehouse);
        expect(tables).toEqual(await tablesOf(without));
        expect(await blank(persons)).toMatchObject({ rewritten: 0, hoursRead: 0 });
        expect(await tablesOf(warehouse)).toEqual(tables);
      },
    ),
    { numRuns: 5, endOnFailure: true },
  );
  expect(blanked).toBeGreaterThan(0);
}, 180_000);

it('keeps the counts of an hour, and records that were blanked are dropped as erased', async () => {
  const events = [1, 2, 3, 4].map((number) => event(number, number === 2 ? { userId: 'somebody' } : {}));
  await s3.putObject('raw', `${PREFIX}a.json`, `${ndjson(events)}{"userId":"somebody",\n`);
  await load(warehouse);
  await eraseThem();
  const before = await load(warehouse);
  expect(await blank()).toMatchObject({ objects: 1, rewritten: 1, records: 2, hoursRead: 1 });
  const after = await load(warehouse);
  for (const { read, duplicates, rejected, dropped, hours } of [before, after])
    expect([read, duplicates, rejected, dropped, hours[0]!.reasons]).toEqual([5, 3, 0, 2, expect.objectContaining({ 'dropped.erased': 2 })]); // prettier-ignore
  // Whoever is let in again later does not come back by what was blanked.
  await warehouse.rows('DELETE FROM clickstream_tombstones');
  expect(await load(warehouse)).toMatchObject({ read: 5, inserted: 0, rejected: 0, dropped: 2 });
});

it('keeps what an object has beside its bytes, and writes no other object', async () => {
  const headers = {
    'content-type': 'application/x-ndjson',
    'content-encoding': 'gzip',
    'cache-control': 'no-store',
    'x-amz-meta-source': 'backfill',
  };
  const url = `${s3.url}/raw/${PREFIX}a.json`;
  await fetch(url, { method: 'PUT', headers, body: gzipSync(ndjson([event(1, { userId: 'somebody' })])) });
  await s3.putObject('raw', `${PREFIX}b.json`, ndjson([event(2)]));
  const [a, b] = s3.listObjects('raw');
  const written: string[] = [];
  onRequest = ({ method, key }) => {
    if (method === 'PUT') written.push(key);
  };
  expect(await blank()).toMatchObject({ objects: 2, rewritten: 1, oldVersions: 0, hoursRead: 0 });
  // Twice to see that the store goes by conditions, however they are written.
  expect(written).toEqual([a!.key, a!.key, a!.key]);
  expect(s3.listObjects('raw')).toEqual([expect.objectContaining({ key: a!.key }), b]);
  const now = await fetch(url, { method: 'HEAD' });
  expect(Object.fromEntries(now.headers)).toMatchObject(headers);
});

it('tells of old versions that the bucket keeps', async () => {
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson([event(1, { userId: 'somebody' })]));
  onRequest = (request) =>
    replaces(request)
      ? { kind: 'answer', status: 200, headers: { etag: '"new"', 'x-amz-version-id': 'v2' } }
      : undefined;
  expect(await blank()).toMatchObject({ rewritten: 1, oldVersions: 1 });
});

it('looks only at the hours that are asked for, and changes nothing in a dry run', async () => {
  for (const prefix of HOURS) await s3.putObject('raw', `${prefix}a.json`, ndjson([event(1, { userId: 'somebody' })]));
  const before = s3.listObjects('raw');
  const hours = [hourUnit(HOUR_MS + 3_600_000)];
  expect(await blank(SOMEBODY, { dryRun: true })).toMatchObject({ objects: 3, rewritten: 3, records: 3 });
  expect(s3.listObjects('raw')).toEqual(before);
  expect(await blank(SOMEBODY, { hours })).toMatchObject({ objects: 1, rewritten: 1 });
  expect((await textsIn('raw')).split('somebody')).toHaveLength(3);
});

it('rewrites an object larger than memory should hold, and a record larger than a dead letter', async () => {
  const long = 'x'.repeat(100_000);
  const events = Array.from({ length: 9000 }, (_, n) => event(n, { userId: n % 500 === 7 ? 'somebody' : 'other', pad: 'y'.repeat(700) })); // prettier-ignore
  const large = `${ndjson(events)}{"userId":"${long}"}\n{"long":"${long}","userId":"somebody",\n`;
  await s3.putObject('raw', `${PREFIX}a.json`, large);
  await load(warehouse);
  await eraseThem();
  expect(await blank()).toMatchObject({ objects: 1, rewritten: 1, records: 19, hoursRead: 1 });
  const text = await textsIn('raw');
  expect([text.includes('somebody'), text.split('"_erased":true').length]).toEqual([false, 20]);
  // The dead letter that is left was not kept whole; it is of the object as it is now.
  const again = await redrive({}, warehouse.settings);
  expect(again).toMatchObject({ read: 1, rejected: 1 });
  expect(again.hours[0]!.reasons).toEqual({ 'rejected.id_too_long': 1 });
}, 60_000);

it('reads an object again that somebody replaces meanwhile', async () => {
  const key = `${PREFIX}a.json`;
  await s3.putObject('raw', key, ndjson([event(1, { userId: 'somebody' })]));
  let replacements = 0;
  onRequest = async (request) => {
    if (!replaces(request) || replacements === 2) return;
    replacements += 1;
    await s3.putObject('raw', key, ndjson([event(1, { userId: 'somebody' }), event(10 + replacements)]));
  };
  expect(await blank()).toMatchObject({ rewritten: 1, records: 1, failed: [] });
  expect(await textsIn('raw')).toMatch(/^\{"_erased":true,.*\}\n.*000000000012/);
  onRequest = async (request) => {
    if (!replaces(request)) return;
    await s3.putObject('raw', key, ndjson([event((replacements += 1), { userId: 'somebody' })]));
  };
  await s3.putObject('raw', key, ndjson([event(1, { userId: 'somebody' })]));
  expect((await blank()).failed).toMatchObject([{ key, code: 'object_replaced' }]);
});

it('counts an object once whose answer was lost, and passes one over that is deleted meanwhile', async () => {
  for (const name of ['a', 'b']) await s3.putObject('raw', `${PREFIX}${name}.json`, ndjson([event(1, { userId: 'somebody' })])); // prettier-ignore
  let lost = false;
  onRequest = async (request) => {
    if (!replaces(request)) return;
    const { key } = request;
    if (key.endsWith('b.json')) s3.deleteObject('raw', key);
    else if (!lost) {
      lost = true;
      await s3.putObject('raw', key, '{"_erased":true}\n');
      throw new S3Error({ status: 500, code: 'InternalError', message: 'We encountered an internal error.' });
    }
  };
  expect(await blank()).toMatchObject({ objects: 2, rewritten: 1, records: 1, failed: [] });
});

it('says what to do when writing is refused, or when the store would overwrite anything', async () => {
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson([event(1, { userId: 'somebody' })]));
  onRequest = ({ method }) => {
    if (method === 'PUT') throw new S3Error({ status: 403, code: 'AccessDenied', message: 'Access Denied' });
  };
  await expect(blank()).rejects.toMatchObject({
    code: 'write_denied',
    message: expect.stringMatching(/AccessDenied.*s3:PutObject on events\/\*/s) as string,
  });
  expect(await textsIn('raw')).toContain('somebody');
  onRequest = ({ headers }) => {
    delete headers['if-match'];
  };
  await expect(blank()).rejects.toMatchObject({ code: 'conditions_ignored' });
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson([event(1, { userId: 'somebody' })]));
  onRequest = ({ method }) => {
    if (method === 'PUT') throw new S3Error({ status: 412, code: 'PreconditionFailed', message: 'It did not hold.' });
  };
  await expect(blank()).rejects.toMatchObject({ code: 'conditions_refused' });
});

it('goes on where it was killed, with clients that the warehouse has forgotten', async () => {
  for (let n = 0; n < 30; n += 1) {
    const fields = { clientId: 'theirs', ...(n === 0 ? { userId: 'somebody' } : {}) };
    await s3.putObject('raw', `${PREFIX}${String(n).padStart(2, '0')}.json`, ndjson([event(n, fields)]));
  }
  await load(warehouse);
  let written = 0;
  let reached: () => void = nothing;
  const amid = new Promise<void>((resolve) => (reached = resolve));
  onRequest = ({ method }) => {
    if (method !== 'PUT') return;
    written += 1;
    if (written <= 10) return;
    reached();
    return new Promise(nothing);
  };
  const args = ['erase', '--user', 'somebody', '--with-clients', '--raw', '--yes', '--json'];
  const killed = startCli(args, warehouse.adminEnv);
  await amid;
  killed.process.kill('SIGKILL');
  await killed.ended;
  onRequest = nothing;
  expect(await textsIn('raw')).toContain('theirs');
  expect(await atFault([PREFIX])).toEqual([PREFIX]);

  const { exitCode, stdout } = await startCli(args, warehouse.adminEnv).ended;
  expect(exitCode).toBe(0);
  const { raw } = JSON.parse(stdout) as { raw: { rewritten: number; hoursRead: number } };
  expect(raw.hoursRead).toBe(1);
  expect(raw.rewritten).toBeGreaterThan(0);
  expect(raw.rewritten).toBeLessThan(30);
  const text = await textsIn('raw');
  for (const id of ['theirs', 'somebody']) expect(text).not.toContain(id);
  expect(await atFault([PREFIX])).toEqual([]);
  expect(await warehouse.rows('SELECT FROM clickstream_events')).toEqual([]);
  expect(await runEtl({ targetUtcHour: HOUR }, warehouse.settings)).toMatchObject({ read: 30, dropped: 30 });
}, 90_000);
