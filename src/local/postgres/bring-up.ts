import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ClickstreamError } from '../../errors.ts';
import { claimDataDir } from './postmaster-lock.ts';
import { type Postmaster, type PostmasterOptions, spawnPostmaster } from './postmaster.ts';

const PORT_ATTEMPTS = 10;

/** What became of one attempt to start. `port_taken` and `data_busy` are worth another. */
export type Attempt = Postmaster | 'port_taken' | 'data_busy';

/**
 * A free port is found by asking the system for one and letting go of it, so another program may take it in between; then
 * the next one is tried.
 */
export async function startOnPort(
  wanted: number,
  start: (port: number) => Promise<Attempt>,
): Promise<{ postmaster: Postmaster; port: number }> {
  let port = wanted;
  let attempt: Attempt = 'port_taken';
  for (let tries = 0; tries < PORT_ATTEMPTS; tries++) {
    port = wanted === 0 ? await freePort() : wanted;
    attempt = await start(port);
    if (typeof attempt === 'object') return { postmaster: attempt, port };
    if (attempt === 'port_taken' && wanted !== 0) break;
    // The sessions of a server that was killed see its end within moments, and let go of the shared memory then.
    if (attempt === 'data_busy') await sleep(100 * (tries + 1));
  }
  throw attempt === 'data_busy'
    ? new ClickstreamError({
        code: 'data_dir_in_use',
        stage: 'local',
        message: 'Processes of a PostgreSQL server that was killed still hold its data. Stop them and try again.',
      })
    : new ClickstreamError({
        code: 'port_in_use',
        stage: 'local',
        message: `Port ${port} on 127.0.0.1 is taken by another program. Stop it, or choose another port for PostgreSQL.`,
      });
}

/** One attempt: starts the server and waits until it takes connections, or has ended. */
export async function bringUp(options: PostmasterOptions, password: string, timeout_ms: number): Promise<Attempt> {
  claimDataDir(options.dataDir);
  const postmaster = spawnPostmaster(options);
  const deadline = performance.now() + timeout_ms;
  let lastError: unknown;
  while (performance.now() < deadline) {
    if (postmaster.ended) return failedAttempt(postmaster);
    try {
      // Whatever else may listen on the port need not answer at all, so the end of ours is waited for as well.
      const folder = await Promise.race([servedFolder(options.port, password), postmaster.exit]);
      // Another server that has the port, and even the same password, is not taken for ours.
      if (folder === options.dataDir) return postmaster;
    } catch (error) {
      lastError = error;
    }
    await sleep(25);
  }
  const words = postmaster.lastWords();
  await postmaster.stop('immediate');
  throw new ClickstreamError({
    code: 'postgres_failed',
    stage: 'local',
    message: `PostgreSQL took no connections within ${timeout_ms} ms. Its last messages:\n${words}`,
    cause: lastError,
  });
}

function failedAttempt(postmaster: Postmaster): Attempt {
  const words = postmaster.lastWords();
  if (words.includes('could not create any TCP/IP sockets')) return 'port_taken';
  if (words.includes('pre-existing shared memory block')) return 'data_busy';
  throw new ClickstreamError({
    code: 'postgres_failed',
    stage: 'local',
    message: `PostgreSQL ended while starting. Its last messages:\n${words}`,
  });
}

/** The data folder of the server that listens on the port. */
async function servedFolder(port: number, password: string): Promise<string> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 5_000,
  });
  // A server that goes away in mid-connection also emits an error, which nobody else would catch.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const answer = await client.query<{ data_directory: string }>('SHOW data_directory');
    return resolve(answer.rows[0]!.data_directory);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function freePort(): Promise<number> {
  return new Promise((found, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => found(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
