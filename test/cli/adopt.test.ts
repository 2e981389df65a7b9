import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { readEtlSettings, readSettlingSettings } from '../../src/config/settings.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import { uuidOfName } from '../../src/etl/pipeline/uuid.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { adopt, previewAdoption } from '../../src/warehouse/adoption/adopt.ts';
import { migrate } from '../../src/warehouse/migrate.ts';
import { rebuild } from '../../src/warehouse/rebuild.ts';
import { DERIVED_TABLES } from '../../src/warehouse/settle-sql.ts';
import { freshBucket, ndjson, PREFIX } from '../support/bucket.ts';
import { runCli } from './run-cli.ts';

const server = inject('postgres');
let s3: S3Server;
let database: string;
let client: pg.Client;
let env: Record<string, string>;

const query = async <T = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<T[]> =>
  (await client.query(sql, parameters)).rows as T[];

async function asAdmin(sql: string): Promise<void> {
  const admin = new pg.Client(server);
  await admin.connect();
  await admin.query(sql).finally(() => admin.end());
}

beforeAll(async () => {
  s3 = await freshBucket();
});

afterAll(() => s3.close());

beforeEach(async () => {
  database = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(`CREATE DATABASE ${database}`);
  client = new pg.Client({ ...server, database });
  await client.connect();
  await client.query("SET TimeZone = 'UTC'");
  env = {
    RAW_BUCKET_NAME: 'raw',
    AWS_ENDPOINT_URL_S3: s3.url,
    DW_PG_HOST: server.host,
    DW_PG_PORT: String(server.port),
    DW_PG_USER: server.user,
    DW_PG_PASSWORD: server.password,
    DW_PG_DATABASE: database,
    ...(server.ssl ? { DW_PG_SSL: 'true', DW_PG_SSL_CA: server.ssl.ca } : {}),
  };
});

afterEach(async () => {
  await client.end();
  await asAdmin(`DROP DATABASE ${database} WITH (FORCE)`);
});

/** As the seed's ETL had it. */
const SEEDS_TABLE = `
  CREATE TABLE clickstream_events (
    event_id text, event_timestamp timestamp, event_name text, user_id text, user_login_state text, identity_source text,
    client_id text, session_id text, is_first_visit boolean, context_product_id text, context_product_name text,
    context_product_category text, context_product_brand text, context_product_price bigint,
    context_product_discount_price bigint, context_product_url_path text, store integer, extra jsonb
  )`;

const ID = '0189d1b3-4f0a-7c3e-9b1a-6f2e8d4c5b7a';

const SEEDS_ROWS = `
  INSERT INTO clickstream_events (event_id, event_timestamp, event_name, client_id, user_id, session_id, context_product_id,
    context_product_price, context_product_discount_price, is_first_visit, store, extra) VALUES
  ('${ID}', '2025-12-06 05:00:00.123456', 'product_view', 'c1', NULL, NULL, 'p1', 9007199254740993, 999, true, 7, '{"a": [1]}'),
  ('evt-2', '2025-12-06 05:10:00', 'checkout_complete', 'c1', 'ann', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (NULL, '2025-12-06 05:20:00', NULL, NULL, NULL, 's1', NULL, NULL, NULL, false, NULL, NULL),
  ('', '2025-12-06 05:20:00', NULL, NULL, NULL, 's1', NULL, NULL, NULL, false, NULL, NULL),
  ('{${ID.toUpperCase()}}', '2025-12-06 05:00:30', 'again', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('no-time', NULL, 'a', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('endless', 'infinity', 'a', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (repeat('x', 513), '2025-12-06 05:00:00', 'a', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`;

const COUNTS = { found: 8, split: 0, adopted: 4, duplicates: 1, keptAside: { no_time: 2, id_too_long: 1 } };

describe('a table that the seed’s ETL made', () => {
  beforeEach(async () => {
    await query(SEEDS_TABLE);
    await query(SEEDS_ROWS);
  });

  it('stops migrate, which says what to do and touches nothing', async () => {
    for (const flags of [[], ['--dry-run']]) {
      const refused = await runCli(['migrate', ...flags], env);
      expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
      expect(refused.stderr).toMatch(/^error other_table \(config\): .*"clickstream migrate --adopt --dry-run"/);
    }
    expect(await query("SELECT FROM pg_class WHERE relkind = 'r' AND relname LIKE 'clickstream%'")).toHaveLength(1);
  });

  it('is adopted as the dry run said, every row accounted for, and kept as it was', async () => {
    const before = await query('SELECT * FROM clickstream_events');
    const shown = await runCli(['migrate', '--adopt', '--dry-run', '--json'], env);
    expect(shown.stderr).toBe('');
    const { statements, ...told } = JSON.parse(shown.stdout) as { adopted: object; statements: unknown };
    expect(statements).toEqual([]);
    expect(told.adopted).toMatchObject(COUNTS);
    expect(told.adopted).toMatchObject({
      columns: { context_product_price: 'product_price', event_id: 'event_id', store: 'properties' },
    });
    expect(await query('SELECT * FROM clickstream_events')).toEqual(before);

    const applied = await runCli(['migrate', '--adopt', '--json'], env);
    expect(applied.stderr).toBe('');
    expect(JSON.parse(applied.stdout)).toEqual({ ...told, dryRun: false });
    expect(await query('SELECT * FROM clickstream_events_before_adoption')).toEqual(before);

    const events = await query(
      `SELECT event_id, event_timestamp::text AS at, received_at = event_timestamp AS same, event_name, visitor_id,
         session_id, is_first_visit, product_id, product_price::text AS price, product_discount_price::text AS discount,
         properties
       FROM clickstream_events ORDER BY event_timestamp, event_id`,
    );
    expect(events.slice(0, 2)).toEqual([
      {
        event_id: ID,
        at: '2025-12-06 05:00:00.123456+00',
        same: true,
        event_name: 'product_view',
        visitor_id: 'c:c1',
        session_id: `auto-${ID}`,
        is_first_visit: true,
        product_id: 'p1',
        price: '9007199254740993',
        discount: '999',
        properties: { store: 7, extra: { a: [1] } },
      },
      {
        event_id: uuidOfName('clientId', 'evt-2'),
        at: '2025-12-06 05:10:00+00',
        same: true,
        event_name: 'checkout_complete',
        visitor_id: 'c:c1',
        session_id: `auto-${ID}`,
        is_first_visit: null,
        product_id: null,
        price: null,
        discount: null,
        properties: { event_id: 'evt-2' },
      },
    ]);
    expect(events.slice(2)).toMatchObject([
      { event_name: 'unknown', session_id: 's1', is_first_visit: false, properties: null },
      { event_name: 'unknown', session_id: 's1', is_first_visit: false, properties: null },
    ]);
    expect(await query('SELECT visitor_id, events, user_id FROM clickstream_sessions ORDER BY 1')).toEqual([
      { visitor_id: '', events: 2, user_id: null },
      { visitor_id: 'c:c1', events: 2, user_id: 'ann' },
    ]);
    expect(await query('SELECT FROM clickstream_session_marks')).toEqual([]);

    const again = await runCli(['migrate', '--adopt'], env);
    expect(again.stdout).toBe('The warehouse of "clickstream_events" is up to date.\n');
    expect(await runCli(['migrate'], env)).toMatchObject({ exitCode: 0 });
  });

  it('is told in words: what is kept, adopted and left aside, and which column became which', async () => {
    const { stdout } = await runCli(['migrate', '--adopt', '--dry-run'], env);
    expect(stdout).toContain('would keep the former table as "clickstream_events_before_adoption"\n');
    expect(stdout).toContain(
      'would adopt 4 of 8 rows, 1 duplicate, 2 kept aside (no_time), 1 kept aside (id_too_long)\n',
    );
    expect(stdout).toContain('  context_product_brand -> product_brand\n');
    expect(stdout).toMatch(/Nothing was changed.\n$/);
  });

  it('has no event twice when the same hour is loaded from S3 afterwards', async () => {
    await runCli(['migrate', '--adopt'], env);
    const receipt = { _ingest: { receivedAt: '2025-12-06T05:10:01Z' } };
    await s3.putObject(
      'raw',
      `${PREFIX}a.json`,
      ndjson([
        {
          eventId: ID,
          eventName: 'product_view',
          clientId: 'c1',
          eventTimestamp: '2025-12-06T05:00:00.123456Z',
          ...receipt,
        },
        { eventId: 'evt-2', eventName: 'checkout_complete', eventTimestamp: '2025-12-06T05:10:00Z', ...receipt },
        { eventId: 'evt-3', eventName: 'new', clientId: 'c1', eventTimestamp: '2025-12-06T05:10:00Z', ...receipt },
      ]),
    );
    const result = await runEtl({ overridePrefix: PREFIX }, { ...readEtlSettings(env), logLevel: 'silent' });
    expect(result).toMatchObject({ status: 'complete', read: 3, inserted: 1, duplicates: 2 });
    expect(await query("SELECT events FROM clickstream_sessions WHERE visitor_id = 'c:c1'")).toEqual([{ events: 3 }]);
  });
});

/** With a key of type uuid, times of receipt, its own names of product columns, and more than one batch of rows. */
async function manyRows(schema: string): Promise<void> {
  await query(`CREATE SCHEMA ${schema}`);
  await query(
    `CREATE TABLE ${schema}.events (event_timestamp timestamptz NOT NULL, received_at timestamptz, event_name varchar(50),
       event_id uuid, client_id bigint, product_id text, product_price numeric(12,2), note text)`,
  );
  await query(
    `INSERT INTO ${schema}.events
     SELECT '2025-12-06 05:00:00Z'::timestamptz + n * '7 s'::interval, '2025-12-08 00:00:00Z', 'view_product',
       CASE WHEN n % 3 > 0 THEN md5((n % 15000)::text)::uuid END, n % 50, 'p' || n % 7, n / 100.0, repeat('x', 40)
     FROM generate_series(1, 20000) AS n`,
  );
}

it('goes on where it was stopped, and comes to what it would have come to in one go', async () => {
  for (const schema of ['one', 'two']) await manyRows(schema);
  const of = (schema: string): NodeJS.ProcessEnv => ({
    ...env,
    TARGET_TABLE: `${schema}.events`,
    REPORTING_TIME_ZONE: 'Asia/Tokyo',
  });
  const settings = { one: readSettlingSettings(of('one')), two: readSettlingSettings(of('two')) };
  const whole = await adopt(settings.one, defaultPipeline, settings.one);
  expect(whole.adopted).toMatchObject({ found: 20_000, keptAside: {} });
  const { adopted = 0, duplicates = 0 } = whole.adopted ?? {};
  expect([adopted + duplicates, duplicates > 1000]).toEqual([20_000, true]);

  const stopped = adopt(settings.two, defaultPipeline, settings.two, {
    onProgress: () => {
      throw new Error('stopped');
    },
  });
  await expect(stopped).rejects.toThrow('stopped');
  const part = await query<{ n: number }>('SELECT count(*)::int AS n FROM two.events');
  expect(part[0]!.n).toBeGreaterThan(1000);
  expect(part[0]!.n).toBeLessThan(adopted);
  const refused = await runCli(['migrate'], of('two') as Record<string, string>);
  expect(refused).toMatchObject({ exitCode: 2 });
  expect(refused.stderr).toContain('error adoption_unfinished (config): ');

  const rest = await adopt(settings.two, defaultPipeline, settings.two);
  expect(rest.adopted).toMatchObject({ found: 20_000, adopted, duplicates, keptAside: {} });
  // Rows without an id are named after their place, and so after their table.
  const named =
    'SELECT * FROM $.events WHERE session_id IS NOT NULL AND event_id IN (SELECT event_id FROM $.events_before_adoption) ORDER BY event_id';
  const neutral = (rows: object[]): object[] => rows.map((row) => ({ ...row, session_id: null }));
  expect(neutral(await query(named.replaceAll('$', 'two')))).toEqual(
    neutral(await query(named.replaceAll('$', 'one'))),
  );
  expect(await query('SELECT DISTINCT received_at::text AS at FROM two.events')).toEqual([
    { at: '2025-12-08 00:00:00+00' },
  ]);
  expect(await query('SELECT reporting_time_zone AS zone FROM two.settings')).toEqual([{ zone: 'Asia/Tokyo' }]);

  // What it settled is what all events give.
  const derived = async (): Promise<unknown[]> => {
    const found = [];
    for (const table of DERIVED_TABLES) {
      found.push(
        await query(`SELECT to_jsonb(t)::text COLLATE "C" AS row FROM ${settings.two.tables[table]} AS t ORDER BY 1`),
      );
    }
    return found;
  };
  const settled = await derived();
  await rebuild(settings.two, settings.two);
  expect(await derived()).toEqual(settled);
}, 60_000);

describe('what is no table of events', () => {
  const NEEDED = 'event_timestamp timestamp, event_name text';

  it.each([
    ['has no time', 'CREATE TABLE clickstream_events (id int, event_name text)', 'no column event_timestamp'],
    ['has nothing of it', 'CREATE TABLE clickstream_events ()', 'no column event_timestamp and no event_name'],
    [
      'is a view',
      "CREATE VIEW clickstream_events AS SELECT now() AS event_timestamp, 'a' AS event_name",
      'it is a view',
    ],
    [
      'is partitioned',
      `CREATE TABLE clickstream_events (${NEEDED}) PARTITION BY RANGE (event_timestamp)`,
      'made of partitions',
    ],
    [
      'stands beside tables of the same names',
      `CREATE TABLE clickstream_events (${NEEDED}); CREATE TABLE clickstream_sessions ()`,
      'taken: "clickstream_sessions"',
    ],
    [
      'has been kept before',
      `CREATE TABLE clickstream_events (${NEEDED}); CREATE TABLE clickstream_events_before_adoption ()`,
      'taken: "clickstream_events_before_adoption"',
    ],
  ])('is left as it is when it %s', async (_, sql, why) => {
    await query(sql);
    const before = await query("SELECT relname, relkind FROM pg_class WHERE relname LIKE 'clickstream%' ORDER BY 1");
    const settings = readSettlingSettings(env);
    for (const attempt of [previewAdoption, adopt]) {
      await expect(attempt(settings, defaultPipeline, settings)).rejects.toMatchObject({
        code: 'cannot_adopt',
        stage: 'config',
        message: expect.stringContaining(why) as string,
      });
    }
    expect(await query("SELECT relname, relkind FROM pg_class WHERE relname LIKE 'clickstream%' ORDER BY 1")).toEqual(
      before,
    );
  });

  it('is adopted empty, and a database without any table is merely migrated', async () => {
    const settings = readSettlingSettings(env);
    expect(await previewAdoption(settings, defaultPipeline, settings)).toBeUndefined();
    await query(`CREATE TABLE clickstream_events (${NEEDED})`);
    const { adopted } = await adopt(settings, defaultPipeline, settings);
    expect(adopted).toMatchObject({ found: 0, adopted: 0 });
  });
});

it('goes on where it died between the renaming and the first table of its own', async () => {
  await query(SEEDS_TABLE);
  await query(SEEDS_ROWS);
  await query('ALTER TABLE clickstream_events RENAME TO clickstream_events_before_adoption');
  const settings = readSettlingSettings(env);
  await expect(migrate(settings, defaultPipeline.columns)).rejects.toMatchObject({ code: 'adoption_unfinished' });
  expect(await previewAdoption(settings, defaultPipeline, settings)).toMatchObject(COUNTS);
  expect((await adopt(settings, defaultPipeline, settings)).adopted).toMatchObject(COUNTS);
});

it('stops when something still writes to the former table, since not every row would be counted', async () => {
  await query(SEEDS_TABLE);
  await query(SEEDS_ROWS);
  const settings = readSettlingSettings(env);
  await migrate(settings, defaultPipeline.columns, { adopt: true });
  // Seen as soon as the first batch is committed: a row in a block that was read already.
  await query(
    `CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO clickstream_events_before_adoption (event_name) VALUES ('late'); RETURN NULL; END $$;
     CREATE TRIGGER late AFTER UPDATE ON clickstream_adoption FOR EACH STATEMENT EXECUTE FUNCTION late()`,
  );
  await expect(adopt(settings, defaultPipeline, settings)).rejects.toMatchObject({
    code: 'adoption_unbalanced',
    message: expect.stringContaining('has 9 rows and 8 were read') as string,
  });
});

it('makes the new tables the owner role’s, and leaves the former one to whom it belonged', async () => {
  await query(SEEDS_TABLE);
  const settings = readSettlingSettings(env);
  await adopt(settings, defaultPipeline, settings, { roles: true });
  const owners = await query<{ relname: string; owner: string }>(
    `SELECT relname, pg_get_userbyid(relowner) AS owner FROM pg_class
     WHERE relname IN ('clickstream_events', 'clickstream_adoption', 'clickstream_events_before_adoption') ORDER BY 1`,
  );
  expect(owners.map(({ owner }) => owner)).toEqual(['clickstream_owner', 'clickstream_owner', server.user]);
});
