import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { ClickstreamError } from '../errors.ts';

/**
 * Imports a file of somebody's own, TypeScript included. Node reads TypeScript itself from 22.18 on (and 24, and with
 * tsx); an older one, or syntax that Node does not take, such as an enum, is left to the esbuild that is installed beside
 * the file: whoever builds a Lambda has it.
 *
 * @throws ClickstreamError `no_typescript` when neither can read it, and whatever the file throws.
 */
export async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (error) {
    if (!isForEsbuild(error)) throw error;
    readTypeScriptWith(esbuildBeside(url));
    // Another name for the file, since Node remembers that it could not read it.
    return (await import(`${url}?typescript`)) as Record<string, unknown>;
  }
}

/** Node's words for a file that it leaves to others. */
const FOR_ESBUILD = new Set(['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX']);

function isForEsbuild(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '' } = error as NodeJS.ErrnoException;
  return FOR_ESBUILD.has(code) && (code !== 'ERR_UNKNOWN_FILE_EXTENSION' || /\.m?ts\b/.test(error.message));
}

function esbuildBeside(url: string): string {
  for (const from of [url, import.meta.url]) {
    try {
      return pathToFileURL(createRequire(from).resolve('esbuild')).href;
    } catch {
      // The next one may have it.
    }
  }
  throw new ClickstreamError({
    code: 'no_typescript',
    stage: 'config',
    message:
      `is TypeScript, which Node ${process.version} cannot read by itself: use Node 22.18 or later, or install esbuild ` +
      'beside the file (npm install --save-dev esbuild), or give the JavaScript that it is compiled to.',
  });
}

/** Node takes hooks for importing as a module of their own. */
const HOOKS = `
  import { readFile } from 'node:fs/promises';
  import { fileURLToPath } from 'node:url';
  let transform;
  export async function initialize({ esbuild }) {
    ({ transform } = (await import(esbuild)).default);
  }
  export async function load(url, context, next) {
    const { protocol, pathname } = new URL(url);
    if (protocol !== 'file:' || !/\\.m?ts$/.test(pathname)) return next(url, context);
    const sourcefile = fileURLToPath(url);
    const source = await readFile(sourcefile, 'utf8');
    const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'node20', sourcemap: 'inline', sourcefile });
    return { format: 'module', source: code, shortCircuit: true };
  }`;

let registered = false;

function readTypeScriptWith(esbuild: string): void {
  if (registered) return;
  registered = true;
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data: { esbuild } });
}
