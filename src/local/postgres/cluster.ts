import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClickstreamError } from '../../errors.ts';
import { type Account, runAs } from './account.ts';
import { type Binaries, program } from './binaries.ts';
import { handOver } from './data-dir.ts';

const PASSWORD_FILE = 'clickstream.password';

/** What PostgreSQL's programs see of our environment: nothing, since PGPORT, LC_ALL or TZ would change what they do. */
export const CLEAN_ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  TZ: 'UTC',
  // Windows programs do not start without it.
  ...(process.env['SystemRoot'] ? { SystemRoot: process.env['SystemRoot'] } : {}),
};

export interface ClusterOptions {
  readonly dataDir: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  /** The superuser's password; without one, the one kept in the data folder, or a new random one. */
  readonly password?: string | undefined;
  /** False leaves out the flush to disk after initdb, for servers that run with fsync off. */
  readonly durable: boolean;
}

/**
 * Makes sure that there is a database cluster in the data folder that these programs can serve, and returns its superuser's
 * password. A cluster that is there already is kept.
 */
export async function prepareCluster(options: ClusterOptions): Promise<{ password: string }> {
  const { dataDir, binaries, account } = options;
  if (existsSync(join(dataDir, 'PG_VERSION'))) {
    refuseOtherVersion(dataDir, binaries.major);
    handOver(dataDir, account);
    return { password: options.password ?? keptPassword(dataDir) };
  }
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new ClickstreamError({
      code: 'data_dir_not_empty',
      stage: 'local',
      message: `${dataDir} holds files but no PostgreSQL data. Choose an empty or a new folder.`,
    });
  }
  const password = options.password ?? randomBytes(24).toString('base64url');
  await createCluster(options, password);
  return { password };
}

/** Makes the cluster beside its place and moves it there once whole, so that a run killed in the middle leaves no half. */
async function createCluster({ dataDir, binaries, account, durable }: ClusterOptions, password: string): Promise<void> {
  mkdirSync(dirname(dataDir), { recursive: true });
  const fresh = `${dataDir}.new-${randomBytes(6).toString('hex')}`;
  const passwordFile = `${fresh}.password`;
  mkdirSync(fresh, { mode: 0o700 });
  try {
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (account) {
      chownSync(fresh, account.uid, account.gid);
      chownSync(passwordFile, account.uid, account.gid);
    }
    await runInitdb(program(binaries.binDir, 'initdb'), account, [
      `--pgdata=${fresh}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--text-search-config=english',
      // The default of 18, asked for so that 15 behaves the same.
      '--data-checksums',
      ...localeOptions(binaries.major),
      ...(durable ? [] : ['--no-sync']),
    ]);
    await rename(passwordFile, join(fresh, PASSWORD_FILE));
    // Elsewhere the rename replaces an empty folder by itself.
    if (process.platform === 'win32' && existsSync(dataDir)) rmdirSync(dataDir);
    await rename(fresh, dataDir);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}

/**
 * Text sorts by code point and letters of all languages have their cases, in every version: from 17 by the server's own
 * tables, before that by the C library's C.UTF-8, which Linux has. Where there is none, cases are known for ASCII only.
 */
function localeOptions(major: number): string[] {
  if (major >= 17) return ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  return [process.platform === 'linux' ? '--locale=C.UTF-8' : '--locale=C'];
}

async function runInitdb(file: string, account: Account | undefined, args: string[]): Promise<void> {
  // The account may not be able to enter our working folder, which initdb insists on.
  const child = spawn(file, args, {
    ...runAs(account),
    cwd: dirname(file),
    env: CLEAN_ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const status = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  if (status === 0) return;
  throw new ClickstreamError({
    code: 'initdb_failed',
    stage: 'local',
    message: `initdb could not make a new database (exit status ${status}): ${errors.trim() || 'it said nothing'}`,
  });
}

function refuseOtherVersion(dataDir: string, major: number): void {
  const made = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  if (made === String(major)) return;
  throw new ClickstreamError({
    code: 'data_dir_version',
    stage: 'local',
    message:
      `The data in ${dataDir} was made by PostgreSQL ${made}, and the programs at hand are PostgreSQL ${major}. ` +
      'Use the programs it was made by, or remove the folder to start afresh.',
  });
}

function keptPassword(dataDir: string): string {
  try {
    return readFileSync(join(dataDir, PASSWORD_FILE), 'utf8');
  } catch (cause) {
    throw new ClickstreamError({
      code: 'password_unknown',
      stage: 'local',
      message: `${dataDir} was not made by Clickstream, so its password is not known. Give the password, or choose another folder.`,
      cause,
    });
  }
}
