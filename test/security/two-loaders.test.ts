import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EtlSettings } from '../../src/config/settings.ts';
import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import { connect } from '../../src/etl/sinks/postgres/connection.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, HOUR, HOUR_MS, ndjson, PREFIX } from '../support/bucket.ts';
import { emptyTables } from '../support/ledger.ts';
import { suiteLog } from '../support/suite-log.ts';
import { asAdmin, freshWarehouse, loaderLogin, type TestWarehouse } from '../support/warehouse.ts';

const UNIT = hourPrefix(HOUR_MS);
const EVENTS = 3;

let s3: S3Server;
let warehouse: TestWarehouse;
/** The same warehouse, for another login role that is a member of the loader. */
let other: EtlSettings;

beforeAll(async () => {
  s3 = await freshBucket();
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson(Array.from({ length: EVENTS }, (_, at) => event(at))));
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  const { settings } = warehouse;
  const login = await asAdmin((admin) => loaderLogin(admin, settings.tables, 'other'));
  other = { ...settings, postgres: { ...settings.postgres, ...login } };
});

beforeEach(() => emptyTables(warehouse));

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

/** A holder that stopped in the middle of a commit: its hold is over, and its rows are locked and not committed. */
async function stoppedHolder({ postgres }: EtlSettings): Promise<{ client: Client; ended: Promise<void> }> {
  const client = await connect(postgres, 'clickstream etl');
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  await client.query(
    `INSERT INTO clickstream_checkpoints (unit, hour, holder, held_until, holder_pid, holder_started)
     SELECT $1, $2, gen_random_uuid(), now() - interval '1 second', pid, backend_start
     FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
    [UNIT, new Date(HOUR_MS)],
  );
  await client.query('BEGIN');
  await client.query('UPDATE clickstream_checkpoints SET commit_no = commit_no + 1 WHERE unit = $1', [UNIT]);
  await client.query('INSERT INTO clickstream_session_marks SELECT $1, now(), now()', ['uncommitted']);
  return { client, ended };
}

const run = (settings: EtlSettings) => runEtl({ targetUtcHour: HOUR }, settings, { log: suiteLog });

async function expectLoadedOnce(): Promise<void> {
  expect(await warehouse.rows('SELECT count(*)::int AS n FROM clickstream_events')).toEqual([{ n: EVENTS }]);
  expect(await warehouse.rows('SELECT commit_no::int, state FROM clickstream_checkpoints')).toMatchObject([
    { state: 'completed' },
  ]);
  expect(await warehouse.rows('SELECT visitor_id FROM clickstream_session_marks')).toEqual([]);
}

describe('a holder that stopped in the middle of a commit', () => {
  it('is ended by the next run of the same login role, which then has the hour', async () => {
    const { ended } = await stoppedHolder(warehouse.settings);
    expect(await run(warehouse.settings)).toMatchObject({ status: 'complete', inserted: EVENTS });
    await ended;
    await expectLoadedOnce();
  });

  it('is ended by the server when the next run is another login role’s, which is told that it is busy till then', async () => {
    const { ended } = await stoppedHolder(warehouse.settings);
    let result = await run(other);
    while (result.status === 'busy') {
      expect(await warehouse.rows('SELECT FROM clickstream_events'), 'nothing of either is in').toEqual([]);
      result = await run(other);
    }
    expect(result).toMatchObject({ status: 'complete', inserted: EVENTS });
    await ended;
    await expectLoadedOnce();
  });
});

it('two login roles load one hour at once, and each record counts once', async () => {
  const results = await Promise.all([run(warehouse.settings), run(other)]);
  const inserted = results.map((result) => result.inserted).reduce((a, b) => a + b);
  expect(inserted).toBe(EVENTS);
  await expectLoadedOnce();
});
