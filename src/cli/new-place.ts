import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Where new files go, and what they import. */
export interface NewPlace {
  /** Absolute. */
  readonly dir: string;
  /** `ts`, or without TypeScript the ending of an ES module. */
  readonly ending: 'ts' | 'js' | 'mjs';
  /** What a file in `dir` imports the product's parts from, by the path that each has in a checkout, below `src`. */
  readonly from: (inCheckout: string, published: 'clickstream' | 'clickstream/testing') => string;
  /** The test runner: vitest if the project has it, else Node's own. */
  readonly runner: 'vitest' | 'node:test';
  /** Whether it is a checkout of clickstream itself. */
  readonly isCheckout: boolean;
}

interface PackageJson {
  readonly name?: string;
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/**
 * Finds out where new files of a kind go. In a checkout of clickstream itself they lie among its own, and import them by
 * their paths; anywhere else they import the package.
 *
 * @param dir as `--dir` gives it.
 * @param usual the folder in a checkout, and in a project that uses the package.
 */
export function newPlace(
  dir: string | undefined,
  usual: { readonly inCheckout: string; readonly inProject: string },
  cwd: string = process.cwd(),
): NewPlace {
  const start = resolve(cwd, dir ?? '.');
  const root = rootOf(start);
  const project = root === undefined ? {} : readPackage(root);
  const isCheckout = root !== undefined && project.name === 'clickstream' && existsSync(join(root, 'src/etl/pipeline'));
  const target = dir === undefined ? join(root ?? start, isCheckout ? usual.inCheckout : usual.inProject) : start;
  const has = (name: string): boolean => Object.hasOwn({ ...project.dependencies, ...project.devDependencies }, name);
  const isTyped = isCheckout || has('typescript') || (root !== undefined && existsSync(join(root, 'tsconfig.json')));
  return {
    dir: target,
    ending: isTyped ? 'ts' : project.type === 'module' ? 'js' : 'mjs',
    from: (inCheckout, published) => (isCheckout ? pathBetween(target, join(root, 'src', inCheckout)) : published),
    runner: isCheckout || has('vitest') ? 'vitest' : 'node:test',
    isCheckout,
  };
}

/** The nearest folder upwards with a package.json. */
function rootOf(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function readPackage(root: string): PackageJson {
  try {
    return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageJson;
  } catch {
    // What is wrong with it is npm's to say.
    return {};
  }
}

function pathBetween(dir: string, file: string): string {
  const path = relative(dir, file).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}
