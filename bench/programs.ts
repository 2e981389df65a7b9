import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { NODE_MODULE, SQL_OF_A_RUN, withoutFiles } from '../scripts/build/bundle.ts';
import { buildBundles, NATIVE_DRIVER, ROOT, type Built } from '../scripts/build/bundles.ts';
import { replaceModules } from '../scripts/build/replace-modules.ts';

const CACHE = join(ROOT, 'node_modules/.cache/clickstream-bench');

/** Programs of `bench/programs`, by their file names. */
const PROGRAMS = [
  's3',
  'copy',
  'rows-only',
  'stages',
  'list',
  'sdk-get',
  'peer-insert',
  'peer-jsonb',
  'peer-duckdb',
] as const;
export type ProgramName = (typeof PROGRAMS)[number];

/** What is measured, built as it is deployed: a process that runs TypeScript would measure its loader, too. */
export interface Programs {
  /** The two functions and the command line. */
  readonly built: readonly Built[];
  readonly etl: string;
  readonly cli: string;
  readonly program: Readonly<Record<ProgramName, string>>;
  remove(): void;
}

/** Builds the product and the bench's programs into a folder of this process. */
export async function buildPrograms(): Promise<Programs> {
  const folder = join(CACHE, String(process.pid));
  const built = await buildBundles(folder);
  const bench = join(folder, 'bench');
  // At once, with what they have in common in chunks: one by one they would take ten seconds.
  await build({
    ...NODE_MODULE,
    absWorkingDir: ROOT,
    entryPoints: PROGRAMS.map((name) => `bench/programs/${name}.ts`),
    outdir: bench,
    bundle: true,
    splitting: true,
    outExtension: { '.js': '.mjs' },
    external: [NATIVE_DRIVER],
    plugins: [replaceModules(ROOT, withoutFiles(ROOT, SQL_OF_A_RUN))],
    logLevel: 'warning',
  });
  return {
    built,
    etl: join(folder, 'lambda/etl/index.mjs'),
    cli: join(folder, 'cli/clickstream.mjs'),
    program: Object.fromEntries(PROGRAMS.map((name) => [name, join(bench, `${name}.mjs`)])) as Record<
      ProgramName,
      string
    >,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Builds the ETL for profiles, with its names and sources, and leaves it there: a profile means nothing without it. */
export async function buildReadableEtl(folder: string): Promise<string> {
  const outfile = join(folder, 'etl.mjs');
  await build({
    ...NODE_MODULE,
    minify: false,
    sourcesContent: true,
    absWorkingDir: ROOT,
    entryPoints: ['src/lambda/etl.ts'],
    outfile,
    bundle: true,
    external: [NATIVE_DRIVER],
    plugins: [replaceModules(ROOT, withoutFiles(ROOT, SQL_OF_A_RUN))],
    logLevel: 'warning',
  });
  return outfile;
}

const DUCKDB = '@duckdb/node-api';
const DUCKDB_VERSION = '1.5.6-r.1';

/**
 * DuckDB's package as something to import, installed into a cache on first use (70 MB): what only a peer needs is no dependency
 * of the project. Undefined, with the reason said, when it cannot be had.
 */
export function duckdb(say: (text: string) => void): string | undefined {
  const folder = join(CACHE, 'duckdb');
  const entry = join(folder, 'node_modules', DUCKDB, 'lib/index.js');
  if (!existsSync(entry)) {
    say(`installing ${DUCKDB} ${DUCKDB_VERSION}`);
    mkdirSync(folder, { recursive: true });
    try {
      const args = [
        'install',
        '--prefix',
        folder,
        '--no-audit',
        '--no-fund',
        '--silent',
        `${DUCKDB}@${DUCKDB_VERSION}`,
      ];
      execFileSync('npm', args, { stdio: 'ignore', shell: process.platform === 'win32', timeout: 120_000 });
    } catch {
      return undefined;
    }
  }
  return existsSync(entry) ? pathToFileURL(entry).href : undefined;
}
