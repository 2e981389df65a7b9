import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { limitCpu } from './cpu-share.ts';

/** A process of the benchmark, and the first line that it printed. */
export interface BenchProcess {
  readonly line: string;
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<void>;
  stop(): void;
}

/**
 * Starts a script of this folder, or one given by its full path, and waits for its first line. Only TypeScript gets a loader:
 * it would be measured, too.
 *
 * @param nodeArgs what Node itself is to do, such as `--cpu-prof`.
 * @param cpuShare how much of one core it may use; as much as there is unless it is given.
 */
export async function startScript(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
  cpuShare?: number,
): Promise<BenchProcess> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const loader = script.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const child = spawn(process.execPath, [...loader, ...nodeArgs, path, ...args], {
    // Warnings of packages about Node's version, many times over.
    env: { NODE_NO_WARNINGS: '1', ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (cpuShare !== undefined) limitCpu(child, cpuShare);
  const ended = once(child, 'exit').then(() => undefined);
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`${script} ended with ${code ?? 'a signal'} before it said anything`)),
    );
  });
  return { line, ended, stop: () => child.kill() };
}
