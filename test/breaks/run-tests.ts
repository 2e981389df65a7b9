import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A test that failed, and the first line of why. */
export interface FailedTest {
  readonly name: string;
  readonly why: string;
  readonly timedOut: boolean;
}

/** The part of vitest's JSON report that tells which tests failed. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

const LIMIT_MS = 600_000;

/**
 * Runs tests of a checkout, those of `files` whose names have one of the `parts` in them, and gives those that failed. All
 * files are of one project: unit tests, or integration tests.
 *
 * @throws when vitest did not get as far as a report.
 */
export function runTests(checkout: string, files: readonly string[], parts: readonly string[]): FailedTest[] {
  const report = join(checkout, 'breaks-report.json');
  rmSync(report, { force: true });
  const names = Array.from(new Set(parts), (part) => part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
  const args = [
    'run',
    `--project=${files[0]!.startsWith('src/') ? 'unit' : 'integration'}`,
    '--reporter=json',
    `--outputFile=${report}`,
    `--testNamePattern=${names}`,
    // The unit tests' own limit is one for a machine that has nothing else to do.
    '--testTimeout=60000',
    ...new Set(files),
  ];
  const { stdout, stderr } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
    cwd: checkout,
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env: { ...process.env, CI: 'true' },
  });
  return readReport(report, stdout + stderr).testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(failedTest),
  );
}

function failedTest({ fullName, failureMessages = [] }: Report['testResults'][0]['assertionResults'][0]): FailedTest {
  const why = failureMessages[0]?.split('\n')[0]?.slice(0, 200) ?? '';
  // The report has the stack that vitest keeps of a test for when it runs out of time, and not the message.
  return { name: fullName.trim(), why, timedOut: /STACK_TRACE_ERROR|timed out in \d+ ?ms/.test(why) };
}

/** A break that keeps the tests from running at all proves nothing. */
function readReport(file: string, output: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    throw new Error(`vitest wrote no report:\n${output.slice(-2000)}`);
  }
}
