import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundles, ROOT } from '../../scripts/build/bundles.ts';
import { buildLibrary } from '../../scripts/build/library.ts';

/** Builds the package and packs it as `npm publish` would, without touching the checkout's own `dist`. */
export async function packed(): Promise<{ readonly folder: string; readonly tarball: string }> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'clickstream-package-')));
  const source = join(folder, 'source');
  mkdirSync(source);
  for (const file of ['package.json', 'README.md', 'LICENSE', 'sql']) {
    cpSync(join(ROOT, file), join(source, file), { recursive: true });
  }
  await buildBundles(join(source, 'dist'));
  await buildLibrary(ROOT, join(source, 'dist'));
  npm(source, 'pack', '--ignore-scripts', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  return { folder, tarball: join(folder, tarball) };
}

/** Installs a tarball into an empty project, without asking any registry. */
export function emptyProject(folder: string, tarball: string): string {
  const project = join(folder, 'shop');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', private: true, type: 'module' }));
  npm(project, 'install', '--offline', '--no-audit', '--no-fund', tarball);
  return project;
}

function npm(cwd: string, ...args: string[]): void {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
}
