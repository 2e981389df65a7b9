import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { event, freshBucket, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { runCli, startCli } from './run-cli.ts';

/** A pipeline file as one writes it, with a transform of its own. */
const pipelineText = (body: string): string => `
import { column, defineEtl, standardTransforms, transform } from ${JSON.stringify(inject('programs').library)};

const addNote = transform({
  name: 'addNote',
  needs: { event_name: column.text() },
  adds: { note: column.text() },
  each(record, context) { ${body} },
});
export default defineEtl({ transforms: [...standardTransforms, addNote] });
`;

let folder: string;
let pipeline: string;
const run = (...args: string[]) => runCli(['try', ...args]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clickstream-try-'));
  pipeline = join(folder, 'pipeline.ts');
  await writeFile(
    pipeline,
    pipelineText(`
      if (record.row.event_name === 'login') context.reject(record, 'private', 'Nobody may know.');
      else if (record.row.event_name === 'search') context.drop(record, 'boring');
      else if (record.row.event_name === 'home_view') record.row.note = 'at home';
    `),
  );
});

afterAll(() => rm(folder, { recursive: true }));

it('shows sample events on their way through a pipeline, and writes nothing', async () => {
  const { exitCode, stdout, stderr } = await run(pipeline);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^home_view .*\n(?: .*\n)* {2}addNote +\+ note {2}"at home"\n {2}→ a row/m);
  expect(stdout).toContain('rejected (private): Nobody may know.');
  expect(stdout).toContain(
    '20 events: 15 rows, 1 rejected by sessionize (id_too_long), 2 dropped by addNote (boring), 2 rejected by addNote (private).',
  );
  expect(stdout).not.toContain('\u001b');
});

it('shows one transform alone, over events from a file', async () => {
  const events = join(folder, 'mine.ndjson');
  await writeFile(events, '{"eventName":"home_view"}\n{"eventName":"other"}\n{"eventName":"search"}\nnonsense\n');
  const { stdout } = await run(pipeline, '--events', events, '--only', 'addNote');
  expect(stdout).toContain('1 event to which addNote did nothing.');
  expect(stdout).not.toContain('parse ');
  expect(stdout).toContain('4 events: 2 rows, 1 dropped by addNote (boring), 1 rejected by read (syntax_error).');
  const { stdout: limited } = await run(pipeline, '--events', events, '--limit', '1', '--json');
  const document = JSON.parse(limited) as { events: { steps: unknown[] }[] };
  expect(document.events).toHaveLength(1);
  expect(document.events[0]?.steps.at(-1)).toEqual({
    transform: 'addNote',
    changed: { note: { before: null, after: 'at home' } },
    verdict: null,
    parts: 0,
  });
});

it('ends sessions after SESSION_TIMEOUT_MINUTES, as the run will', async () => {
  const events = join(folder, 'visit.ndjson');
  const visit = (at: string) =>
    JSON.stringify({ eventName: 'x', clientId: 'c', eventTimestamp: `2025-12-06T${at}:00Z` });
  await writeFile(events, `${visit('05:00')}\n${visit('05:20')}\n`);
  const sessions = async (minutes: string): Promise<number> => {
    const args = ['try', pipeline, '--events', events, '--json'];
    const { stdout } = await runCli(args, { SESSION_TIMEOUT_MINUTES: minutes });
    const document = JSON.parse(stdout) as { events: { row: { session_id: string } }[] };
    return new Set(document.events.map(({ row }) => row.session_id)).size;
  };
  expect(await sessions('30')).toBe(1);
  expect(await sessions('10')).toBe(2);
  const wrong = await runCli(['try', pipeline, '--events', events], { SESSION_TIMEOUT_MINUTES: 'ten' });
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('SESSION_TIMEOUT_MINUTES')]);
});

it('takes events from the bucket without the warehouse', async () => {
  const s3 = await freshBucket();
  try {
    await s3.putObject('raw', `${PREFIX}a.json`, ndjson([event(1), event(2)]));
    await s3.putObject('raw', `${PREFIX}b.json`, ndjson([event(3)]));
    const env = { RAW_BUCKET_NAME: 'raw', AWS_ENDPOINT_URL_S3: s3.url };
    const all = await runCli(['try', '--hour', HOUR], env);
    expect([all.exitCode, all.stderr]).toEqual([0, '']);
    expect(all.stdout).toContain(`${PREFIX}b.json record 0`);
    expect(all.stdout).toContain('3 events: 3 rows.');
    expect((await runCli(['try', '--prefix', PREFIX, '--limit', '2'], env)).stdout).toContain('2 events: 2 rows.');
    const none = await runCli(['try', '--hour', '2025-12-05T05'], env);
    expect(none.stdout).toBe('There is no event to try it with.\n');
  } finally {
    await s3.close();
  }
});

it('says what is wrong with a pipeline or with what it was asked', async () => {
  const missing = await run(join(folder, 'nowhere.ts'));
  expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringContaining('nowhere.ts')]);
  const unreadable = await run('--events', join(folder, 'nothing.ndjson'));
  expect([unreadable.exitCode, unreadable.stderr]).toEqual([2, expect.stringContaining('cannot be read (ENOENT)')]);
  expect((await run('--hour', '2025-12-06T05')).stderr).toContain('RAW_BUCKET_NAME');
  const failing = join(folder, 'failing.ts');
  await writeFile(failing, pipelineText('').replace('each(record, context) {', 'batch() { throw new Error("x");'));
  const failed = await run(failing);
  expect([failed.exitCode, failed.stderr]).toEqual([1, expect.stringContaining('"addNote" failed in batch')]);
});

it('shows it again whenever the pipeline has changed, also after a mistake in it', async () => {
  const file = join(folder, 'watched.ts');
  const text = await readFile(pipeline, 'utf8');
  await writeFile(file, text);
  const running = startCli(['try', file, '--watch', '--only', 'addNote']);
  let seen = '';
  running.process.stdout?.on('data', (more: string) => (seen += more));
  running.process.stderr?.on('data', (more: string) => (seen += more));
  const sees = async (what: string): Promise<void> => {
    while (!seen.includes(what)) {
      if (running.process.exitCode !== null) throw new Error(`ended: ${seen}`);
      await sleep(20);
    }
    while (!seen.includes('Waiting for a change')) await sleep(20);
    seen = '';
  };
  try {
    await sees('"at home"');
    await writeFile(file, text.replace('at home', 'elsewhere'));
    await sees('"elsewhere"');
    await writeFile(file, text.replace('export default', 'export default ('));
    await sees('error');
    await writeFile(file, text);
    await sees('"at home"');
    running.process.kill('SIGTERM');
    expect((await running.ended).exitCode).toBe(0);
  } finally {
    running.process.kill('SIGKILL');
  }
});
