import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Prints how long importing the bundle in the working folder takes; starting Node itself is not in it. */
const IMPORT = `
  const started_ms = performance.now();
  await import('./index.mjs');
  console.log(performance.now() - started_ms);`;

/**
 * Milliseconds from the start of an import until a bundle's handler can be called, the median of several processes. The
 * bundle lies alone in a folder, as it does in Lambda.
 */
export function coldStart_ms(bundleFile: string, runs: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'clickstream-cold-start-'));
  try {
    copyFileSync(bundleFile, join(folder, 'index.mjs'));
    const durations_ms = Array.from({ length: runs }, () =>
      Number(
        execFileSync(process.execPath, ['--input-type=module', '-e', IMPORT], {
          cwd: folder,
          env: {},
          encoding: 'utf8',
        }),
      ),
    );
    return durations_ms.sort((a, b) => a - b)[Math.floor(runs / 2)]!;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
