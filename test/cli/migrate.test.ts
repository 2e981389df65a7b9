import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runCli } from './run-cli.ts';

const server = inject('postgres');
const database = `test_${randomBytes(6).toString('hex')}`;
const env = {
  DW_PG_HOST: server.host,
  DW_PG_PORT: String(server.port),
  DW_PG_USER: server.user,
  DW_PG_PASSWORD: server.password,
  DW_PG_DATABASE: database,
  ...(server.ssl ? { DW_PG_SSL: 'true', DW_PG_SSL_CA: server.ssl.ca } : {}),
};

async function query(sql: string, to = server.database): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...server, database: to });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(() => query(`CREATE DATABASE ${database}`));
afterAll(() => query(`DROP DATABASE ${database} WITH (FORCE)`));

const tables = (): Promise<unknown[]> =>
  query(`SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'clickstream\\_%'`, database);

it('shows what it would apply, applies it to an empty database, and then has nothing to do', async () => {
  const shown = await runCli(['migrate', '--dry-run'], env);
  expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
  expect(shown.stdout).toContain('would apply 0001_events.sql\n');
  expect(shown.stdout).toContain('Nothing was changed.');
  expect(await tables()).toEqual([]);

  const applied = await runCli(['migrate'], env);
  expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
  expect(applied.stdout).toBe(
    shown.stdout
      .replaceAll('would apply', 'applied')
      .replace('Nothing was changed.', 'The warehouse of "clickstream_events" is up to date now.'),
  );
  expect(await tables()).toContainEqual({ relname: 'clickstream_events' });

  const again = await runCli(['migrate', '--json'], env);
  expect(JSON.parse(again.stdout)).toEqual({ dryRun: false, applied: [], added: [] });
});

it('shows of a warehouse from before a migration what it would change, and not the migration’s columns again', async () => {
  await query('ALTER TABLE clickstream_events DROP COLUMN traffic_source, DROP COLUMN traffic_channel', database);
  await query("DELETE FROM clickstream_migrations WHERE name = '0008_attribution.sql'", database);
  const shown = await runCli(['migrate', '--dry-run', '--json'], env);
  expect(JSON.parse(shown.stdout)).toMatchObject({ added: [] });
  expect((JSON.parse(shown.stdout) as { applied: string[] }).applied[0]).toBe('0008_attribution.sql');
  const applied = await runCli(['migrate', '--json'], env);
  const { statements, ...changes } = JSON.parse(shown.stdout) as { statements: unknown };
  expect(statements).toEqual([]);
  expect(JSON.parse(applied.stdout)).toEqual({ ...changes, dryRun: false });
});

it('names the variable that is missing, and what a server refused', async () => {
  const missing = await runCli(['migrate'], { ...env, DW_PG_DATABASE: '' });
  expect(missing).toMatchObject({ exitCode: 2, stdout: '' });
  expect(missing.stderr).toMatch(/^error invalid_config \(config\): DW_PG_DATABASE is empty: .*\n$/);

  const refused = await runCli(['migrate', '--json'], { ...env, DW_PG_DATABASE: 'no_such_database' });
  expect(refused.exitCode).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'warehouse_unreachable', stage: 'migrate' } });
  expect(refused.stderr).toContain('no_such_database');
});
