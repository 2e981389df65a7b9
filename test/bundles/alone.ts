import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { keepLog } from '../support/log-sink.ts';

/** Copies a bundle into a folder where nothing else is, as Lambda unpacks it. */
export function putAlone(files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'clickstream-bundle-'));
  for (const file of files) copyFileSync(file, join(folder, basename(file)));
  return folder;
}

/** One call of a handler in a process of its own. */
export interface Call {
  readonly node: string;
  /** Where the bundle lies. */
  readonly folder: string;
  readonly event?: unknown;
  /** All of the environment there is. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it gets a context like Lambda's. */
  readonly context?: boolean;
  /** Whether the process is ended the moment the handler has returned. */
  readonly killed?: boolean;
}

/** What came of a call. */
export interface Answered {
  readonly result?: unknown;
  /** What it threw, with the properties that Lambda would log, the stack and the message. */
  readonly error?: Readonly<Record<string, unknown>>;
  /** How long the process went on after the handler had returned. */
  readonly lingered_ms?: number;
  /** What it wrote to stdout besides. */
  readonly log: string;
}

/** A process that hangs is ended after this; the tests' own limit would leave it running. */
const TIMEOUT_MS = 30_000;
const MARK = '\nanswered ';

/** What the process does: never `process.exit`, so that an open handle shows. */
const SCRIPT = `
  const { event, context, killed } = JSON.parse(process.argv[1]);
  const { handler } = await import('./index.mjs');
  const limits = { getRemainingTimeInMillis: () => 30_000, memoryLimitInMB: '512', awsRequestId: 'request' };
  const answer = await handler(event, context ? limits : undefined).then(
    (result) => ({ result }),
    (error) => ({ error: { ...error, message: error.message, stack: error.stack } }),
  );
  if (killed) process.kill(process.pid, 'SIGKILL');
  const returned_ms = performance.now();
  process.once('exit', () => {
    console.log(${JSON.stringify(MARK)} + JSON.stringify({ ...answer, lingered_ms: performance.now() - returned_ms }));
  });`;

/** Imports the bundle, calls its handler and waits for the process to end by itself. */
export async function call({ node, folder, event = {}, env = {}, context = true, killed = false }: Call) {
  const request = JSON.stringify({ event, context, killed });
  const child = spawn(node, ['--enable-source-maps', '--input-type=module', '-e', SCRIPT, request], {
    cwd: folder,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [log = '', answered] = stdout.split(MARK);
  keepLog('bundle', `${log}${stderr}`);
  if (answered === undefined && !killed) throw new Error(`The handler did not return: ${stdout}${stderr}`);
  return { ...(JSON.parse(answered ?? '{}') as Omit<Answered, 'log'>), log } satisfies Answered as Answered;
}
