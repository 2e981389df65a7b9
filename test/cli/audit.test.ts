import { afterAll, beforeEach, beforeAll, describe, expect, it } from 'vitest';
import { definePipeline } from '../../src/etl/pipeline/pipeline.ts';
import { transform } from '../../src/etl/pipeline/transform.ts';
import { redrive } from '../../src/etl/redrive/redrive.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import { HOUR_MS as AN_HOUR_MS, hourPrefix, hourUnit } from '../../src/etl/pipeline/hours.ts';
import { dedupe } from '../../src/etl/transforms/dedupe.ts';
import { flatten } from '../../src/etl/transforms/flatten.ts';
import { parse } from '../../src/etl/transforms/parse.ts';
import { sessionize } from '../../src/etl/transforms/sessionize.ts';
import { S3Store } from '../../src/etl/sources/s3/store.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { isAtFault, type HourAudit } from '../../src/warehouse/audit-hour.ts';
import { auditHours } from '../../src/warehouse/audit.ts';
import { event, freshBucket, HOUR, HOUR_MS, ndjson, PREFIX, putEach } from '../support/bucket.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { runCli } from './run-cli.ts';

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

const events = (count: number): unknown[] => Array.from({ length: count }, (_, at) => event(at));
const load = (payload: object = { targetUtcHour: HOUR }) => runEtl(payload, warehouse.settings);

beforeEach(async () => {
  s3.deleteObjects('raw');
  await warehouse.rows(
    'TRUNCATE clickstream_events, clickstream_rejects, clickstream_checkpoints, clickstream_runs, ' +
      'clickstream_session_marks, clickstream_manifests',
  );
  await putEach(s3, events(30));
});

const key = (at: number): string => `${PREFIX}event-${String(at).padStart(8, '0')}.json`;

async function audit(hours = 1, options: { most_keys?: number; strays?: string[]; now_ms?: number } = {}) {
  const store = new S3Store({ bucket: 'raw', endpoint: s3.url });
  const found: HourAudit[] = [];
  const units = Array.from({ length: hours }, (_, at) => hourUnit(HOUR_MS + at * AN_HOUR_MS));
  const { most_keys = Infinity, now_ms = Date.now(), strays = [] } = options;
  const listing = {
    now_ms,
    most_keys,
    signal: new AbortController().signal,
    onStray: (one: string) => strays.push(one),
  };
  try {
    for await (const hour of auditHours(units, warehouse.settings, store, listing)) found.push(hour);
  } finally {
    await store.close();
  }
  return found;
}

async function auditOne(options?: Parameters<typeof audit>[1]): Promise<HourAudit> {
  const [hour] = await audit(1, options);
  return hour!;
}

const NONE = { count: 0, keys: [] };
const ALL_IN = {
  state: 'completed',
  unread: NONE,
  changed: NONE,
  gone: NONE,
  imbalances: [],
  compared: 'keys',
};

describe('an hour that is in', () => {
  it.each([1, 7, 1000])('is found to be in, loaded in batches of at most %i', async (maxRecordsPerBatch) => {
    await s3.putObject('raw', `${PREFIX}empty.json`, '');
    await s3.putObject('raw', PREFIX, '');
    await s3.putObject('raw', `${PREFIX}many.json`, ndjson(events(25)) + 'no json\n');
    await runEtl({ targetUtcHour: HOUR }, { ...warehouse.settings, maxRecordsPerBatch });
    const found = await auditOne();
    expect(found).toMatchObject({ ...ALL_IN, objects: 33, read: 33 });
    expect(isAtFault(found)).toBe(false);
  });

  it('is still in after it was read again, and again in parts that lie over one another', async () => {
    await load();
    await load();
    await load({ targetUtcHour: HOUR, startAfter: key(10), endAt: key(20) });
    await load({ targetUtcHour: HOUR, startAfter: key(15) });
    expect(await auditOne()).toMatchObject(ALL_IN);
  });

  it('is in when an object was replaced and the part of the hour that has it was read again', async () => {
    await load();
    await s3.putObject('raw', key(12), ndjson([event(12), event(120)]));
    expect(await auditOne()).toMatchObject({ changed: { count: 1, keys: [key(12)] } });
    await load({ targetUtcHour: HOUR, startAfter: key(10), endAt: key(20) });
    expect(await auditOne()).toMatchObject(ALL_IN);
  });

  it('is in when ranges of its keys were read that cover it', async () => {
    await s3.putObject('raw', `${PREFIX}bad.json`, 'no json\n');
    await load({ targetUtcHour: HOUR, endAt: key(14) });
    await load({ targetUtcHour: HOUR, startAfter: key(14) });
    expect(await auditOne()).toMatchObject({ ...ALL_IN, read: 31 });
  });

  it('is in when runs went on from one another', async () => {
    const settings = { ...warehouse.settings, maxRecordsPerBatch: 4 };
    for (let runs = 1; ; runs += 1) {
      expect(runs).toBeLessThan(20);
      const stop = new AbortController();
      const result = await runEtl({ targetUtcHour: HOUR }, settings, {
        stop: stop.signal,
        onProgress: () => stop.abort(),
      });
      if (result.status === 'complete') break;
      const open = await auditOne();
      expect(open).toMatchObject({ state: 'open', imbalances: [], changed: NONE });
      expect(open.unread.count + open.read).toBe(30);
      expect(isAtFault(open)).toBe(true);
    }
    expect(await auditOne()).toMatchObject(ALL_IN);
    const parts = await warehouse.rows('SELECT objects FROM clickstream_manifests');
    expect(parts.length).toBeGreaterThan(3);
  });
});

describe('a manifest', () => {
  it('is that of the current pass alone', async () => {
    await load();
    await load();
    const manifests = await warehouse.rows(
      'SELECT pass, sum(objects)::int AS objects FROM clickstream_manifests GROUP BY 1',
    );
    expect(manifests).toEqual([{ pass: 2, objects: 30 }]);
  });

  it('is written anew when somebody has deleted the checkpoint to have the hour read again', async () => {
    await load();
    await warehouse.rows('DELETE FROM clickstream_checkpoints');
    await load();
    expect(await auditOne()).toMatchObject({ unread: NONE, changed: NONE, gone: NONE, compared: 'keys' });
  });

  it('holds what was read, when an object was replaced between the listing and the read', async () => {
    const store = new S3Store({ bucket: 'raw', endpoint: s3.url });
    const read = store.read.bind(store);
    store.read = async (origin, signal) => {
      if (origin.key === key(7)) await s3.putObject('raw', key(7), ndjson([event(7), event(70)]));
      return read(origin, signal);
    };
    const result = await runEtl({ targetUtcHour: HOUR }, warehouse.settings, { store });
    await store.close();
    expect(result).toMatchObject({ processed: 30, read: 31 });
    expect(await auditOne()).toMatchObject(ALL_IN);
  });

  it('is not written by a batch that is not committed', async () => {
    await warehouse.rows('ALTER TABLE clickstream_runs ADD CONSTRAINT no CHECK (read <= 20) NOT VALID');
    await expect(runEtl({ targetUtcHour: HOUR }, { ...warehouse.settings, maxRecordsPerBatch: 10 })).rejects.toThrow();
    await warehouse.rows('ALTER TABLE clickstream_runs DROP CONSTRAINT no');
    expect(await auditOne()).toMatchObject({ state: 'failed', unread: { count: 10 }, read: 20, imbalances: [] });
  });
});

describe('what differs is named', () => {
  it('a key that was never read, one that changed since, and one that is gone', async () => {
    await load();
    await s3.putObject('raw', `${PREFIX}late.json`, ndjson([event(100)]));
    await s3.putObject('raw', key(3), ndjson([event(3, { pageUrl: 'https://shop.example/other' })]));
    s3.deleteObjects('raw', key(0));
    const found = await auditOne();
    expect(found).toMatchObject({
      state: 'completed',
      objects: 30,
      read: 30,
      unread: { count: 1, keys: [`${PREFIX}late.json`] },
      changed: { count: 1, keys: [key(3)] },
      gone: { count: 1, keys: [key(0)] },
    });
    expect(isAtFault(found)).toBe(true);

    await load();
    expect(await auditOne()).toMatchObject(ALL_IN);
  });

  it('a change of the ETag alone is a change', async () => {
    await load();
    const body = (await s3.getObject('raw', key(5))).toString();
    await s3.putObject('raw', key(5), body.replace('product_view', 'product_wiev'));
    expect(await auditOne()).toMatchObject({ changed: { count: 1, keys: [key(5)] }, unread: NONE });
  });

  it('objects that are gone are no fault', async () => {
    await load();
    s3.deleteObjects('raw');
    const found = await auditOne();
    // The first and the last key of a batch are kept by name, of the others a hash.
    expect(found).toMatchObject({ objects: 0, read: 30, gone: { count: 30, keys: [key(0), key(29)] } });
    expect(isAtFault(found)).toBe(false);
  });

  it('only so many keys as asked for, and all of their number', async () => {
    const found = await auditOne({ most_keys: 2 });
    expect(found).toMatchObject({ state: 'never', unread: { count: 30, keys: [key(0), key(1)] } });
  });

  it('objects in no hour’s folder, which no run reads', async () => {
    await s3.putObject('raw', PREFIX, '');
    await load();
    await s3.putObject('raw', `${PREFIX.slice(0, -1)}0/x.json`, 'x');
    await s3.putObject('raw', `${hourPrefix(HOUR_MS + AN_HOUR_MS)}y.json`, ndjson([event(7)]));
    const strays: string[] = [];
    const found = await audit(3, { strays });
    expect(strays).toEqual([`${PREFIX.slice(0, -1)}0/x.json`]);
    expect(found.map(({ state, unread }) => [state, unread.count])).toEqual([
      ['completed', 0],
      ['never', 1],
      ['never', 0],
    ]);
    expect(found.map(isAtFault)).toEqual([false, true, false]);
    expect(found[0]).toMatchObject({ objects: 31, gone: NONE });
  });
});

describe('an hour that is not in', () => {
  it('is told with the code of the run that failed', async () => {
    const settings = { ...warehouse.settings, bucket: 'nowhere' };
    await expect(runEtl({ targetUtcHour: HOUR }, settings)).rejects.toThrow();
    const found = await auditOne();
    expect(found).toMatchObject({ state: 'failed', errorCode: 'missing_bucket', unread: { count: 30 } });
    expect(isAtFault(found)).toBe(true);
  });

  it('balances while it is read once more, with dead letters that the pass has not come to yet', async () => {
    await s3.putObject('raw', `${PREFIX}z.json`, 'no json\n');
    await load();
    const stop = new AbortController();
    const settings = { ...warehouse.settings, maxRecordsPerBatch: 4 };
    await runEtl({ targetUtcHour: HOUR }, settings, { stop: stop.signal, onProgress: () => stop.abort() });
    const found = await auditOne();
    expect(found).toMatchObject({ state: 'open', imbalances: [] });
    expect(found.unread.count).toBeGreaterThan(0);
  });

  it('is not at fault before it is over', async () => {
    await load();
    await s3.putObject('raw', `${PREFIX}late.json`, ndjson([event(100)]));
    const found = await auditOne({ now_ms: HOUR_MS + AN_HOUR_MS + 299_999 });
    expect(found).toMatchObject({ over: false, unread: { count: 1 } });
    expect(isAtFault(found)).toBe(false);
    expect(isAtFault(await auditOne({ now_ms: HOUR_MS + AN_HOUR_MS + 300_000 }))).toBe(true);
  });
});

describe('an hour that does not balance', () => {
  beforeEach(async () => {
    await s3.putObject('raw', `${PREFIX}bad.json`, ndjson([event(30)]) + 'no json\nneither\n');
    await load();
    await load();
    expect(await auditOne()).toMatchObject({ imbalances: [] });
  });

  const more = `INSERT INTO clickstream_rejects SELECT source_key, 9, start_bytes, end_bytes, last_modified, etag, code,
    detail, raw, rejected_at, run_id FROM clickstream_rejects LIMIT 1`;

  it.each([
    [
      'what runs of an earlier pass say',
      'UPDATE clickstream_runs SET read = 0, inserted = 0, rejected = 0 WHERE inserted > 0',
      [],
    ],
    [
      'runs that have less',
      'UPDATE clickstream_runs SET read = read - 1, duplicates = duplicates - 1 WHERE duplicates > 0',
      [`the checkpoint of ${PREFIX} counts 33 records read, its runs 32`, /31 duplicates, its runs 30/],
    ],
    [
      'runs that are not there',
      'DELETE FROM clickstream_runs',
      [/no runs of \S+ have the \d+ batches of its checkpoint between them/],
    ],
    [
      'a dead letter that is not there',
      'DELETE FROM clickstream_rejects WHERE record_index = 1',
      [/^it has 1 dead letters where 2 were rejected$/],
    ],
    ['a dead letter too many', more, [/^it has 3 dead letters where 2 were rejected$/]],
  ] as [string, string, (string | RegExp)[]][])('%s', async (_, sql, imbalances) => {
    await warehouse.rows(sql);
    const found = await auditOne();
    expect(found.imbalances).toEqual(
      imbalances.map((one) => (typeof one === 'string' ? one : (expect.stringMatching(one) as unknown))),
    );
    expect(isAtFault(found)).toBe(imbalances.length > 0);
    // Reading it again sets the accounts right.
    await load();
    expect(await auditOne()).toMatchObject(ALL_IN);
  });
});

describe('an hour whose dead letters were tried again', () => {
  const check = transform({
    name: 'check',
    each(record, context) {
      if (record.index === 1) context.reject(record, 'refused', 'It is refused.');
    },
  });
  const refusing = definePipeline([parse, dedupe, sessionize, flatten, check]);

  it.each([
    ['as a whole', [{}]],
    ['in parts', [{ endAt: key(14) }, { startAfter: key(14) }]],
  ])('is in with fewer of them than were rejected, loaded %s', async (_, ranges) => {
    const at = [3, 20, 25];
    for (const one of at) await s3.putObject('raw', key(one), ndjson([event(one), event(one + 100)]));
    for (const range of ranges) {
      await runEtl({ targetUtcHour: HOUR, ...range }, warehouse.settings, { pipeline: refusing });
    }
    await warehouse.rows('UPDATE clickstream_rejects SET etag = $1, raw = $2 WHERE source_key = $3', [
      '"1"',
      '',
      key(3),
    ]);
    const result = await redrive({}, warehouse.settings);
    expect(result).toMatchObject({ read: 2, inserted: 2 });
    expect(await warehouse.rows('SELECT source_key FROM clickstream_rejects')).toEqual([{ source_key: key(3) }]);
    expect(await auditOne()).toMatchObject(ALL_IN);

    // More of them than were ever rejected are not explained by that.
    for (const index of [7, 8, 9]) {
      await warehouse.rows(
        `INSERT INTO clickstream_rejects SELECT source_key, $1, start_bytes, end_bytes, last_modified, etag, code, detail,
           raw, rejected_at, run_id FROM clickstream_rejects LIMIT 1`,
        [index],
      );
    }
    expect((await auditOne()).imbalances).toEqual(['it has 4 dead letters where 3 were rejected']);
  });
});

describe('an hour that was read before manifests were kept', () => {
  beforeEach(async () => {
    await load();
    await warehouse.rows('TRUNCATE clickstream_manifests');
  });

  it('is compared as a whole', async () => {
    expect(await auditOne()).toMatchObject({ ...ALL_IN, compared: 'counts' });
  });

  it('is at fault when objects came or changed, and not when they went', async () => {
    const body = (await s3.getObject('raw', key(5))).toString();
    await s3.putObject('raw', key(5), body.replace('product_view', 'product_wiev'));
    const changed = await auditOne();
    expect(changed).toMatchObject({ compared: 'counts', unread: NONE, changed: { count: 1, keys: [] } });
    expect(isAtFault(changed)).toBe(true);

    s3.deleteObjects('raw', key(5));
    const gone = await auditOne();
    expect(gone).toMatchObject({ gone: { count: 1, keys: [] }, changed: NONE });
    expect(isAtFault(gone)).toBe(false);

    for (const name of ['x', 'y']) await s3.putObject('raw', `${PREFIX}${name}.json`, '');
    const more = await auditOne();
    expect(more).toMatchObject({ unread: { count: 1, keys: [] } });
    expect(isAtFault(more)).toBe(true);
  });
});

describe('clickstream audit', () => {
  it('says what to do for each hour, names keys, and exits by what it found', async () => {
    await load();
    const right = await runCli(['audit', '--hour', HOUR], warehouse.env);
    expect(right).toMatchObject({ exitCode: 0, stderr: '' });
    expect(right.stdout).toMatch(
      /^1 hour: everything is in\. 30 objects \([\d.]+ kB\) in the bucket, 0 not read, 0 changed, 0 gone\.\n$/,
    );

    for (const at of [40, 41, 42, 43]) await s3.putObject('raw', key(at), ndjson([event(at)]));
    await s3.putObject('raw', key(3), '');
    const wrong = await runCli(['audit', '--from', '2025-12-06T04', '--to', '2025-12-06T06'], warehouse.env);
    expect(wrong).toMatchObject({ exitCode: 1, stderr: '' });
    expect(wrong.stdout.split('\n')).toEqual([
      '2025-12-06T05  4 objects not read; 1 object changed since read; run "clickstream etl --hour 2025-12-06T05"',
      `  not read  ${key(40)}`,
      `  not read  ${key(41)}`,
      `  not read  ${key(42)}`,
      '  and 1 more; --keys names them all',
      `  changed   ${key(3)}`,
      expect.stringMatching(/^3 hours: 1 hour to run again\. 34 objects .* 4 not read, 1 changed, 0 gone\.$/),
      '',
    ]);

    const all = await runCli(['audit', '--date', '2025-12-06', '--keys', '--json'], warehouse.env);
    expect(all.exitCode).toBe(1);
    const document = JSON.parse(all.stdout) as { hours: { hour: string; atFault: boolean }[] };
    expect(document).toMatchObject({ complete: false, totals: { hours: 24, atFault: 1, unread: 4, changed: 1 } });
    expect(document.hours.filter(({ atFault }) => atFault)).toMatchObject([
      { hour: '2025-12-06T05:00:00.000Z', unread: { count: 4, keys: [40, 41, 42, 43].map(key) } },
    ]);
  }, 180_000);
});
