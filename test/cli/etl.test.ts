import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { RunResult } from '../../src/etl/pipeline/result.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, ndjson, PREFIX, putEach } from '../support/bucket.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { runCli, startCli } from './run-cli.ts';

let s3: S3Server;
let warehouse: TestWarehouse;
/** How long a GET takes, in milliseconds, and how many there were. */
let get_ms = 0;
let gets = 0;

beforeAll(async () => {
  s3 = await freshBucket({
    onRequest: async ({ method, key }) => {
      if (method !== 'GET' || key === '') return;
      gets += 1;
      await sleep(get_ms);
    },
  });
  // An hour of one object: 40 events and a line that is none.
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson(events(0, 40, 'a')) + 'no json\n');
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
});

beforeEach(() => {
  get_ms = 0;
  gets = 0;
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

const prefixOf = (hour: string): string => PREFIX.replace('/05/', `/${hour}/`);
const resultOf = (stdout: string): RunResult => JSON.parse(stdout) as RunResult;
const countOf = async (clients: string): Promise<unknown> =>
  (await warehouse.rows('SELECT count(*)::integer AS n FROM clickstream_events WHERE client_id = $1', [clients]))[0]?.[
    'n'
  ];
const events = (from: number, count: number, clientId: string): object[] =>
  Array.from({ length: count }, (_, at) => event(from + at, { clientId }));

it('loads an hour and shows its ledger; logs go to stderr as lines of JSON', async () => {
  const { exitCode, stdout, stderr } = await runCli(['etl', '--hour', '2025-12-06T05'], warehouse.env);
  expect(stdout).toMatch(/^2025-12-06T05 +complete +1 +41 +40 +0 +1 +0 /m);
  expect(stdout).toContain('Rejected records are in "clickstream_rejects": see "clickstream rejects".');
  expect(stdout).not.toContain('\u001b');
  const lines = stderr.split('\n').slice(0, -1);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ msg: 'hour', prefix: PREFIX, read: 41 }]);
  expect(exitCode).toBe(0);
  expect(await countOf('a')).toBe(40);
});

it('gives the result as one JSON document, and says nothing else when it is to be quiet', async () => {
  const { exitCode, stdout, stderr } = await runCli(['etl', '--prefix', PREFIX, '--json', '--quiet'], warehouse.env);
  expect(resultOf(stdout)).toMatchObject({ status: 'complete', prefix: PREFIX, read: 41, rejected: 1 });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});

it('runs a range of hours, both ends included', async () => {
  await putEach(s3, events(1000, 2, 'range'), prefixOf('07'));
  const args = ['etl', '--from', '2025-12-06T06', '--to', '2025-12-06T07', '--json'];
  const { exitCode, stdout } = await runCli(args, warehouse.env);
  expect(resultOf(stdout).hours.map(({ prefix, read }) => [prefix, read])).toEqual([
    [prefixOf('06'), 0],
    [prefixOf('07'), 2],
  ]);
  expect(exitCode).toBe(0);
});

describe('what is wrong', () => {
  it.each([
    ['a flag’s value', ['etl', '--hour', '2025-12-06'], {}, 'invalid_flag', '--hour is "2025-12-06"'],
    ['an unknown flag', ['etl', '--hourly'], {}, 'invalid_usage', "unknown option '--hourly'"],
    ['a word too many', ['etl', '2025-12-06T05'], {}, 'invalid_usage', 'too many arguments'],
    ['an unknown command', ['elt'], {}, 'invalid_usage', "unknown command 'elt'"],
    ['a variable', ['etl'], { DW_PG_PORT: 'x' }, 'invalid_config', 'DW_PG_PORT is "x"'],
    ['a table that is not there', ['etl'], { TARGET_TABLE: 'others' }, 'missing_table', '"others"'],
  ])('exits with 2 and names %s', async (_what, args, env, code, named) => {
    const { exitCode, stdout, stderr } = await runCli([...args, '--json'], { ...warehouse.env, ...env });
    expect(exitCode).toBe(2);
    const last = stderr.trimEnd().split('\n').at(-1)!;
    expect(last).toMatch(new RegExp(`^error ${code} \\(config\\): `));
    expect(last).toContain(named);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code, stage: 'config' } });
  });

  it('exits with 1 when the bucket or the warehouse cannot be used', async () => {
    const bucket = await runCli(['etl', '--hour', '2025-12-06T05', '--quiet'], {
      ...warehouse.env,
      RAW_BUCKET_NAME: 'none',
    });
    expect(bucket).toMatchObject({ exitCode: 1, stdout: '' });
    expect(bucket.stderr).toMatch(/^error missing_bucket \(list\): .*none/);
    const denied = await runCli(['etl'], { ...warehouse.env, DW_PG_USER: 'nobody_here' });
    expect(denied).toMatchObject({ exitCode: 1, stdout: '' });
    expect(denied.stderr).toMatch(/^error warehouse_unreachable \(write\): .*nobody_here/);
  });
});

it('exits with 3 when time runs out, and goes on when it is run again', async () => {
  const prefix = prefixOf('08');
  await putEach(s3, events(2000, 900, 'slow'), prefix);
  get_ms = 1500;
  const slow = await runCli(['etl', '--prefix', prefix, '--budget', '5', '--batch', '20'], warehouse.env);
  expect(slow.exitCode).toBe(3);
  expect(slow.stdout).toMatch(/^2025-12-06T08 +partial /m);
  expect(slow.stdout).toContain('Run the same command again to go on. It goes on after events/2025/12/06/08/');
  const before = (await countOf('slow')) as number;
  expect(before).toBeGreaterThan(0);
  get_ms = 0;
  const rest = await runCli(['etl', '--prefix', prefix, '--json'], warehouse.env);
  expect(rest.exitCode).toBe(0);
  expect(resultOf(rest.stdout)).toMatchObject({ status: 'complete', inserted: 900 - before, duplicates: 0 });
});

it('exits with 4 when another run has the hour', async () => {
  await warehouse.rows(
    `INSERT INTO clickstream_checkpoints (unit, hour, holder, held_until)
     VALUES ($1, '2025-12-06T09:00:00Z', gen_random_uuid(), now() + interval '1 minute')`,
    [prefixOf('09')],
  );
  const { exitCode, stdout } = await runCli(['etl', '--hour', '2025-12-06T09'], warehouse.env);
  expect(exitCode).toBe(4);
  expect(stdout).toMatch(/^2025-12-06T09 +busy /m);
  expect(stdout).toContain('Another run has an hour that is busy.');
});

describe('Ctrl-C', () => {
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await sleep(10);
  };

  it('finishes and commits what is in hand, and exits with 3', async () => {
    const prefix = prefixOf('10');
    await putEach(s3, events(3000, 800, 'stopped'), prefix);
    get_ms = 200;
    const run = startCli(['etl', '--prefix', prefix, '--json', '--batch', '10'], warehouse.env);
    await until(() => gets > 200);
    run.process.kill('SIGINT');
    // The terminal, npm and tsx may each pass one Ctrl-C on.
    run.process.kill('SIGINT');
    const { exitCode, stdout, stderr } = await run.ended;
    const result = resultOf(stdout);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('Stopping after what is in hand');
    expect(result.status).toBe('partial');
    expect(result.inserted).toBeGreaterThan(0);
    expect(result.inserted).toBeLessThan(800);
    expect(await countOf('stopped')).toBe(result.inserted);
  });

  it('a second time ends it at once with 130', async () => {
    const prefix = prefixOf('11');
    await putEach(s3, events(4000, 20, 'killed'), prefix);
    const locker = new pg.Client({ ...inject('postgres'), database: warehouse.env['DW_PG_DATABASE']! });
    await locker.connect();
    await locker.query('BEGIN; LOCK TABLE clickstream_events IN ACCESS EXCLUSIVE MODE');
    try {
      const run = startCli(['etl', '--prefix', prefix], warehouse.env);
      // A batch is in hand once its COPY waits for the lock; a run with nothing in hand would end at the first signal.
      const waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'clickstream_events'::regclass";
      while ((await warehouse.rows(waiting)).length === 0) await sleep(20);
      run.process.kill('SIGTERM');
      await sleep(700);
      run.process.kill('SIGTERM');
      expect(await run.ended).toMatchObject({ exitCode: 130, stdout: '' });
    } finally {
      await locker.end();
    }
  });
});

describe('a dry run', () => {
  const env = (): Record<string, string> => ({ RAW_BUCKET_NAME: 'raw', AWS_ENDPOINT_URL_S3: s3.url });

  it('prints rows as lines of JSON, and needs no warehouse', async () => {
    const { exitCode, stdout, stderr } = await runCli(['etl', '--hour', '2025-12-06T05', '--dry-run'], env());
    const rows = stdout.split('\n').slice(0, -1);
    expect(rows).toHaveLength(40);
    expect(JSON.parse(rows[0]!)).toMatchObject({ event_name: 'product_view', client_id: 'a', product_price: 19.9 });
    expect(stderr).toMatch(/^2025-12-06T05 +complete +1 +41 +40 +0 +1 +0 /m);
    expect(exitCode).toBe(0);
  });

  it('leaves the warehouse as it is', async () => {
    const state = async (): Promise<unknown[]> => {
      const digests: unknown[] = [];
      for (const table of ['events', 'runs', 'checkpoints', 'rejects']) {
        digests.push(
          await warehouse.rows(
            `SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) AS digest FROM clickstream_${table} AS t`,
          ),
        );
      }
      return digests;
    };
    const before = await state();
    const args = ['etl', '--date', '2025-12-06', '--dry-run', '--output', '/dev/null', '--json'];
    const { exitCode, stdout } = await runCli(args, warehouse.env);
    expect(resultOf(stdout)).toMatchObject({ status: 'complete', duplicates: 0 });
    expect(exitCode).toBe(0);
    expect(await state()).toEqual(before);
  });
});
