import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { embeddedSql } from './embedded-sql.ts';
import { notices } from './notices.ts';
import { replaceModules } from './replace-modules.ts';

/** A program that is built into one file. */
export interface BundleSpec {
  /** Relative to the project, as are the others. */
  readonly entry: string;
  readonly outFile: string;
  /** Folders of `sql/` that it needs. */
  readonly sql: readonly string[];
  /** Packages that it finds at run time or does without. */
  readonly external?: readonly string[];
  readonly executable?: boolean;
}

/** What was built. */
export interface Bundle {
  readonly spec: BundleSpec;
  /** The program, its source map and the licences of what it contains: absolute paths. */
  readonly files: readonly [program: string, map: string, licences: string];
  readonly size_bytes: number;
  /** The files of which something is in it, relative to the project. */
  readonly sources: readonly string[];
  /** What it imports at run time. */
  readonly imports: readonly string[];
  readonly metafile: Metafile;
}

/**
 * What CommonJS packages call in an ES module, which has none of its own. The name that is imported is not one that
 * another module would use.
 */
export const REQUIRE = `import{createRequire as requireOfBundle}from'node:module';const require=requireOfBundle(import.meta.url);`;

/** How everything is built: ES modules for Node, small, with errors that name places in the sources. */
export const NODE_MODULE = {
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // The ES modules of the AWS SDK, of which what is not used is left out: a quarter of its size.
  mainFields: ['module', 'main'],
  minify: true,
  // Lambda logs an error by the name of its class.
  keepNames: true,
  sourcemap: 'linked',
  // Places are all that a stack needs; the sources are ours and the packages'.
  sourcesContent: false,
  legalComments: 'none',
  banner: { js: REQUIRE },
  // On Node 20, which has no such object, pg makes a Response to find out where it runs: 20 ms to load Node's fetch.
  define: { navigator: '{"userAgent":"Node.js"}' },
} as const satisfies BuildOptions;

/**
 * Builds a program into one ES module with everything that it needs, and a source map beside it.
 *
 * @param root the project's folder.
 * @param outDir where `outFile` goes.
 * @throws Error for anything that esbuild would only warn about.
 */
export async function bundle(root: string, outDir: string, spec: BundleSpec): Promise<Bundle> {
  const program = join(outDir, spec.outFile);
  const { outputFiles, metafile, warnings } = await build({
    absWorkingDir: root,
    entryPoints: [spec.entry],
    outfile: program,
    write: false,
    bundle: true,
    ...NODE_MODULE,
    external: [...(spec.external ?? [])],
    plugins: [replaceModules(root, withoutFiles(root, spec.sql))],
    metafile: true,
    logLevel: 'warning',
  });
  if (warnings.length > 0) throw new Error(`esbuild warned about ${spec.entry}`);

  const code = outputFiles.find(({ path }) => path.endsWith('.mjs'))!.contents;
  const map = outputFiles.find(({ path }) => path.endsWith('.map'))!.text;
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)!;
  const kept = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const sources = kept.map(([source]) => source).sort();
  const files = [program, `${program}.map`, join(dirname(program), 'THIRD-PARTY-LICENSES.txt')] as const;
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(files[0], code);
  writeFileSync(files[1], withProjectPaths(map, dirname(program), root));
  writeFileSync(files[2], notices(root, sources));
  if (spec.executable === true) chmodSync(program, 0o755);
  return {
    spec,
    files,
    size_bytes: code.length,
    sources,
    imports: output.imports.map(({ path }) => path),
    metafile,
  };
}

/** The folders of `sql/` that a run of the ETL reads. */
export const SQL_OF_A_RUN = ['statements', 'settle', 'rollups'];

/** What stands in for the modules that read files of the project. */
export function withoutFiles(root: string, sqlFolders: readonly string[]): Record<string, string> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return {
    'src/warehouse/sql.ts': embeddedSql(root, sqlFolders),
    'src/cli/version.ts': `export const packageVersion = () => ${JSON.stringify(version)};`,
  };
}

/**
 * Names sources as they are named in the project, wherever that lies and wherever the bundle was written. What `define`
 * put in has no file.
 */
export function withProjectPaths(map: string, mapFolder: string, root: string): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  parsed.sources = parsed.sources.map((source) =>
    source.includes('<') ? basename(source) : relative(root, resolve(mapFolder, source)).split(sep).join('/'),
  );
  return JSON.stringify(parsed);
}
