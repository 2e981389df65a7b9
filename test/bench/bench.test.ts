import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../../scripts/build/bundles.ts';
import { runNode, type ProgramRun } from '../support/run-program.ts';

const BENCH = ['--import', 'tsx', '--conditions=clickstream-source', 'bench/run.ts'];

let out: string;
beforeAll(() => (out = mkdtempSync(join(tmpdir(), 'clickstream-bench-test-'))));
afterAll(() => rmSync(out, { recursive: true }));

const bench = (...args: string[]): Promise<ProgramRun> => runNode([...BENCH, ...args, '--out', out], ROOT);

it('a row is measured on a real server and reported beside its targets', async () => {
  const { exitCode, output } = await bench('quick', 'rerun', '--scale', '0.002');
  expect(output).toMatch(/rerun of a loaded hour: wall over the first load .*\n.* WAL .* MB .*\| +met \|/);
  expect(output).toContain('Every size is multiplied by 0.002');
  expect(exitCode).toBe(0);
  expect(readdirSync(out).sort()).toEqual(['RESULTS.md', 'results.svg']);
  const report = readFileSync(join(out, 'RESULTS.md'), 'utf8');
  expect(report).toContain('`npm run bench -- quick rerun --scale 0.002');
  expect(report).toContain('Client CPU');
  expect(readFileSync(join(out, 'results.svg'), 'utf8').match(/<rect/g)).toHaveLength(3);
}, 120_000);

it('a row that does not exist is refused before anything is built, with those that do', async () => {
  const { exitCode, output } = await bench('houre');
  expect(exitCode).toBe(2);
  expect(output).toContain('There is no row "houre"; rows are hour, rows-only');
});
