/**
 * Breaks the product on purpose, one invariant at a time, and sees that a test turns red: `npm run test:breaks`, or
 * `npm run test:breaks -- 3 7` for some. Works on a copy of the checkout.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BREAKS, type Break } from './breaks.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What a copy does not need, or must not have of its own. */
const LEFT_OUT = new Set(['.git', 'node_modules', 'dist']);

/** The part of vitest's JSON report that tells which tests failed. */
interface Report {
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const wanted = new Set(process.argv.slice(2).map(Number));
const breaks = BREAKS.filter(({ invariant }) => wanted.size === 0 || wanted.has(invariant));
const copy = copyOfCheckout();
let survived = 0;
try {
  for (const one of breaks) {
    const began_ms = performance.now();
    const failed = failedTests(one);
    const took = `${((performance.now() - began_ms) / 1000).toFixed(0)} s`;
    if (failed.length === 0) survived += 1;
    const verdict = failed.length === 0 ? 'NOT NOTICED' : `red: ${failed.length} of ${one.test}, as "${failed[0]!}"`;
    console.log(`${String(one.invariant).padStart(2)}  ${one.what}\n    ${verdict} (${took})`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`\n${breaks.length - survived} of ${breaks.length} breaks turned a test red`);
process.exitCode = survived === 0 ? 0 : 1;

function copyOfCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clickstream-breaks-'));
  // The tests' Postgres may run as another user, who must get through.
  chmodSync(folder, 0o755);
  cpSync(ROOT, folder, {
    recursive: true,
    filter: (source) => !LEFT_OUT.has(source.slice(ROOT.length).split('/').pop()!),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Names of the tests that fail with a break in place; the sound text is put back afterwards. */
function failedTests({ file, from, to, test }: Break): string[] {
  const path = join(copy, file);
  const sound = readFileSync(path, 'utf8');
  const report = join(copy, 'breaks-report.json');
  rmSync(report, { force: true });
  writeFileSync(
    path,
    sound.replace(from, () => to),
  );
  try {
    const project = test.startsWith('src/') ? 'unit' : 'integration';
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--project',
        project,
        '--reporter=json',
        `--outputFile=${report}`,
        test,
      ],
      { cwd: copy, encoding: 'utf8', timeout: 600_000, env: { ...process.env, CI: 'true' } },
    );
    const { testResults } = readReport(report, stdout + stderr);
    return testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName.trim()),
    );
  } finally {
    writeFileSync(path, sound);
  }
}

/** A break that keeps the tests from running at all proves nothing. */
function readReport(file: string, output: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    throw new Error(`vitest wrote no report:\n${output.slice(-2000)}`);
  }
}
