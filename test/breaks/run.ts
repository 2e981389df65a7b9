/**
 * Breaks the product on purpose, one promise at a time, and sees that a test turns red: `npm run test:breaks`, or
 * `npm run test:breaks -- 3 7` for the breaks of some invariants. Works on a copy of the checkout.
 */
import { cpSync, chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BREAKS, editsOf, type Break } from './breaks.ts';
import { runTests, type FailedTest } from './run-tests.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What a copy does not need, or must not have of its own. */
const LEFT_OUT = new Set(['.git', 'node_modules', 'dist']);

interface Outcome {
  readonly broken: Break;
  /** The test that noticed; absent when none did. */
  readonly noticed?: FailedTest;
  readonly took_s: number;
}

const wanted = new Set(process.argv.slice(2).map(Number));
const breaks = BREAKS.filter(({ invariant }) => wanted.size === 0 || wanted.has(invariant));
const copy = copyOfCheckout();
const outcomes: Outcome[] = [];
try {
  const redAnyway = testsThatFailAnyway();
  for (const broken of breaks) {
    const began_ms = performance.now();
    const noticed = testThatNotices(broken, redAnyway);
    const took_s = Math.round((performance.now() - began_ms) / 1000);
    outcomes.push({ broken, took_s, ...(noticed ? { noticed } : {}) });
    console.log(`${String(broken.invariant).padStart(2)}  ${broken.what}`);
    console.log(
      noticed ? `    red in ${took_s} s: ${noticed.name}\n    ${noticed.why}` : `    NOT NOTICED (${took_s} s)`,
    );
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log('\n| invariant | what is broken | the test that turns red | s |\n| --- | --- | --- | --- |');
for (const { broken, noticed, took_s } of outcomes) {
  const test = noticed ? `${broken.test}: ${noticed.name}` : '**none**';
  console.log(`| ${broken.invariant} | ${broken.what} | ${test} | ${took_s} |`);
}
const found = outcomes.filter(({ noticed }) => noticed).length;
console.log(`\n${found} of ${breaks.length} breaks turned a test red`);
process.exitCode = found === breaks.length && found > 0 ? 0 : 1;

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

/** Names of the tests that are red in the sound product; one of these notices nothing. */
function testsThatFailAnyway(): ReadonlySet<string> {
  const failed = ['src/', 'test/'].flatMap((folder) => {
    const some = breaks.filter(({ test }) => test.startsWith(folder));
    if (some.length === 0) return [];
    return runTests(
      copy,
      some.map(({ test }) => test),
      some.map(({ only }) => only),
    );
  });
  for (const { name, why } of failed) console.log(`red without any break: ${name}\n    ${why}`);
  return new Set(failed.map(({ name }) => name));
}

/** The test that turns red with a break in place; the sound text is put back afterwards. */
function testThatNotices(broken: Break, redAnyway: ReadonlySet<string>): FailedTest | undefined {
  const sound = new Map<string, string>();
  try {
    for (const { file, from, to } of editsOf(broken)) {
      const path = join(copy, file);
      const text = readFileSync(path, 'utf8');
      if (!sound.has(path)) sound.set(path, text);
      if (text.split(from).length !== 2) throw new Error(`${file} does not hold this once: ${from}`);
      writeFileSync(
        path,
        text.replace(from, () => to),
      );
    }
    // A test that only ran out of time says nothing of the promise: the machine may have been slow.
    return runTests(copy, [broken.test], [broken.only]).find(({ name, timedOut }) => !timedOut && !redAnyway.has(name));
  } finally {
    for (const [path, text] of sound) writeFileSync(path, text);
  }
}
