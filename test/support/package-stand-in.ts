import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = resolve(import.meta.dirname, '../..');

/** What `clickstream` exports that files made by `clickstream new`, and those of the documentation, import. */
const EXPORTS = {
  index: [
    'etl/pipeline/column.ts',
    'etl/pipeline/pipeline.ts',
    'etl/pipeline/transform.ts',
    'etl/default-pipeline.ts',
    ...['parse', 'dedupe', 'sessionize', 'flatten'].map((name) => `etl/transforms/${name}.ts`),
  ],
  testing: ['testing/index.ts'],
};

/**
 * Makes a folder a project in which `clickstream` is installed, as its sources: for tests of what users write, which need
 * no packed package. Packages of this checkout may be linked beside it.
 */
export function standInProject(folder: string, project: object, linked: readonly string[] = []): void {
  const home = join(folder, 'node_modules/clickstream');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  const exports = { '.': './index.mjs', './testing': './testing.mjs' };
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'clickstream', type: 'module', exports }));
  for (const [name, files] of Object.entries(EXPORTS)) {
    const paths = files.map((file) => join(ROOT, 'src', file));
    writeFileSync(
      join(home, `${name}.mjs`),
      paths.map((path) => `export * from '${pathToFileURL(path).href}';\n`).join(''),
    );
    // For the compiler, which takes no file: addresses.
    writeFileSync(join(home, `${name}.d.mts`), paths.map((path) => `export * from '${path}';\n`).join(''));
  }
  for (const name of linked) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  const compilerOptions = {
    ...{ target: 'ES2022', lib: ['ES2023', 'ES2024.String'], module: 'NodeNext', strict: true, noEmit: true },
    ...{ noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true },
    ...{ allowImportingTsExtensions: true, skipLibCheck: true, types: ['node'] },
    typeRoots: [join(ROOT, 'node_modules/@types')],
  };
  writeFileSync(join(folder, 'tsconfig.types.json'), JSON.stringify({ compilerOptions, exclude: ['node_modules'] }));
}
