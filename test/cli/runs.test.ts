import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRunsFlags, type RunsFlags } from '../../src/cli/runs-flags.ts';
import { runDocument } from '../../src/cli/runs-command.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { readRuns } from '../../src/warehouse/runs.ts';
import { event, freshBucket, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
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

const listed = async (flags: RunsFlags = {}): Promise<Record<string, unknown>[]> =>
  (await readRuns(warehouse.settings, readRunsFlags(flags, Date.now()))).map(runDocument);

it('lists runs newest first, with what they did and why they failed, and only those asked for', async () => {
  expect(await listed()).toEqual([]);
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson([event(1), event(2), event(2)]) + 'no json\n');
  await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
  const elsewhere = { ...warehouse.settings, bucket: 'nowhere' };
  await expect(runEtl({ targetUtcHour: '2025-12-06T06' }, elsewhere)).rejects.toThrow();
  await runEtl({ targetUtcHour: HOUR, endAt: `${PREFIX}b` }, warehouse.settings);
  // A run that died, as it stands before the next one finds out.
  await warehouse.rows(
    `INSERT INTO clickstream_runs (run_id, unit, hour, trigger, status, started_at)
     VALUES (gen_random_uuid(), 'events/2025/12/06/07/', '2025-12-06T07:00Z', 'scheduled', 'running', now() + interval '1 s')`,
  );

  const table = await runCli(['runs'], warehouse.env);
  expect(table.exitCode).toBe(0);
  const started = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
  const duration = String.raw`[\d.]+ (?:ms|s|min)`;
  expect(table.stdout.trimEnd().split('\n')).toEqual(
    [
      '^hour +trigger +status +started +duration +objects +read +inserted +duplicates +rejected +dropped +error$',
      `^2025-12-06T07 +scheduled +lost +${started} +0 +0 +0 +0 +0 +0$`,
      `^events/2025/12/06/05/ up to "\\S+b" +explicit +complete +${started} +${duration} +1 +4 +0 +3 +1 +0$`,
      `^2025-12-06T06 +explicit +failed +${started} +${duration} +0 +0 +0 +0 +0 +0 +missing_bucket$`,
      `^2025-12-06T05 +explicit +complete +${started} +${duration} +1 +4 +2 +1 +1 +0$`,
    ].map((line) => expect.stringMatching(new RegExp(line)) as unknown),
  );

  const [lost, range, failed, first] = await listed();
  expect(lost).toMatchObject({ status: 'lost', durationMs: null, ended: null });
  expect(range).toMatchObject({ unit: `${PREFIX} up to "${PREFIX}b"`, inserted: 0, duplicates: 3 });
  expect(failed).toMatchObject({ hour: '2025-12-06T06:00:00.000Z', status: 'failed', errorCode: 'missing_bucket' });
  expect(first).toMatchObject({ status: 'complete', read: 4, inserted: 2, duplicates: 1, rejected: 1, batches: 1 });
  expect(await listed({ failed: true })).toEqual([lost, failed]);
  expect(await listed({ last: '2' })).toEqual([lost, range]);
  expect(await listed({ hour: HOUR })).toEqual([range, first]);
  expect(await listed({ hour: HOUR, failed: true })).toEqual([]);

  const json = await runCli(['runs', '--failed', '--last', '1', '--json'], warehouse.env);
  expect(json.exitCode).toBe(0);
  expect(JSON.parse(json.stdout)).toEqual([lost]);
}, 180_000);
