import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EtlSettings } from '../../src/config/settings.ts';
import { tableNames } from '../../src/config/table-names.ts';
import { ClickstreamError } from '../../src/errors.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import { accessibleDataDir } from '../../src/local/postgres/data-dir.ts';
import { startPostgres, type PostgresServer } from '../../src/local/postgres/server.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { Random } from '../../src/local/traffic/random.ts';
import { migrate } from '../../src/warehouse/migrate.ts';
import { freshBucket, HOUR } from '../support/bucket.ts';
import { expectSettled } from '../support/expect-settled.ts';
import { emptyTables, endHolds, expectLoaded, expectOnePass, expectWholeBatches } from '../support/ledger.ts';
import { mixedHour, putObjects } from '../support/mixed-hour.ts';
import { oracleOf } from '../support/oracle.ts';
import { Sometimes } from '../support/sometimes.ts';

/** How often the server is killed; a tenth of the runs that are, since each costs a start of a server. */
const CRASHES = Math.ceil(Number(process.env['CLICKSTREAM_CRASHES'] ?? 40) / 10);
const SEED = process.env['CLICKSTREAM_SEED'] ?? String(Date.now());

const objects = mixedHour({ seed: SEED, events: 1200 });
const oracle = oracleOf(objects);
const random = Random.seeded(`kills ${SEED}`);
const sometimes = new Sometimes('killed at work', 'retry or resume');

let s3: S3Server;
let server: PostgresServer;
let settings: EtlSettings;

const warehouse = {
  /** A connection for each, since the server goes away between them. */
  rows: async <T>(sql: string): Promise<T[]> => {
    const client = new pg.Client(server.connection);
    await client.connect();
    try {
      return (await client.query(sql)).rows as T[];
    } finally {
      await client.end();
    }
  },
};

beforeAll(async () => {
  const binDir = process.env['CLICKSTREAM_TEST_POSTGRES_BIN'];
  s3 = await freshBucket();
  await putObjects(s3, objects);
  server = await startPostgres({
    dataDir: accessibleDataDir(),
    ...(binDir === undefined ? {} : { binDir }),
    // Commits must be in the files when the server says so, and need not be on the disk: the machine stays up.
    settings: { fsync: 'off', full_page_writes: 'off' },
  });
  settings = {
    bucket: 'raw',
    s3Endpoint: s3.url,
    postgres: { ...server.connection, ssl: false },
    tables: tableNames('clickstream_events'),
    maxRecordsPerBatch: 20,
    sessionTimeout_ms: 30 * 60_000,
    cutAtMidnight: false,
    reportingTimeZone: 'UTC',
    catchUp_hours: 24,
    logLevel: 'silent',
  };
  await migrate(settings, defaultPipeline.columns);
});

afterAll(async () => {
  await server.stop('immediate');
  rmSync(server.dataDir, { recursive: true, force: true });
  await s3.close();
});

function adminEnv(): Record<string, string> {
  const { host, port, user, password, database } = server.connection;
  return {
    DW_PG_HOST: host,
    DW_PG_PORT: String(port),
    DW_PG_USER: user,
    DW_PG_PASSWORD: password,
    DW_PG_DATABASE: database,
  };
}

/** A run to its end: its status, or the code of its error. */
async function load(): Promise<string> {
  try {
    const limits = { remaining_ms: 20_000, memory_bytes: Infinity };
    return (await runEtl({ targetUtcHour: HOUR }, settings, { limits })).status;
  } catch (error) {
    expect(error).toBeInstanceOf(ClickstreamError);
    return (error as ClickstreamError).code;
  }
}

it(
  `gives the same tables however often the server is killed (${CRASHES} times, seed ${SEED})`,
  async () => {
    console.log(`seed ${SEED}`);
    for (let kills = 0; kills < CRASHES; kills += 1) {
      const run = load();
      const atWork = await Promise.race([run.then(() => false), sleep(random.int(20, 700), true)]);
      if (atWork) sometimes.saw('killed at work');
      await server.stop('immediate');
      await server.restart();
      const outcome = await run;
      expect(outcome).toMatch(/^(?:complete|warehouse_unreachable)$/);
      await expectWholeBatches(warehouse);
      await endHolds(warehouse);
      if (outcome === 'complete') {
        sometimes.saw('retry or resume');
        await expectLoaded(warehouse, oracle);
        await expectSettled({ ...warehouse, settings, adminEnv: adminEnv() });
        await emptyTables(warehouse);
      }
    }
    if ((await load()) !== 'complete') throw new Error('The last run was not disturbed and did not complete');
    sometimes.saw('retry or resume');
    await expectLoaded(warehouse, oracle);
    await expectSettled({ ...warehouse, settings, adminEnv: adminEnv() });
    await expectOnePass(warehouse, oracle);
  },
  60_000 + CRASHES * 10_000,
);
