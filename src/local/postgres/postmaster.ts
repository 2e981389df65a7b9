import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClickstreamError } from '../../errors.ts';
import { type Account, runAs } from './account.ts';
import { program } from './binaries.ts';
import { CLEAN_ENVIRONMENT } from './cluster.ts';
import { watchParent } from './watchdog.ts';

/** How a server is told to end: `fast` ends its sessions and flushes, `immediate` leaves it to recover at the next start. */
export type StopMode = 'fast' | 'immediate';

const STOP_MS = { fast: 20_000, immediate: 5_000 };

export interface PostmasterOptions {
  readonly binDir: string;
  readonly dataDir: string;
  readonly port: number;
  readonly account: Account | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

/** A `postgres` process that was started, whether or not it takes connections yet. */
export interface Postmaster {
  readonly pid: number;
  /** Whether the process has ended, on its own or not. */
  readonly ended: boolean;
  /** Settles when the process has ended. */
  readonly exit: Promise<void>;
  /** The file that the server writes its messages to; made anew at each start. */
  readonly logFile: string;
  /** The last lines that the server wrote, for an error message. */
  lastWords(): string;
  /** Ends the server if it still runs, and waits until it has ended. */
  stop(mode: StopMode): Promise<void>;
}

/**
 * Starts the server process. It cannot outlive us: a watchdog stops it when this process ends, in whatever way.
 *
 * It writes to a file and not to a pipe: a full pipe would stall every session of the server, and a pipe whose reader was
 * killed would lose the messages that explain why.
 */
export function spawnPostmaster({ binDir, dataDir, port, account, settings }: PostmasterOptions): Postmaster {
  const logFile = join(dataDir, 'clickstream.log');
  const log = openSync(logFile, 'w', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(program(binDir, 'postgres'), commandLine(dataDir, port, settings), {
      ...runAs(account),
      cwd: dataDir,
      env: CLEAN_ENVIRONMENT,
      stdio: ['ignore', log, log],
      // In a process group of its own: Ctrl-C in a terminal is for us, who then stop it when its clients are done.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
  } finally {
    closeSync(log);
  }
  const { pid } = child;
  let ended = pid === undefined;
  const exit = new Promise<void>((resolve) => {
    child.once('exit', () => {
      ended = true;
      resolve();
    });
    child.once('error', () => {
      ended = true;
      resolve();
    });
  });
  // A server that its owner forgot to stop does not keep the owner's process alive; the watchdog stops it then.
  child.unref();
  if (pid === undefined) {
    throw new ClickstreamError({
      code: 'postgres_failed',
      stage: 'local',
      message: `${program(binDir, 'postgres')} could not be run. Check that this user may run it.`,
    });
  }
  const stopWatching = watchParent(pid, child);
  void exit.then(stopWatching);

  return {
    pid,
    logFile,
    exit,
    get ended() {
      return ended;
    },
    lastWords: () => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-12).join('\n'),
    async stop(mode) {
      child.ref();
      const steps: StopMode[] = mode === 'fast' ? ['fast', 'immediate'] : ['immediate'];
      for (const step of steps) {
        if (ended) return;
        requestStop(child, binDir, dataDir, step);
        await Promise.race([exit, timeout(STOP_MS[step])]);
      }
      if (!ended) child.kill('SIGKILL');
      await exit;
    },
  };
}

function commandLine(dataDir: string, port: number, settings: Readonly<Record<string, string>>): string[] {
  const all: Record<string, string> = {
    timezone: 'UTC',
    ...settings,
    listen_addresses: '127.0.0.1',
    // The folder for sockets that a build expects may not exist here, and their paths are limited to 107 bytes.
    unix_socket_directories: '',
    logging_collector: 'off',
    log_destination: 'stderr',
    lc_messages: 'C',
  };
  return [
    '-D',
    dataDir,
    '-p',
    String(port),
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

function requestStop(child: ChildProcess, binDir: string, dataDir: string, mode: StopMode): void {
  if (process.platform === 'win32') {
    // Windows has no signals; this is how PostgreSQL's own tool does without them.
    spawnSync(program(binDir, 'pg_ctl'), ['stop', '-D', dataDir, '-m', mode, '-W'], { stdio: 'ignore' });
    return;
  }
  child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
}

function timeout(duration_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration_ms).unref());
}
