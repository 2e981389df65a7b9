import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { accessibleDataDir } from '../../src/local/postgres/data-dir.ts';
import { startPostgres, type PostgresServer, type StartPostgresOptions } from '../../src/local/postgres/server.ts';
import { readLogs, useLogFolder, type Leak } from './log-sink.ts';
import { MARKERS } from './markers.ts';
import { buildPrograms, type Programs } from './programs.ts';
import { startTlsPostgres } from './tls-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    programs: Programs;
    /** With `ssl`, the server takes no connection without TLS. */
    postgres: {
      host: string;
      port: number;
      user: string;
      password: string;
      database: string;
      ssl?: { rejectUnauthorized: true; ca: string };
    };
  }
}

/**
 * One PostgreSQL server for all integration tests: the packaged one, or the programs in `CLICKSTREAM_TEST_POSTGRES_BIN`
 * (`/usr/lib/postgresql/15/bin`, say), with `CLICKSTREAM_TEST_POSTGRES_TLS=1` over TLS and in no other way. Every test
 * file makes databases of its own in it. What the product logs meanwhile
 * is kept, and the run fails when a secret or an event's content is in it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const binDir = process.env['CLICKSTREAM_TEST_POSTGRES_BIN'];
  const logs = mkdtempSync(join(tmpdir(), 'clickstream-logs-'));
  useLogFolder(logs);
  const { remove, ...programs } = await buildPrograms();
  project.provide('programs', programs);
  const { server, ssl, close } = await start({
    password: MARKERS.password,
    ...(binDir === undefined ? {} : { binDir }),
    // Tests of crashes start servers of their own; this one only has to be quick.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  });
  console.log(`PostgreSQL ${server.version}${ssl ? ' over TLS' : ''}`);
  project.provide('postgres', { ...server.connection, ...(ssl ? { ssl } : {}) });
  return async () => {
    await close();
    remove();
    const { lines, leaks } = readLogs(logs);
    rmSync(logs, { recursive: true, force: true });
    console.log(`${lines} log lines kept, ${leaks.length} with a secret or an event's content`);
    if (leaks.length === 0) return;
    // What a teardown throws is shown, and does not make the run fail by itself.
    process.exitCode = 1;
    throw new Error(`The product's logs hold what they must not:\n${shownLeaks(leaks)}`);
  };
}

interface Started {
  readonly server: PostgresServer;
  readonly ssl?: { rejectUnauthorized: true; ca: string };
  readonly close: () => Promise<void>;
}

async function start(options: Omit<StartPostgresOptions, 'dataDir'>): Promise<Started> {
  if (process.env['CLICKSTREAM_TEST_POSTGRES_TLS'] === '1') {
    const { server, authority, close } = await startTlsPostgres(options);
    return { server, ssl: { rejectUnauthorized: true, ca: authority.cert }, close };
  }
  const dataDir = accessibleDataDir();
  const server = await startPostgres({ ...options, dataDir });
  return {
    server,
    async close() {
      await server.stop('fast');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function shownLeaks(leaks: readonly Leak[]): string {
  return leaks
    .slice(0, 10)
    .map(({ marker, line }) => `${marker} in ${line.slice(0, 500)}`)
    .join('\n');
}
