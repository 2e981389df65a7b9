import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { migrateCommand } from '../../src/cli/migrate-command.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, putEach } from '../support/bucket.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'clickstream-pipeline-'));
const HOUR = ['--hour', '2025-12-06T05'];

/** A value of each type of column, as a transform writes it. */
const VALUES = {
  a_text: ['text', 'tab\t "quoted" \\ Ω'],
  a_uuid: ['uuid', '0f8fad5b-d9cb-469f-a165-70867728950e'],
  a_boolean: ['boolean', false],
  an_integer: ['integer', -2147483648],
  a_bigint: ['bigint', Number.MAX_SAFE_INTEGER],
  a_numeric: ['numeric', '1234567890123456789.000000000001'],
  a_double: ['double', 0.1],
  a_time: ['timestamptz', Date.parse('2025-12-06T05:00:00.123Z') + 0.456],
  a_date: ['date', '2024-02-29'],
  a_document: ['jsonb', { deep: [1, null, { k: '"' }] }],
  a_list: ['textArray', ['a,b', '"', '', '{}', 'null', '\\']],
} as const;

function pipelineFile(name: string, columns: Readonly<Record<string, readonly [string, unknown]>>): string {
  const declared = Object.entries(columns).map(([column, [type]]) => `${column}: column.${type}('It’s ${column}')`);
  const values = JSON.stringify(
    Object.fromEntries(Object.entries(columns).map(([column, [, value]]) => [column, value])),
  );
  const file = join(folder, name);
  writeFileSync(
    file,
    `import { column, defineEtl, standardTransforms, transform, type Row } from ${JSON.stringify(inject('programs').library)};
const adds = { ${declared.join(', ')} };
const addAll = transform({
  name: 'addAll',
  adds,
  each({ event, row }) {
    if (event['fail'] === true) throw new Error('not yet');
    if (event['plain'] !== true) Object.assign(row, ${values} satisfies Row<typeof adds>);
  },
});
export default defineEtl({ transforms: [...standardTransforms, addAll] });
`,
  );
  return file;
}

let s3: S3Server;
let warehouse: TestWarehouse;
let file: string;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  file = pipelineFile('pipeline.ts', VALUES);
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
  rmSync(folder, { recursive: true });
});

const columns = async (): Promise<string[]> => {
  const names = await warehouse.rows<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'clickstream_events'::regclass AND attnum > 0 AND attname ~ '^an?_' ORDER BY attnum`,
  );
  return names.map(({ name }) => name);
};

it('a run with columns that the table lacks stops before anything is read, and says what to do', async () => {
  const { exitCode, stderr } = await runCli(['etl', ...HOUR, '--pipeline', file], warehouse.env);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error missing_column .*"a_text".*clickstream migrate/m);
});

it('migrate shows the statements and changes nothing while nobody says yes', async () => {
  const refused = await runCli(['migrate', '--pipeline', file], warehouse.adminEnv);
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  expect(refused.stderr).toContain(`ALTER TABLE "clickstream_events" ADD COLUMN "a_text" text;\n`);
  expect(refused.stderr).toContain(`COMMENT ON COLUMN "clickstream_events"."a_list" IS 'It’s a_list';\n`);
  expect(refused.stderr).toMatch(/^error not_confirmed .*run it again with --yes\.$/m);

  const shown = await runCli(['migrate', '--pipeline', file, '--dry-run', '--json'], warehouse.adminEnv);
  const { added, statements } = JSON.parse(shown.stdout) as { added: string[]; statements: string[] };
  expect([added.length, statements.length]).toEqual([11, 22]);
  expect(await columns()).toEqual([]);
});

it('on a terminal, no is no, and yes adds the columns with their comments, as --yes does', async () => {
  for (const [name, value] of Object.entries(warehouse.adminEnv)) vi.stubEnv(name, value);
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const one = pipelineFile('one.ts', { a_text: VALUES.a_text });
    const answer = (line: string): Promise<number> => {
      const input = Object.assign(new PassThrough(), { isTTY: true });
      input.end(`${line}\n`);
      return migrateCommand({ pipeline: one }, { input, output: new PassThrough() });
    };
    await expect(answer('no')).rejects.toMatchObject({ code: 'not_confirmed', message: 'Nothing was changed.' });
    expect(await columns()).toEqual([]);
    expect(await answer('yes')).toBe(0);
    expect(await columns()).toEqual(['a_text']);
    expect(said.mock.calls.join()).toContain('ADD COLUMN "a_text" text');
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }

  const applied = await runCli(['migrate', '--pipeline', file, '--yes'], warehouse.adminEnv);
  expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await columns()).toEqual(Object.keys(VALUES));
  // Nothing is left to be asked.
  const again = await runCli(['migrate', '--pipeline', file, '--json'], warehouse.adminEnv);
  expect(JSON.parse(again.stdout)).toEqual({ dryRun: false, applied: [], added: [] });
});

it('a value of every type comes back from PostgreSQL as it was written, and null as null', async () => {
  await putEach(s3, [event(1), event(2, { plain: true }), event(3, { fail: true })]);
  const { exitCode, stdout } = await runCli(['etl', ...HOUR, '--json', '--pipeline', file], warehouse.env);
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { inserted: 2, rejected: 1 }]);
  const [row, plain] = await warehouse.rows(
    `SELECT ${Object.keys(VALUES).join(', ')}, a_bigint::text, a_date::text,
       to_char(a_time, 'YYYY-MM-DD"T"HH24:MI:SS.US') a_time FROM clickstream_events ORDER BY event_id`,
  );
  const written = Object.fromEntries(Object.entries(VALUES).map(([name, [, value]]) => [name, value]));
  expect(row).toEqual({ ...written, a_bigint: '9007199254740991', a_time: '2025-12-06T05:00:00.123456' });
  expect(new Set(Object.values(plain!))).toEqual(new Set([null]));
  const comments = await warehouse.rows(
    `SELECT DISTINCT col_description(attrelid, attnum) = 'It’s ' || attname AS right, format_type(atttypid, NULL) AS type
     FROM pg_attribute WHERE attrelid = 'clickstream_events'::regclass AND attname ~ '^an?_' ORDER BY type`,
  );
  expect(comments.map(({ right }) => right)).toEqual(Array(11).fill(true));
});

it('what was rejected by a pipeline is redriven by its mended self', async () => {
  const mended = join(folder, 'mended.ts');
  writeFileSync(mended, readFileSync(file, 'utf8').replace(`throw new Error('not yet')`, `row.a_text = 'mended'`));
  const args = ['rejects', 'redrive', '--all', '--json', '--pipeline'];
  const again = await runCli([...args, file], warehouse.env);
  expect(JSON.parse(again.stdout)).toMatchObject({ rejected: 1, inserted: 0 });
  const { stdout } = await runCli([...args, mended], warehouse.env);
  expect(JSON.parse(stdout)).toMatchObject({ rejected: 0, inserted: 1 });
});

it('a column that the table has with another type is refused by migrate and by a run, with what to do', async () => {
  const other = pipelineFile('other.ts', { a_text: ['numeric', 1] });
  const message =
    'The column "a_text" of "clickstream_events" is text, and the pipeline writes numeric. Declare it with the type that it ' +
    'has, give it another name, or change the table: ALTER TABLE "clickstream_events" ALTER COLUMN "a_text" TYPE numeric ' +
    'USING "a_text"::numeric;';
  for (const args of [
    ['migrate', '--dry-run'],
    ['migrate', '--yes'],
    ['etl', ...HOUR],
  ]) {
    const env = args[0] === 'etl' ? warehouse.env : warehouse.adminEnv;
    const { exitCode, stderr } = await runCli([...args, '--pipeline', other], env);
    expect([exitCode, stderr], args.join(' ')).toEqual([2, `error column_type (config): ${message}\n`]);
  }
});

it('a file that cannot be loaded stops every command before it reads a setting', async () => {
  for (const command of [['migrate'], ['etl'], ['rejects', 'redrive', '--all']]) {
    const { exitCode, stderr } = await runCli([...command, '--pipeline', join(folder, 'none.ts')]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^error missing_pipeline_file /)]);
  }
  const broken = join(folder, 'broken.mjs');
  writeFileSync(broken, 'export default [\n');
  const { exitCode, stderr } = await runCli(['migrate', '--pipeline', broken]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error pipeline_file_failed .*broken\.mjs cannot be loaded: SyntaxError: /);
});
