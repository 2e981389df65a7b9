import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/**
 * The licences of the packages that a bundle contains, each text once, since most of them ask to be passed on with the
 * code. A package that has no licence file is named with the licence that its manifest gives.
 *
 * @param root the project's folder.
 * @param sources the files in the bundle, relative to `root`.
 */
export function notices(root: string, sources: readonly string[]): string {
  const packagesByText = new Map<string, string[]>();
  for (const folder of packageFolders(sources)) {
    const { name, version, license = 'licence unknown' } = readManifest(join(root, folder));
    const text = licenceText(join(root, folder)) ?? license;
    packagesByText.set(text, [...(packagesByText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...packagesByText].map(([text, packages]) => `${packages.join('\n')}\n\n${text}\n`);
  return `This bundle contains the following packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** Where the packages lie that files are of, sorted: the last `node_modules/NAME` or `node_modules/@SCOPE/NAME`. */
function packageFolders(sources: readonly string[]): string[] {
  const folders = sources.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function licenceText(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  return file && readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
}
