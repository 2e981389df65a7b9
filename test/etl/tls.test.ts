import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readEtlSettings, readStatusSettings, readWarehouseSettings } from '../../src/config/settings.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { migrate } from '../../src/warehouse/migrate.ts';
import { pendingMigrations } from '../../src/warehouse/pending.ts';
import { readStatus } from '../../src/warehouse/status.ts';
import { runCli } from '../cli/run-cli.ts';
import { event, freshBucket, HOUR, putEach } from '../support/bucket.ts';
import { makeAuthority, makeCertificate } from '../support/tls-certificates.ts';
import { startTlsPostgres, type TlsPostgres } from '../support/tls-postgres.ts';

type Env = Readonly<Record<string, string>>;

const DATABASE = 'shop';
const binDir = process.env['CLICKSTREAM_TEST_POSTGRES_BIN'];

let tls: TlsPostgres;
let s3: S3Server;
/** Called with each key that is asked for; the answer waits for it. */
let onGet: (key: string) => Promise<void>;
const folder = mkdtempSync(join(tmpdir(), 'clickstream-tls-'));

beforeAll(async () => {
  tls = await startTlsPostgres({ database: DATABASE, settings: { fsync: 'off' }, ...(binDir ? { binDir } : {}) });
  s3 = await freshBucket({
    onRequest: ({ method, key }) => (method === 'GET' && key !== '' ? onGet(key) : Promise.resolve()),
  });
  await migrate(readWarehouseSettings(env()), defaultPipeline.columns);
});

afterEach(() => {
  s3.deleteObjects('raw');
  onGet = () => Promise.resolve();
});

afterAll(async () => {
  await s3.close();
  await tls.close();
  rmSync(folder, { recursive: true });
});

/** What a deployment would set; a variable without a value is left out. */
function env(other: Readonly<Record<string, string | undefined>> = {}): Env {
  const { host, port, user, password } = tls.server;
  const all: Record<string, string | undefined> = {
    RAW_BUCKET_NAME: 'raw',
    AWS_ENDPOINT_URL_S3: s3.url,
    DW_PG_HOST: host,
    DW_PG_PORT: String(port),
    DW_PG_USER: user,
    DW_PG_PASSWORD: password,
    DW_PG_DATABASE: DATABASE,
    DW_PG_SSL: 'true',
    DW_PG_SSL_CA: tls.authority.cert,
    ...other,
  };
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** Everything that connects to the warehouse. */
const USES: readonly [name: string, use: (env: Env) => Promise<unknown>][] = [
  ['etl', (env) => runEtl({ targetUtcHour: HOUR }, readEtlSettings(env))],
  ['migrate', (env) => migrate(readWarehouseSettings(env), defaultPipeline.columns)],
  ['migrate --dry-run', (env) => pendingMigrations(readWarehouseSettings(env), defaultPipeline.columns)],
  ['status', (env) => readStatus(readStatusSettings(env), Date.now())],
];

async function expectTaken(env: Env): Promise<void> {
  for (const [name, use] of USES) await expect(use(env), name).resolves.toBeDefined();
}

async function expectRefused(env: Env, advice: RegExp): Promise<void> {
  const message = expect.stringMatching(advice) as string;
  for (const [name, use] of USES) {
    await expect(use(env), name).rejects.toMatchObject({ code: 'warehouse_unreachable', message });
  }
}

describe('a server that takes TLS only', () => {
  it('is used when its authority is given, as PEM, on one line, or as a file', async () => {
    const file = join(folder, 'ca.pem');
    writeFileSync(file, tls.authority.cert);
    await expectTaken(env());
    await expectTaken(env({ DW_PG_SSL_CA: tls.authority.cert.replaceAll('\n', '\\n') }));
    await expectTaken(env({ DW_PG_SSL_CA: file }));
  });

  it('is used by its name as well as by its address', async () => {
    await expectTaken(env({ DW_PG_HOST: 'localhost' }));
  });

  it('is used when its authority is one of several', async () => {
    await expectTaken(env({ DW_PG_SSL_CA: makeAuthority('Another').cert + tls.authority.cert }));
  });

  it('is refused without its authority, or with another one', async () => {
    await expectRefused(env({ DW_PG_SSL_CA: undefined }), /DW_PG_SSL_CA/);
    await expectRefused(env({ DW_PG_SSL_CA: makeAuthority('Another').cert }), /DW_PG_SSL_CA/);
    // The same name does not make it the same authority.
    await expectRefused(env({ DW_PG_SSL_CA: makeAuthority(tls.authority.name).cert }), /DW_PG_SSL_CA/);
  });

  it('is checked whatever variables of other programs say', async () => {
    try {
      for (const mode of ['disable', 'no-verify', 'prefer']) {
        process.env['PGSSLMODE'] = mode;
        await expectRefused(env({ DW_PG_SSL_CA: undefined }), /DW_PG_SSL_CA/);
        await expectTaken(env());
      }
    } finally {
      delete process.env['PGSSLMODE'];
    }
  });

  it('gives advice to whoever comes without TLS', async () => {
    await expectRefused(env({ DW_PG_SSL: 'false', DW_PG_SSL_CA: undefined }), /set DW_PG_SSL to "true"/);
  });

  it('and the command line says what to set, and no password', async () => {
    const { exitCode, stdout, stderr } = await runCli(['migrate'], env({ DW_PG_SSL_CA: undefined }));
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('DW_PG_SSL_CA');
    expect(stdout + stderr).not.toContain(tls.server.password);
    expect(await runCli(['migrate', '--dry-run'], env())).toMatchObject({ exitCode: 0 });
  });

  it('sees every connection of a run encrypted: the one that writes, the one that holds, and those after a loss', async () => {
    const admin = new pg.Client({ ...tls.server.connection, database: 'postgres' });
    await admin.connect();
    const [second, third] = [gate(), gate()];
    onGet = (key) =>
      key.endsWith('1.json') ? second.passed : key.endsWith('2.json') ? third.passed : Promise.resolve();
    await putEach(s3, [event(1), event(2), event(3)]);
    const running = runEtl({ targetUtcHour: HOUR }, { ...readEtlSettings(env()), maxRecordsPerBatch: 1 });
    const ended = running.catch(() => undefined);
    try {
      // The hold's connection is made with its first renewal, 2 s on.
      const first = await sessionsOnce(admin, ['clickstream etl', 'clickstream hold']);
      await admin.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [first.pids]);
      await sessionsOnce(admin, ['clickstream hold'], first.pids);
      second.open();
      const again = await sessionsOnce(admin, ['clickstream etl'], first.pids);
      expect([...first.encrypted, ...again.encrypted]).not.toContain(false);
      third.open();
      expect(await running).toMatchObject({ status: 'complete', inserted: 3 });
    } finally {
      second.open();
      third.open();
      await ended;
      await admin.end();
    }
  });
});

describe('a server that is not what it should be is refused:', () => {
  afterEach(() => tls.become());

  it('one whose certificate is for another host', async () => {
    await tls.become(makeCertificate({ hosts: ['warehouse.example', '127.0.0.2'], authority: tls.authority }));
    await expectRefused(env(), /certificate is for another host: set DW_PG_HOST/);
    await expectRefused(env({ DW_PG_HOST: 'localhost' }), /certificate is for another host: set DW_PG_HOST/);
  });

  it('one whose certificate has a name but not the address that it is reached by', async () => {
    await tls.become(makeCertificate({ hosts: ['localhost'], authority: tls.authority }));
    await expectRefused(env(), /certificate is for another host: set DW_PG_HOST/);
    await expectTaken(env({ DW_PG_HOST: 'localhost' }));
  });

  it('one whose certificate has expired', async () => {
    const notAfter_ms = Date.now() - 60_000;
    await tls.become(makeCertificate({ hosts: [tls.server.host], authority: tls.authority, notAfter_ms }));
    await expectRefused(env(), /certificate is not valid at this time: renew it/);
  });

  it('one that signed its certificate itself, unless that is the one that is trusted', async () => {
    const own = makeCertificate({ hosts: [tls.server.host] });
    await tls.become(own);
    await expectRefused(env({ DW_PG_SSL_CA: undefined }), /DW_PG_SSL_CA/);
    await expectRefused(env(), /DW_PG_SSL_CA/);
    await expectTaken(env({ DW_PG_SSL_CA: own.cert }));
  });

  it('one without TLS', async () => {
    await tls.become('without TLS');
    await expectRefused(env(), /does not encrypt/);
    await expectTaken(env({ DW_PG_SSL: 'false', DW_PG_SSL_CA: undefined }));
  });

  it('one that says it has no TLS, before anything but the question was sent to it', async () => {
    const received: Buffer[] = [];
    const stranger = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data: Buffer) => received.push(data) === 1 && socket.write('N'));
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    for (const [name, use] of USES) {
      received.length = 0;
      await expect(use(env({ DW_PG_PORT: String(port) })), name).rejects.toMatchObject({
        code: 'warehouse_unreachable',
      });
      // SSLRequest: eight bytes, without a user, a database or a password.
      expect(Buffer.concat(received).toString('hex'), name).toBe('0000000804d2162f');
    }
    await new Promise((resolve) => stranger.close(resolve));
  });
});

interface Sessions {
  readonly pids: number[];
  readonly encrypted: (boolean | null)[];
}

/** The sessions of these names once there is one of each that is none of `not`. */
async function sessionsOnce(
  admin: pg.Client,
  names: readonly string[],
  not: readonly number[] = [],
): Promise<Sessions> {
  for (;;) {
    const { rows } = await admin.query<{ pid: number; ssl: boolean | null; name: string }>(
      `SELECT pid, ssl, application_name AS name FROM pg_stat_activity LEFT JOIN pg_stat_ssl USING (pid)
       WHERE application_name = ANY ($1) AND pid <> ALL ($2)`,
      [names, not],
    );
    if (names.every((name) => rows.some((row) => row.name === name))) {
      return { pids: rows.map(({ pid }) => pid), encrypted: rows.map(({ ssl }) => ssl) };
    }
    await sleep(20);
  }
}

function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}
