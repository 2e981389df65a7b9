// Runs a command with the project's dependencies there: `node scripts/with-install.mjs COMMAND ARG...`.
// A fresh clone needs nothing but Node and git: what package-lock.json asks for is installed first when it is missing
// or older than the lock file, and otherwise this costs two `stat` calls.
import { spawn, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [command, ...args] = process.argv.slice(2);

/** Milliseconds since the epoch at which a file of the project was written; 0 when there is none. */
function writtenAt(file) {
  return statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function run(program, programArgs, options) {
  const { status, error } = spawnSync(program, programArgs, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  });
  if (error) {
    console.error(`could not run ${program}: ${error.message}`);
    process.exit(1);
  }
  return status ?? 1;
}

// npm writes this file at the end of an install, so it is also missing after one that was interrupted.
if (writtenAt('node_modules/.package-lock.json') < writtenAt('package-lock.json')) {
  console.error('Installing dependencies (once) ...');
  const status = run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
  if (status !== 0) process.exit(status);
}

const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
const child = spawn(command, args, {
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: { ...process.env, PATH: path },
});
// A terminal gives Ctrl-C to the command, too, which decides what it means; ending before it would leave it behind.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('error', (error) => {
  console.error(`could not run ${command}: ${error.message}`);
  process.exit(1);
});
child.on('close', (status) => process.exit(status ?? 1));
