import { rmSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { accessibleDataDir } from '../../src/local/postgres/data-dir.ts';
import { startPostgres } from '../../src/local/postgres/server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { host: string; port: number; user: string; password: string; database: string };
  }
}

/**
 * One PostgreSQL server for all integration tests: the packaged one, or the programs in `CLICKSTREAM_TEST_POSTGRES_BIN`
 * (`/usr/lib/postgresql/15/bin`, say). Every test file makes databases of its own in it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const binDir = process.env['CLICKSTREAM_TEST_POSTGRES_BIN'];
  const dataDir = accessibleDataDir();
  const server = await startPostgres({
    dataDir,
    ...(binDir === undefined ? {} : { binDir }),
    // Tests of crashes start servers of their own; this one only has to be quick.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  });
  console.log(`PostgreSQL ${server.version}`);
  project.provide('postgres', server.connection);
  return async () => {
    await server.stop('fast');
    rmSync(dataDir, { recursive: true, force: true });
  };
}
