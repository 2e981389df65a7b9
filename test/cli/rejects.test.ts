import { afterAll, beforeAll, expect, it } from 'vitest';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { runCli } from './run-cli.ts';

let s3: S3Server;
let warehouse: TestWarehouse;
const broken = '{"eventName": "\u001b[31mbroken"';
const big = `{"eventName": "${'x'.repeat(70_000)}`;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  await s3.putObject('raw', `${PREFIX}a.json`, `${ndjson([event(1)])}${broken}\n${big}\nnull\n`);
  await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

const run = (...args: string[]) => runCli(['rejects', ...args], warehouse.env);

it('lists dead letters by code, and says what to do', async () => {
  const { exitCode, stdout } = await run();
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^code +records +objects +first +last +why/);
  expect(stdout).toMatch(/^syntax_error +2 +1 /m);
  expect(stdout).toMatch(/^not_an_object +1 +1 /m);
  expect(stdout).toContain('clickstream rejects redrive --code syntax_error');
  const json = await run('--json', '--code', 'not_an_object');
  expect(JSON.parse(json.stdout)).toMatchObject({ codes: [{ code: 'not_an_object', count: 1, objects: 1 }] });
});

it('shows each with its place and bytes, which cannot command the terminal', async () => {
  const { stdout, stderr } = await run('show', '--code', 'syntax_error');
  expect(stdout).toContain(`syntax_error  s3://raw/${PREFIX}a.json\n  record 1, bytes `);
  expect(stdout).toContain('{"eventName": "\\u{1b}[31mbroken"');
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toContain('70.0 kB long, of which the first 65.5 kB are kept');
  expect(stderr).toBe('');
  const limited = await run('show', '--limit', '1');
  expect(limited.stderr).toContain('There are more');
  expect(limited.stdout).not.toContain('record 2');

  expect((await run('show', '--key', `${PREFIX}a.json`, '--index', '1', '--raw')).stdout).toBe(broken);
  const json = JSON.parse((await run('show', '--index', '3', '--key', `${PREFIX}a.json`, '--json')).stdout) as object;
  expect(json).toMatchObject({ rejects: [{ index: 3, rawBase64: Buffer.from('null').toString('base64') }] });
});

it('redrives a selection, dry or for good, and says what is left', async () => {
  const before = await warehouse.rows('SELECT * FROM clickstream_rejects ORDER BY record_index');
  const dry = await run('redrive', '--all', '--dry-run');
  expect(dry).toMatchObject({ exitCode: 0 });
  expect(dry.stdout).toContain('Nothing was written');
  expect(dry.stdout).toContain('rejected again: syntax_error 2, not_an_object 1');
  expect(await warehouse.rows('SELECT * FROM clickstream_rejects ORDER BY record_index')).toEqual(before);

  // As a run with a defect in its decoder would have left it.
  const record = Buffer.from(JSON.stringify(event(2)));
  await warehouse.rows(
    'UPDATE clickstream_rejects SET raw = $1, start_bytes = 0, end_bytes = $2 WHERE record_index = 1',
    [record, record.length],
  );
  const real = await run('redrive', '--hour', HOUR, '--json');
  expect(JSON.parse(real.stdout)).toMatchObject({ status: 'complete', read: 3, inserted: 1, rejected: 2 });
  expect(await warehouse.rows('SELECT event_id FROM clickstream_events')).toHaveLength(2);
  const none = await run('redrive', '--code', 'gone');
  expect(none).toMatchObject({
    exitCode: 0,
    stdout: 'No rejects are selected; "clickstream rejects" lists what there is.\n',
  });
});

it.each([
  [['redrive'], 'Say which rejects to try again'],
  [['mend'], "too many arguments for 'rejects'"],
])('refuses %j before anything is touched', async (args, message) => {
  const { exitCode, stderr, stdout } = await run(...args);
  expect(stderr).toContain(message);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
});

it('says that a record by place is none', async () => {
  const { exitCode, stderr } = await run('show', '--key', `${PREFIX}a.json`, '--index', '77', '--raw');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('no_such_reject');
});
