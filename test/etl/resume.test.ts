import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { runEtl, type EtlOptions } from '../../src/etl/run-etl.ts';
import { noCounts, addCounts } from '../../src/etl/pipeline/ledger.ts';
import type { RunResult } from '../../src/etl/pipeline/result.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { array, event, freshBucket, gzip, HOUR, ndjson, PREFIX, putEach } from '../support/bucket.ts';
import { clearWarehouse } from '../support/settled.ts';
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

beforeEach(async () => {
  s3.deleteObjects('raw');
  await clearWarehouse(warehouse);
});

const events = Array.from({ length: 1200 }, (_, number) =>
  event(number, number % 3 === 0 ? {} : { sessionId: `s-${number % 11}` }, number * 2),
);

/** Every shape in which an object can be left in the middle. */
async function putMixedHour(): Promise<void> {
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson(events.slice(0, 300)) + 'not json\n');
  await s3.putObject('raw', `${PREFIX}b.json`, array(events.slice(300, 600)));
  await s3.putObject('raw', `${PREFIX}c.json`, gzip(ndjson(events.slice(600, 900))));
  await s3.putObject('raw', `${PREFIX}d.json`, JSON.stringify(events[900], null, 1) + JSON.stringify(events[901]));
  await putEach(s3, events.slice(902), `${PREFIX}e-`);
}

const tables = async (): Promise<unknown> => ({
  events: await warehouse.rows('SELECT * FROM clickstream_events ORDER BY event_id'),
  rejects: await warehouse.rows(
    'SELECT source_key, record_index, code, detail, raw FROM clickstream_rejects ORDER BY source_key, record_index',
  ),
});

/** Runs that stop after some commits each, until one completes. */
async function runInPieces(commits: number, options: EtlOptions = {}): Promise<RunResult[]> {
  const results: RunResult[] = [];
  do {
    const stop = new AbortController();
    let left = commits;
    results.push(
      await runEtl(
        { targetUtcHour: HOUR },
        { ...warehouse.settings, maxRecordsPerBatch: 37 },
        {
          ...options,
          stop: stop.signal,
          onProgress: () => {
            left -= 1;
            if (left === 0) stop.abort();
          },
        },
      ),
    );
  } while (results.at(-1)!.status === 'partial' && results.length < 100);
  return results;
}

it('a run stopped many times, in the middle of objects of every format, gives the same tables as one that was not', async () => {
  await putMixedHour();
  const whole = await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
  expect(whole).toMatchObject({ status: 'complete', read: 1201, inserted: 1200, rejected: 1 });
  const once = await tables();

  await clearWarehouse(warehouse);
  const pieces = await runInPieces(3);
  expect(pieces.length).toBeGreaterThan(5);
  expect(pieces.at(-1)!.status).toBe('complete');
  expect(await tables()).toEqual(once);

  const sum = noCounts();
  for (const {
    status: _status,
    prefix: _prefix,
    hours: _hours,
    durationMs: _d,
    peakRssMb: _p,
    resumeFrom: _r,
    ...counts
  } of pieces) {
    addCounts(sum, counts);
  }
  expect({ ...sum, batches: 0 }).toEqual({ ...noCounts(), ...counted(whole) });
  const runs = await warehouse.rows<{ status: string }>('SELECT status FROM clickstream_runs ORDER BY started_at');
  expect(runs.map(({ status }) => status)).toEqual(pieces.map(({ status }) => status));
});

function counted({ processed, read, split, inserted, duplicates, rejected, dropped, bytes }: RunResult): object {
  return { processed, read, split, inserted, duplicates, rejected, dropped, bytes };
}

it('a partial run says where the next one goes on', async () => {
  await putMixedHour();
  const [first] = await runInPieces(1);
  expect(first).toMatchObject({ status: 'partial', resumeFrom: { key: `${PREFIX}a.json` } });
  expect(first!.resumeFrom!.index).toBe(first!.read);
});

it('starts over when a key came in before the checkpoint meanwhile', async () => {
  await putMixedHour();
  const stop = new AbortController();
  await runEtl(
    { targetUtcHour: HOUR },
    { ...warehouse.settings, maxRecordsPerBatch: 500 },
    {
      stop: stop.signal,
      onProgress: () => stop.abort(),
    },
  );
  await s3.putObject('raw', `${PREFIX}A-late.json`, JSON.stringify(event(5000)));
  const second = await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
  expect(second).toMatchObject({ status: 'complete', read: 1202 });
  const [checkpoint] = await warehouse.rows('SELECT state, pass, read FROM clickstream_checkpoints');
  expect(checkpoint).toEqual({ state: 'completed', pass: 2, read: '1202' });
});

it('makes progress within 2.5 s and ends before its time is up', async () => {
  await putMixedHour();
  const began = performance.now();
  const result = await runEtl({ targetUtcHour: HOUR }, warehouse.settings, {
    limits: { remaining_ms: 2500, memory_bytes: Infinity },
  });
  expect(performance.now() - began).toBeLessThan(2500);
  expect(result.read).toBeGreaterThan(0);
});
