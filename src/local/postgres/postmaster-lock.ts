import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClickstreamError } from '../../errors.ts';

const OWNER_FILE = 'clickstream.owner';
const FAST_STOP_MS = 15_000;
const IMMEDIATE_STOP_MS = 5_000;
const KILL_MS = 5_000;

/**
 * Frees a data folder that an earlier server has left behind:
 *
 * - A server that still runs there while the process that started it lives is in use: `data_dir_in_use`.
 * - One whose starter is gone (killed -9 together with its watchdog) is an orphan and is stopped, cleanly if it can be.
 *   It is not reused, since it may run with other settings.
 * - A `postmaster.pid` that names a process which is no server of this folder is removed. PostgreSQL only looks whether such
 *   a process lives, and would refuse to start if the number went to another one meanwhile.
 */
export async function releaseDataDir(dataDir: string): Promise<void> {
  const pid = readNumber(join(dataDir, 'postmaster.pid'));
  if (pid === undefined) return;
  if (servesFolder(pid, dataDir)) {
    const owner = readNumber(join(dataDir, OWNER_FILE));
    if (owner !== undefined && isAlive(owner)) throw inUse(dataDir, owner);
    await stopOrphan(pid, dataDir);
  }
  if (readNumber(join(dataDir, 'postmaster.pid')) === pid) rmSync(join(dataDir, 'postmaster.pid'), { force: true });
}

/** Writes down that this process starts the server, so that another one can tell a server in use from an orphan. */
export function claimDataDir(dataDir: string): void {
  writeFileSync(join(dataDir, OWNER_FILE), `${process.pid}\n`);
}

async function stopOrphan(pid: number, dataDir: string): Promise<void> {
  for (const [signal, patience_ms] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
    ['SIGKILL', KILL_MS],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone, or not ours to stop; the wait below tells which.
    }
    const deadline = performance.now() + patience_ms;
    while (performance.now() < deadline) {
      if (!servesFolder(pid, dataDir)) return;
      await sleep(20);
    }
  }
  throw new ClickstreamError({
    code: 'data_dir_in_use',
    stage: 'local',
    message: `A PostgreSQL server (process ${pid}) left from an earlier run still uses ${dataDir} and could not be stopped. Stop it and try again.`,
  });
}

/** Whether `pid` is a living server of this folder. A server's working folder is its data folder. */
function servesFolder(pid: number, dataDir: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir);
    } catch {
      // A process that has ended but that nobody has waited for has no working folder any more.
      return false;
    }
  }
  if (process.platform === 'win32') return true;
  try {
    return execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).includes('postgres');
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The number in a file's first line. */
function readNumber(file: string): number | undefined {
  try {
    const value = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return value > 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

function inUse(dataDir: string, owner: number): ClickstreamError {
  return new ClickstreamError({
    code: 'data_dir_in_use',
    stage: 'local',
    message: `The PostgreSQL data in ${dataDir} is in use by process ${owner}. Stop that one first, or choose another folder.`,
  });
}
