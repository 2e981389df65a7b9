import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { keepLog } from '../support/log-sink.ts';
import { MARKERS } from '../support/markers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How a run of the command line ended, and what it wrote. */
export interface CliRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the command line that is under way. */
export interface RunningCli {
  readonly process: ChildProcess;
  readonly ended: Promise<CliRun>;
}

/** Starts the command line, as it is built, with the given variables and nothing else that it would read. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCli {
  const child = spawn(process.execPath, [inject('programs').cli, ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: MARKERS.secretKey, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<CliRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      keepLog('cli stderr', stderr);
      if (!isContent(args)) keepLog('cli stdout', stdout);
      resolve({ exitCode, stdout, stderr });
    });
  });
  return { process: child, ended };
}

/** Commands whose stdout is what was asked for: rows, events or dead letters, or examples of them. */
function isContent(args: readonly string[]): boolean {
  return args.includes('--dry-run') || ['rejects', 'try', 'replay'].includes(args[0] ?? '');
}

/** Runs the command line to its end. */
export function runCli(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliRun> {
  return startCli(args, env).ended;
}
