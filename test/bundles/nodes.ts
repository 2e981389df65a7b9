import { execFileSync } from 'node:child_process';
import { delimiter } from 'node:path';

/** A Node that bundles are tried with. */
export interface Runtime {
  readonly node: string;
  readonly version: string;
}

/** The Node that runs the tests, and those whose paths `CLICKSTREAM_TEST_NODES` lists, as `PATH` would. */
export function runtimes(): Runtime[] {
  const others = (process.env['CLICKSTREAM_TEST_NODES'] ?? '').split(delimiter).filter((path) => path !== '');
  if (others.length === 0) {
    console.log('Bundles are tried with this Node only: CLICKSTREAM_TEST_NODES lists no others (22 and 24, say).');
  }
  return [process.execPath, ...others].map((node) => ({
    node,
    version: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
  }));
}
