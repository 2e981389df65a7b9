import { execFile } from 'node:child_process';

/** How a program ended, and all that it wrote, in one. */
export interface ProgramRun {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs Node with some arguments in a folder, to its end. */
export function runNode(args: readonly string[], cwd: string): Promise<ProgramRun> {
  return new Promise((resolve) => {
    // What tests of this one are told about themselves is not for those of another.
    const own = ['NODE_OPTIONS', 'VITEST', 'NODE_TEST_CONTEXT'];
    const others = Object.entries(process.env).filter(([name]) => !own.includes(name));
    const env = { ...Object.fromEntries(others), NO_COLOR: '1' };
    execFile(process.execPath, args, { cwd, env }, (error, stdout, stderr) => {
      const code = error?.code;
      resolve({ exitCode: error ? (typeof code === 'number' ? code : 1) : 0, output: stdout + stderr });
    });
  });
}
