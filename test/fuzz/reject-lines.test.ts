import * as fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { Reject } from '../../src/etl/pipeline/event-record.ts';
import { connect } from '../../src/etl/sinks/postgres/connection.ts';
import { copyLines } from '../../src/etl/sinks/postgres/copy.ts';
import { rejectLine } from '../../src/etl/sinks/postgres/prepared-rows.ts';
import { fuzzSeed } from './seed.ts';
import { texts } from './values.ts';

vi.setConfig({ testTimeout: 240_000 });
const seed = fuzzSeed();
const RUN_ID = '00000000-0000-4000-8000-000000000001';
const COLUMNS = 'source_key, record_index, start_bytes, end_bytes, last_modified, etag, code, detail, raw, run_id';

let client: pg.Client;

beforeAll(async () => {
  client = await connect({ ...inject('postgres'), ssl: false }, 'fuzzing');
  await client.query(
    `CREATE TEMPORARY TABLE rejects (source_key text, record_index integer, start_bytes bigint, end_bytes bigint,
      last_modified timestamptz, etag text, code text, detail text, raw bytea, run_id uuid)`,
  );
});

afterAll(async () => {
  await client.end();
});

/** What a key, an ETag or a code may be: any text that Postgres can hold. */
const fit = texts.map((text) => text.replaceAll('\0', '').toWellFormed());
const rejects: fc.Arbitrary<Reject> = fc.record({
  origin: fc.record({
    key: fit,
    etag: fit,
    size_bytes: fc.constant(1),
    lastModified_ms: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  }),
  index: fc.nat(2_147_483_646),
  start_bytes: fc.maxSafeNat(),
  end_bytes: fc.maxSafeNat(),
  code: fit,
  detail: texts,
  raw: fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    texts.map((text) => Buffer.from(text)),
  ),
});

test('dead letters come back from COPY as they were, whatever their keys, details and bytes are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rejects, { minLength: 1, maxLength: 80 }), async (some) => {
      await client.query('TRUNCATE rejects');
      await copyLines(client, {
        statement: `COPY rejects (${COLUMNS}) FROM STDIN`,
        lines: some.map((reject) => rejectLine(reject, RUN_ID)),
      });
      const { rows } = await client.query(`SELECT ${COLUMNS} FROM rejects ORDER BY ctid`);
      expect(rows).toEqual(
        some.map(({ origin, index, start_bytes, end_bytes, code, detail, raw }) => ({
          source_key: origin.key,
          record_index: index,
          start_bytes: String(start_bytes),
          end_bytes: String(end_bytes),
          last_modified: new Date(origin.lastModified_ms),
          etag: origin.etag,
          code,
          detail: detail.replaceAll('\0', '\uFFFD').toWellFormed(),
          raw,
          run_id: RUN_ID,
        })),
      );
    }),
    { seed, numRuns: 60 },
  );
});
