import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { keepLog } from '../support/log-sink.ts';
import { MARKERS } from '../support/markers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A run of the ETL in a process that can be killed. */
export class EtlProcess {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  /** Resolves with the exit code when the process has ended; null when it was killed. */
  readonly ended: Promise<number | null>;
  /** How often it said that it committed. */
  commits = 0;
  /** The run's status, once it has one. */
  status: string | undefined;
  #stderr = '';

  /** Starts the process, which then waits for {@link begin}. */
  constructor(env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, [inject('programs').etlProcess], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: MARKERS.secretKey, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.ended = once(child, 'exit').then(([code]) => code as number | null);
    // Killed before it has read its payload.
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (text: Buffer) => {
      keepLog('etl process', text.toString());
      this.#stderr += text.toString();
    });
    this.#ready = new Promise((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line === 'ready') resolve();
        else if (line.startsWith('committed')) this.commits += 1;
        else this.status = line;
      });
    });
  }

  /** Lets the run begin. */
  async begin(payload: unknown): Promise<void> {
    await Promise.race([this.#ready, this.ended.then(() => this.#fail())]);
    this.#child.stdin!.write(JSON.stringify(payload));
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Kills it as the machine's end would: nothing of it runs any more, and nobody is told. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  #fail(): never {
    throw new Error(`The process ended before it began: ${this.#stderr}`);
  }
}
