import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Origin } from '../pipeline/record.ts';
import type { ObjectStore } from '../pipeline/source.ts';
import { defaultPipeline } from '../default-pipeline.ts';
import { runEtl } from '../run-etl.ts';
import type { RunResult } from '../pipeline/result.ts';
import { NdjsonSink } from './ndjson.ts';
import { streamOutput } from './text-output.ts';

const PREFIX = 'events/2025/12/06/05/';
const SETTINGS = {
  bucket: 'raw',
  postgres: { host: 'nowhere.invalid', port: 5432, user: 'u', database: 'd', ssl: false as const },
  tables: {} as never,
  sessionTimeout_ms: 1_800_000,
  cutAtMidnight: false,
  reportingTimeZone: 'UTC',
  catchUp_hours: 0,
  logLevel: 'silent' as const,
};

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ndjson-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A store with one object of the given text. */
function storeOf(text: string): ObjectStore {
  const body = Buffer.from(text);
  const origin: Origin = {
    key: `${PREFIX}a.json`,
    etag: '"1"',
    size_bytes: body.length,
    lastModified_ms: Date.parse('2025-12-06T05:00:01Z'),
  };
  return {
    // eslint-disable-next-line @typescript-eslint/require-await
    async *list() {
      yield [origin];
    },
    read: () => Promise.resolve({ origin, body }),
    stream: () => Promise.reject(new Error('read whole')),
  };
}

async function load(text: string, options: { maxRecordsPerBatch?: number } = {}): Promise<RunResult> {
  const sink = new NdjsonSink({
    columns: defaultPipeline.columns,
    output: join(folder, 'rows'),
    rejects: join(folder, 'rejects'),
  });
  return runEtl({ overridePrefix: PREFIX }, { ...SETTINGS, ...options }, { sink, store: storeOf(text) });
}

const linesOf = (name: string): Record<string, unknown>[] =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const event = (number: number, fields: object = {}): string =>
  `${JSON.stringify({ eventId: `00000000-0000-4000-8000-00000000000${number}`, eventName: 'view', timestamp: '2025-12-06T05:00:00.250Z', _ingest: { receivedAt: '2025-12-06T05:00:00.500Z' }, ...fields })}\n`;

it('writes every row as an object with all columns, times as ISO 8601 and numbers as they are', async () => {
  const result = await load(event(1, { product: { id: 'sku', price: '19.90', discountPrice: 17.5 } }));
  expect(result).toMatchObject({ status: 'complete', read: 1, inserted: 1 });
  const [row] = linesOf('rows');
  expect(Object.keys(row!)).toEqual(Object.keys(defaultPipeline.columns));
  expect(row).toMatchObject({
    event_id: '00000000-0000-4000-8000-000000000001',
    event_timestamp: '2025-12-06T05:00:00.250Z',
    received_at: '2025-12-06T05:00:00.500Z',
    product_price: '19.90',
    product_discount_price: 17.5,
    user_id: null,
  });
});

it('keeps the order of reading, counts duplicates and rejects, and the ledger balances', async () => {
  const result = await load(event(3) + event(1) + 'no json\n' + event(1) + event(2));
  expect(result).toMatchObject({ read: 5, inserted: 3, duplicates: 1, rejected: 1, dropped: 0 });
  expect(linesOf('rows').map(({ event_id }) => String(event_id).at(-1))).toEqual(['3', '1', '2']);
  expect(linesOf('rejects')).toMatchObject([{ source_key: `${PREFIX}a.json`, record_index: 2, raw: 'no json' }]);
});

it('of two records of one event in a batch writes the one received first', async () => {
  const later = event(1, { eventName: 'later', _ingest: { receivedAt: '2025-12-06T05:00:09Z' } });
  await load(later + event(1));
  expect(linesOf('rows').map(({ event_name }) => event_name)).toEqual(['view']);
});

it('gives the same rows whatever the size of a batch', async () => {
  const text = Array.from({ length: 9 }, (_, number) => event(number)).join('');
  await load(text);
  const whole = linesOf('rows');
  expect(await load(text, { maxRecordsPerBatch: 2 })).toMatchObject({ inserted: 9, batches: 5 });
  expect(linesOf('rows')).toEqual(whole);
});

it('names the file that cannot be written', async () => {
  const sink = new NdjsonSink({ columns: defaultPipeline.columns, output: join(folder, 'none', 'rows') });
  await expect(sink.open()).rejects.toMatchObject({
    code: 'output_failed',
    message: expect.stringContaining('none/rows') as string,
  });
});

it('waits for a stream that is slow', async () => {
  let written = false;
  const output = streamOutput(
    {
      write: (_text, done) => {
        void sleep(20).then(() => {
          written = true;
          done();
        });
        return false;
      },
    },
    'stdout',
  );
  await output.write('a line\n');
  expect(written).toBe(true);
});
