import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { instrumented } from './instrument.ts';

const CHECK = fileURLToPath(new URL('../check-text.ts', import.meta.url));
/** What is fuzzed; the reference that it is compared with is not counted, and neither is what only tests use. */
const DECODER = /[/\\]pipeline[/\\]decode[/\\][^/\\]*\.ts$/;
const FOR_TESTS = /[/\\]testing\.ts$/;

/** The check to be fuzzed, with counters in the decoder. */
export interface Target {
  /** Throws when something does not hold for the text. */
  readonly check: (text: Buffer) => void;
  /** How often each branch was taken since they were last filled with 0; wraps at 256. */
  readonly hits: Uint8Array;
  /** Where each branch is, as `file:line`. */
  readonly places: readonly string[];
}

/** Builds the check with an instrumented decoder. */
export async function loadTarget(): Promise<Target> {
  const places: string[] = [];
  const built = await build({
    entryPoints: [CHECK],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    plugins: [
      {
        name: 'count branches',
        setup: (bundler) => {
          bundler.onLoad({ filter: DECODER }, async ({ path }) => {
            if (FOR_TESTS.test(path)) return undefined;
            const text = await readFile(path, 'utf8');
            const made = instrumented(text, places.length);
            places.push(...made.lines.map((line) => `${basename(path)}:${line}`));
            return { contents: made.code, loader: 'ts' };
          });
        },
      },
    ],
  });
  const hits = new Uint8Array(places.length);
  Object.assign(globalThis, { __hits: hits });
  const url = `data:text/javascript;base64,${Buffer.from(built.outputFiles[0]!.contents).toString('base64')}`;
  const { checkText } = (await import(url)) as { checkText: Target['check'] };
  return { check: checkText, hits, places };
}
