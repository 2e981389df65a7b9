import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A run of the ETL as a process of its own, to be stopped, woken and killed. */
export class DeadlineProcess {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  /** Resolves with the exit code when the process has ended; null when it was killed. */
  readonly ended: Promise<number | null>;
  /** How often it said that it committed. */
  commits = 0;
  stderr = '';

  constructor(env: Readonly<Record<string, string>>) {
    const { PATH, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
    const child = spawn(process.execPath, [inject('programs').etlProcess], {
      cwd: ROOT,
      env: { PATH, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.ended = once(child, 'exit').then(([code]) => code as number | null);
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (text: Buffer) => (this.stderr += text.toString()));
    this.#ready = new Promise((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line === 'ready') resolve();
        else if (line.startsWith('committed')) this.commits += 1;
      });
    });
  }

  /** Lets the run begin. */
  async begin(payload: unknown): Promise<void> {
    await Promise.race([this.#ready, this.ended]);
    this.#child.stdin!.write(JSON.stringify(payload));
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** Kills it as the machine's end would, stopped or not. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}
