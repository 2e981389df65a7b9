// Mutation testing: `npm run mutation` for all that stryker.config.mjs names, `npm run mutation -- FILE...` for some files.
// Each mutant is the code with one small change; a test that fails has killed it. One that survives is a change that no
// test notices. What cannot be noticed, because it changes nothing that anybody could see, is listed in equivalent.mjs.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EQUIVALENT } from './equivalent.mjs';

/** Percent of the mutants that could be killed; a whole run that kills fewer fails. */
const REQUIRED_SCORE = 85;

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
const reportFile = join(root, 'coverage', 'mutation', 'report.json');

installOnce();
const files = process.argv.slice(2).map((file) => relative(root, file));
const status = run(process.execPath, [
  join(here, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js'),
  'run',
  join(here, 'stryker.config.mjs'),
  ...(files.length > 0 ? ['--mutate', files.join(',')] : []),
]);
if (status !== 0) process.exit(status);
const score = report(JSON.parse(readFileSync(reportFile, 'utf8')));
if (files.length === 0 && score < REQUIRED_SCORE) {
  console.error(`Fewer than ${REQUIRED_SCORE} % were killed.`);
  process.exit(1);
}

/** Stryker is no dependency of the product; it is installed here when it is missing or older than the lock file. */
function installOnce() {
  const writtenAt = (file) => statSync(join(here, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (writtenAt('node_modules/.package-lock.json') >= writtenAt('package-lock.json')) return;
  console.error('Installing Stryker (once) ...');
  const failed = run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, shell: process.platform === 'win32' });
  if (failed) process.exit(failed);
}

function run(program, args, options) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', cwd: root, ...options });
  if (error) {
    console.error(`could not run ${program}: ${error.message}`);
    process.exit(1);
  }
  return status ?? 1;
}

/** Prints the survivors and a line per file; returns the percentage of all. */
function report({ files: reported }) {
  const total = { mutants: 0, killed: 0, equivalent: 0, survived: 0 };
  const lines = [];
  const used = new Set();
  for (const [file, { source, mutants }] of Object.entries(reported)) {
    const counts = { mutants: 0, killed: 0, equivalent: 0, survived: 0 };
    for (const mutant of mutants) {
      // The others have not run: they do not compile, or are ignored.
      if (!['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(mutant.status)) continue;
      counts.mutants += 1;
      const known = EQUIVALENT.find((entry) => matches(entry, file, source, mutant));
      if (mutant.status === 'Killed' || mutant.status === 'Timeout') counts.killed += 1;
      else if (known) {
        counts.equivalent += 1;
        used.add(known);
      } else {
        counts.survived += 1;
        console.log(`${file}:${mutant.location.start.line} survived: ${change(source, mutant)}`);
      }
    }
    for (const name of Object.keys(total)) total[name] += counts[name];
    lines.push([file, counts]);
  }
  console.log(
    `\n${'score'.padStart(6)} ${'mutants'.padStart(8)} ${'killed'.padStart(7)} ${'equivalent'.padStart(11)} survived`,
  );
  for (const [name, counts] of [...lines, ['all', total]]) console.log(`${line(counts)}  ${name}`);
  const stale = EQUIVALENT.filter((entry) => entry.file in reported && !used.has(entry));
  for (const { file, line } of stale)
    console.log(`equivalent.mjs names a mutant that no longer survives: ${file}: ${line}`);
  return scoreOf(total);
}

function matches({ file, line, becomes }, mutatedFile, source, mutant) {
  if (file !== mutatedFile) return false;
  const text = source.split('\n')[mutant.location.start.line - 1];
  return text.includes(line) && becomes.includes(squeezed(mutant.replacement));
}

/** What the mutant changes, on one line. */
function change(source, { location: { start, end }, replacement }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return `${squeezed(lines.join('\n'))}  ->  ${squeezed(replacement)}`;
}

function squeezed(text) {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function scoreOf({ mutants, killed, equivalent }) {
  return mutants === equivalent ? 100 : (100 * killed) / (mutants - equivalent);
}

function line(counts) {
  const { mutants, killed, equivalent, survived } = counts;
  const columns = [`${scoreOf(counts).toFixed(1)} %`, mutants, killed, equivalent, survived];
  return columns.map((value, at) => String(value).padStart([7, 8, 7, 11, 8][at])).join(' ');
}
