import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { afterEach, describe, expect, test } from 'vitest';
import { installedPostgres, packagedPostgres } from '../../src/local/postgres/binaries.ts';
import { accessibleDataDir } from '../../src/local/postgres/data-dir.ts';
import { type PostgresServer, startPostgres, type StartPostgresOptions } from '../../src/local/postgres/server.ts';

const THROW_AWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

const servers: PostgresServer[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop('immediate')));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = accessibleDataDir();
  folders.push(folder);
  return folder;
}

async function start(options: StartPostgresOptions): Promise<PostgresServer> {
  const server = await startPostgres({ settings: THROW_AWAY, ...options });
  servers.push(server);
  return server;
}

async function withClient<T>(server: PostgresServer, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(server.connection);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function queryValue(server: PostgresServer, sql: string): Promise<unknown> {
  return withClient(server, async (client) => {
    const result = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return result.rows[0]?.[0];
  });
}

async function copyThreeRows(server: PostgresServer): Promise<void> {
  await withClient(server, async (client) => {
    await client.query('CREATE TABLE clicks (id int PRIMARY KEY, page text)');
    const stream = client.query(copyFrom('COPY clicks FROM STDIN'));
    stream.end('1\t/\n2\t/cart\n3\t/thanks\n');
    await once(stream, 'finish');
  });
}

function isAlive(pid: number): boolean {
  try {
    // A process that nobody has waited for yet still has a number, but no command line.
    if (existsSync('/proc/self')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function waitUntilGone(pid: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (isAlive(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} still runs`);
    await sleep(20);
  }
}

const INSTALLED_15 = installedPostgres(15);
if (!INSTALLED_15) console.log('PostgreSQL 15 is not installed on this machine: its tests are skipped');

describe.each([
  { name: "the package's programs", binDir: undefined, skipped: false },
  { name: 'an installed PostgreSQL 15', binDir: INSTALLED_15, skipped: !INSTALLED_15 },
])('a server from $name', ({ binDir, skipped }) => {
  const programs = binDir === undefined ? {} : { binDir };

  test.skipIf(skipped)('keeps its data from one start to the next', async () => {
    const dataDir = newFolder();
    const first = await start({ dataDir, database: 'shop', ...programs });
    await copyThreeRows(first);
    await first.stop();
    await expect(queryValue(first, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');

    const second = await start({ dataDir, database: 'shop', ...programs });
    expect(await queryValue(second, 'SELECT count(*)::int FROM clicks')).toBe(3);
    expect(second.password).toBe(first.password);
  });

  test.skipIf(skipped)('sorts by code point, knows the cases of all letters and lives in UTC', async () => {
    const server = await start({ dataDir: newFolder(), ...programs });
    expect(await queryValue(server, `SELECT string_agg(t, '' ORDER BY t) FROM unnest('{b,ä,Z,a,B}'::text[]) t`)).toBe(
      'BZabä',
    );
    expect(await queryValue(server, `SELECT lower('ÀÉ')`)).toBe('àé');
    expect(await queryValue(server, 'SHOW timezone')).toBe('UTC');
    expect(await queryValue(server, 'SHOW server_encoding')).toBe('UTF8');
    expect(await queryValue(server, 'SHOW data_checksums')).toBe('on');
    expect(await queryValue(server, 'SHOW fsync')).toBe('off');
    expect(await queryValue(server, 'SHOW server_version')).toContain(server.version);
  });

  test.skipIf(skipped)('comes back after its main process was killed', async () => {
    const dataDir = newFolder();
    const server = await start({ dataDir, settings: {}, ...programs });
    await copyThreeRows(server);
    process.kill(server.pid, 'SIGKILL');
    await waitUntilGone(server.pid);

    const again = await start({ dataDir, settings: {}, ...programs });
    expect(await queryValue(again, 'SELECT count(*)::int FROM clicks')).toBe(3);
  });
});

describe('startPostgres', () => {
  test('restarts on the same port, also after the server was killed', async () => {
    const server = await start({ dataDir: newFolder() });
    await copyThreeRows(server);
    const { port, pid } = server;
    await server.restart();
    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
    process.kill(server.pid, 'SIGKILL');
    await server.restart();
    expect(await queryValue(server, 'SELECT count(*)::int FROM clicks')).toBe(3);
  });

  test('refuses a password other than its own', async () => {
    const server = await start({ dataDir: newFolder(), password: 'open sesame' });
    expect(server.password).toBe('open sesame');
    const client = new pg.Client({ ...server.connection, password: 'wrong' });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  test('says which port is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    await expect(start({ dataDir: newFolder(), port })).rejects.toMatchObject({
      code: 'port_in_use',
      stage: 'local',
      message: expect.stringContaining(String(port)) as string,
    });
    blocker.close();
  });

  test('says which setting the server refused', async () => {
    const dataDir = newFolder();
    await expect(start({ dataDir, settings: { work_mem: 'plenty' } })).rejects.toMatchObject({
      code: 'postgres_failed',
      message: expect.stringContaining('work_mem') as string,
    });
    await expect(start({ dataDir, settings: { '-x': 'y' } })).rejects.toMatchObject({ code: 'invalid_config' });
  });

  test('leaves a folder alone that holds something else', async () => {
    const dataDir = newFolder();
    writeFileSync(join(dataDir, 'thesis.txt'), 'ten years of work');
    await expect(start({ dataDir })).rejects.toMatchObject({ code: 'data_dir_not_empty' });
  });

  test('refuses data of another version', async () => {
    const dataDir = newFolder();
    writeFileSync(join(dataDir, 'PG_VERSION'), '9\n');
    await expect(start({ dataDir })).rejects.toMatchObject({ code: 'data_dir_version' });
  });

  test('refuses data that a living process serves, and leaves that server running', async () => {
    const dataDir = newFolder();
    const server = await start({ dataDir });
    await expect(start({ dataDir })).rejects.toMatchObject({ code: 'data_dir_in_use' });
    expect(await queryValue(server, 'SELECT 1')).toBe(1);
  });

  test('stops an orphan that the owner of the data left behind, and starts afresh', async () => {
    const dataDir = newFolder();
    const orphan = await start({ dataDir });
    await copyThreeRows(orphan);
    const ended = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(ended, 'exit');
    writeFileSync(join(dataDir, 'clickstream.owner'), String(ended.pid));

    const server = await start({ dataDir });
    expect(isAlive(orphan.pid)).toBe(false);
    expect(await queryValue(server, 'SELECT count(*)::int FROM clicks')).toBe(3);
  });

  test('does not mind a lock file whose process number went to another program', async () => {
    const dataDir = newFolder();
    const first = await start({ dataDir });
    await first.stop();
    writeFileSync(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n`);
    const second = await start({ dataDir });
    expect(await queryValue(second, 'SELECT 1')).toBe(1);
  });
});

describe('the process that started a server', () => {
  const module = fileURLToPath(new URL('../../src/local/postgres/server.ts', import.meta.url));

  async function startInChild(dataDir: string, then: string) {
    const script = `
      const { startPostgres } = await import(${JSON.stringify(module)});
      const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, settings: { fsync: 'off' } });
      process.stdout.write(server.pid + '\\n');
      ${then}`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, pid: Number(line.toString()) };
  }

  test.each([
    { way: 'ends without stopping it', then: '', signal: undefined },
    { way: 'fails', then: 'setTimeout(() => process.exit(3), 20)', signal: undefined },
    { way: 'is interrupted', then: 'setInterval(() => {}, 1000)', signal: 'SIGINT' as const },
    { way: 'is killed', then: 'setInterval(() => {}, 1000)', signal: 'SIGKILL' as const },
  ])('takes it along when it $way', async ({ then, signal }) => {
    const { child, pid } = await startInChild(newFolder(), then);
    const exit = once(child, 'exit');
    if (signal) {
      expect(isAlive(pid)).toBe(true);
      child.kill(signal);
    }
    await exit;
    await waitUntilGone(pid);
  });
});

test('the programs of the package are there for this platform', () => {
  expect(existsSync(packagedPostgres())).toBe(true);
});
