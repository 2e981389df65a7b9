import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { HOSTILE_REQUESTS } from './hostile-requests.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Less than the smallest function has; a copy too many of each body would be more. */
const HEAP_MB = 96;
const ROUNDS = 3;
const MIB = 2 ** 20;

interface Answered {
  readonly name: string;
  readonly statuses: readonly number[];
  readonly stored_bytes: number;
  readonly answer_bytes: number;
  readonly polluted: boolean;
}

let exit: { readonly code: number | null; readonly stderr: string };
const answers = new Map<string, Answered>();

beforeAll(async () => {
  const args = [
    `--max-old-space-size=${HEAP_MB}`,
    '--import',
    'tsx',
    'test/security/ingest-process.ts',
    String(ROUNDS),
  ];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  for (const line of stdout.split('\n').filter((one) => one !== '')) {
    const answered = JSON.parse(line) as Answered;
    answers.set(answered.name, answered);
  }
  exit = { code: await ended, stderr };
}, 180_000);

it(`a process with a heap of ${HEAP_MB} MB answers all of them and lives`, () => {
  expect(exit.stderr).not.toContain('heap out of memory');
  expect(exit).toMatchObject({ code: 0 });
  expect(answers.size).toBe(HOSTILE_REQUESTS.length);
});

it.each(HOSTILE_REQUESTS.map(({ name, status }) => [name, status] as const))('%s: %i', (name, status) => {
  const answered = answers.get(name);
  expect(answered?.statuses).toEqual(Array.from({ length: ROUNDS }, () => status));
  expect(answered?.polluted, 'Object.prototype is as it was').toBe(false);
  // Escapes and numbers grow sixfold at most when they are written; what is known of the request is cut to 1,024 characters
  // each, and stored with each of 500 events.
  expect(answered?.stored_bytes).toBeLessThan(status === 200 ? 12 * MIB : 1);
  expect(answered?.answer_bytes).toBeLessThan(64 * 1024);
});
