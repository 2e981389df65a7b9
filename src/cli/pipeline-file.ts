import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ClickstreamError } from '../errors.ts';
import { defaultPipeline } from '../etl/default-pipeline.ts';
import { whatItIs } from '../etl/pipeline/look.ts';
import { definePipeline, type Pipeline } from '../etl/pipeline/pipeline.ts';
import type { Transform } from '../etl/pipeline/transform.ts';
import { placesOf } from '../places.ts';
import { importModule } from './import-module.ts';

const EXAMPLE = 'export default defineEtl({ transforms: [...standardTransforms, yours] });';

/**
 * The pipeline that a file exports by default: what `defineEtl` or `definePipeline` made, or an array of transforms. The
 * file is JavaScript, or TypeScript where something can read it (see {@link importModule}). Whatever it does when it is
 * imported is done.
 *
 * @param path relative to the working folder.
 * @throws ClickstreamError `missing_pipeline_file`, `pipeline_file_failed` (it cannot be imported), `no_pipeline` (it
 *   exports something else), `no_typescript`, or `invalid_config` when its transforms do not fit together.
 */
export async function loadPipeline(path: string): Promise<Pipeline> {
  const file = resolve(path);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) {
    const what = found ? 'is no file but a folder' : 'does not exist';
    throw fileError('missing_pipeline_file', `The pipeline file ${path} ${what}: give the path of the file itself.`);
  }
  try {
    const transforms = transformsOf(await importModule(pathToFileURL(file).href));
    // Made again, by the code that will run it.
    return definePipeline(transforms);
  } catch (error) {
    if (error instanceof ClickstreamError) throw named(path, error);
    throw fileError('pipeline_file_failed', `The pipeline file ${path} cannot be loaded: ${whyNot(error)}`, error);
  }
}

/** The pipeline of `--pipeline FILE`, or the built-in one where the flag is not given. */
export async function pipelineOf(flag: string | undefined): Promise<Pipeline> {
  return flag === undefined ? defaultPipeline : loadPipeline(flag);
}

function transformsOf(module: Readonly<Record<string, unknown>>): readonly Transform[] {
  const given = defaultOf(module);
  if (Array.isArray(given)) return given as Transform[];
  if (typeof given === 'object' && given !== null) {
    const { transforms } = ('pipeline' in given ? given.pipeline : given) as Partial<Pipeline>;
    if (Array.isArray(transforms)) return transforms as Transform[];
  }
  if (given !== undefined) {
    throw fileError('no_pipeline', `exports ${whatItIs(given)} by default, which is no pipeline: write ${EXAMPLE}`);
  }
  const others = Object.keys(module)
    .filter((name) => name !== 'default')
    .sort();
  const has = others.length === 0 ? '' : ` (it exports ${others.join(', ')})`;
  throw fileError('no_pipeline', `has no default export${has}: write ${EXAMPLE}`);
}

/** A file that was compiled to CommonJS has its default export within the one that Node gives it. */
function defaultOf(module: Readonly<Record<string, unknown>>): unknown {
  const { default: given } = module;
  return typeof given === 'object' && given !== null && '__esModule' in given && 'default' in given
    ? given.default
    : given;
}

/** What was thrown while the file was imported has nothing of an event in it, so that its message may be told. */
function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${whatItIs(error)}.`;
  const { message, stack = '' } = error;
  const { code } = error as NodeJS.ErrnoException;
  const place = error instanceof SyntaxError ? stack.split('\n', 1)[0]! : (placesOf(error)[0]?.trim() ?? '');
  const where = /file:|\//.test(place) ? ` (${place})` : '';
  return `${error.constructor.name}: ${message.replaceAll('\n', ' ')}${where}.${advice(code, message)}`;
}

function advice(code: string | undefined, message: string): string {
  if (code === 'ERR_MODULE_NOT_FOUND' && /Cannot find package/.test(message)) {
    return ' Install the package that it names, in the folder of the file.';
  }
  if (code === 'ERR_MODULE_NOT_FOUND') return ' Write the whole name of an imported file, its .ts or .js included.';
  if (/Cannot use import statement|Unexpected token 'export'/.test(message)) {
    return ' Name the file .mjs, or put "type": "module" into the package.json beside it.';
  }
  return '';
}

function named(path: string, error: ClickstreamError): ClickstreamError {
  const { code, message } = error;
  return code === 'no_typescript' || code === 'no_pipeline'
    ? fileError(code, `The pipeline file ${path} ${message}`, error)
    : fileError(code, `${path}: ${message}`, error);
}

function fileError(code: string, message: string, cause?: unknown): ClickstreamError {
  return new ClickstreamError({ code, stage: 'config', message, cause });
}
