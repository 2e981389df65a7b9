import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { NODE_MODULE, REQUIRE, SQL_OF_A_RUN, withoutFiles, withProjectPaths } from './bundle.ts';
import { declarations } from './declarations.ts';
import { notices } from './notices.ts';
import { replaceModules } from './replace-modules.ts';

const SOURCE = 'clickstream-source';

/** One way into the package: `clickstream` is `.`, `clickstream/transforms` is `./transforms`. */
export interface Subpath {
  readonly name: string;
  /** The source that it is built from, relative to the project. */
  readonly source: string;
}

/** The subpaths that package.json exports, with the source that each names under the condition `clickstream-source`. */
export function subpaths(root: string): Subpath[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | Record<string, string>>;
  };
  return Object.entries(exports).flatMap(([name, target]) =>
    typeof target === 'string' ? [] : [{ name, source: target[SOURCE]!.replace(/^\.\//, '') }],
  );
}

/** What was built of the package that people import. */
export interface Library {
  readonly outDir: string;
  readonly size_bytes: number;
}

/**
 * Builds the package's modules and their type declarations into `outDir`/lib, replacing what an earlier build left. What
 * they have in common is in chunks, so that an error or a transform is the same by whichever way it comes. All that they
 * need is in them, SQL included: installing the package installs nothing else, and a bundle made with it runs alone.
 */
export async function buildLibrary(root: string, outDir: string): Promise<Library> {
  const outdir = join(outDir, 'lib');
  rmSync(outdir, { recursive: true, force: true });
  const { size_bytes, inputs } = await buildModules(root, outdir);
  const entries = subpaths(root).map(({ source }) => source);
  for (const [file, text] of declarations(root, entries)) write(join(outdir, 'types', file), text);
  write(join(outdir, 'THIRD-PARTY-LICENSES.txt'), notices(root, inputs));
  return { outDir: outdir, size_bytes };
}

/** Builds the modules alone, into a folder. */
export async function buildModules(
  root: string,
  outdir: string,
): Promise<{ readonly size_bytes: number; readonly inputs: readonly string[] }> {
  const { outputFiles, metafile, warnings } = await build({
    ...NODE_MODULE,
    absWorkingDir: root,
    entryPoints: subpaths(root).map(({ source }) => source),
    outdir,
    write: false,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // Somebody's bundler may make CommonJS of it, where there is no import.meta.url.
    banner: { js: REQUIRE.replace('import.meta.url', 'import.meta.url??__filename') },
    external: ['pg-native'],
    plugins: [replaceModules(root, withoutFiles(root, SQL_OF_A_RUN))],
    metafile: true,
    logLevel: 'warning',
  });
  if (warnings.length > 0) throw new Error('esbuild warned about the library');
  for (const { path, contents, text } of outputFiles) {
    write(path, path.endsWith('.map') ? withProjectPaths(text, dirname(path), root) : contents);
  }
  const code = outputFiles.filter(({ path }) => path.endsWith('.js'));
  return {
    size_bytes: code.reduce((sum, { contents }) => sum + contents.length, 0),
    inputs: Object.keys(metafile.inputs).sort(),
  };
}

function write(file: string, contents: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
}
