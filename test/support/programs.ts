import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, SQL_OF_A_RUN, type BundleSpec } from '../../scripts/build/bundle.ts';
import { CLI, NATIVE_DRIVER, ROOT } from '../../scripts/build/bundles.ts';
import { buildModules } from '../../scripts/build/library.ts';

/** Programs that tests run as processes of their own, as files: from its sources each takes a second longer to start. */
export interface Programs {
  /** Where they lie, and what else the tests of a run share. */
  readonly folder: string;
  readonly cli: string;
  readonly etlProcess: string;
  /** What `import 'clickstream'` finds. */
  readonly library: string;
}

const ETL_PROCESS: BundleSpec = {
  entry: 'test/crash/etl-process.ts',
  outFile: 'etl-process.mjs',
  sql: SQL_OF_A_RUN,
  external: [NATIVE_DRIVER],
};

/** Builds them below the project, where a program finds the packages that it does without in a bundle. */
export async function buildPrograms(): Promise<Programs & { readonly remove: () => void }> {
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'clickstream-tests-'));
  const [cli, etlProcess] = await Promise.all([CLI, ETL_PROCESS].map((spec) => bundle(ROOT, folder, spec)));
  const library = join(folder, 'lib');
  await buildModules(ROOT, library);
  return {
    folder,
    cli: cli!.files[0],
    etlProcess: etlProcess!.files[0],
    library: join(library, 'index.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
