import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ClickstreamError, configError } from '../errors.ts';
import type { Pipeline } from '../etl/pipeline/pipeline.ts';

/**
 * The pipeline that a file exports by default: one that `definePipeline` made, or an object that has one as `pipeline`.
 *
 * @throws ClickstreamError `invalid_config` for a file that is missing, fails or exports something else.
 */
export async function loadPipeline(path: string): Promise<Pipeline> {
  let exported: unknown;
  try {
    ({ default: exported } = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown });
  } catch (error) {
    if (error instanceof ClickstreamError) throw error;
    throw configError(`${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  const found = isPipeline(exported) ? exported : (exported as { pipeline?: unknown } | undefined)?.pipeline;
  if (isPipeline(found)) return found;
  throw configError(`${path} exports no pipeline: write "export default definePipeline([...])".`);
}

function isPipeline(value: unknown): value is Pipeline {
  if (typeof value !== 'object' || value === null) return false;
  return 'transforms' in value && 'columns' in value && 'open' in value;
}
