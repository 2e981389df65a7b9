import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { configError } from '../../src/errors.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import type { Transform } from '../../src/etl/pipeline/transform.ts';
import { docstringsOf, type Documented } from './docstrings.ts';
import { EXAMPLE_OPTIONS } from './example-options.ts';

/** A transform that comes with the product, and what its source says of it. */
export interface Builtin {
  readonly transform: Transform;
  readonly documented: Documented;
  /** The file, as `flatten.ts`. */
  readonly file: string;
  /** Whether it is made by a function that takes options. */
  readonly isMade: boolean;
  readonly isUsual: boolean;
}

/**
 * Finds the transforms that the files of a folder export: transforms, and functions of the same name that make one. Those
 * of the default pipeline come first, in its order.
 *
 * @throws ClickstreamError for one without a docstring, and one that cannot be made without options.
 */
export async function builtinsOf(folder: string): Promise<Builtin[]> {
  const files = readdirSync(folder).filter(
    (name) => /\.ts$/.test(name) && !/(?:\.test|^testing|^index)\.ts$/.test(name),
  );
  const found: Builtin[] = [];
  for (const file of files.sort()) {
    const path = join(folder, file);
    // Parts of transforms, which make none themselves.
    if (!readFileSync(path, 'utf8').includes("/transform.ts'")) continue;
    const docstrings = docstringsOf(path);
    const exported = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(exported)) {
      const transform = isTransform(value) ? value : fileOf(name) === file ? made(name, value) : undefined;
      const documented = docstrings.get(name);
      if (!transform) continue;
      if (!documented?.text) throw configError(`${name} in ${file} has no docstring: say what it does.`);
      const isUsual = defaultPipeline.transforms.some((one) => one.name === transform.name);
      found.push({ transform, documented, file, isMade: typeof value === 'function', isUsual });
    }
  }
  const place = ({ transform }: Builtin): number =>
    defaultPipeline.transforms.findIndex(({ name }) => name === transform.name) + 1 || Infinity;
  return found.sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
}

/** `detectBots` is made in `detect-bots.ts`; other functions of the folder are none that make a transform. */
function fileOf(name: string): string {
  return `${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
}

function made(name: string, value: unknown): Transform | undefined {
  if (typeof value !== 'function') return undefined;
  const make = value as (options?: unknown) => unknown;
  try {
    const transform = name in EXAMPLE_OPTIONS ? make(EXAMPLE_OPTIONS[name]) : make();
    return isTransform(transform) ? transform : undefined;
  } catch (error) {
    throw configError(
      `${name} cannot be made without options: give an example in scripts/docs/example-options.ts.`,
      error,
    );
  }
}

function isTransform(value: unknown): value is Transform {
  if (typeof value !== 'object' || value === null) return false;
  return 'name' in value && 'needs' in value && 'adds' in value && 'open' in value;
}
