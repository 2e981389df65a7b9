import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildBundles, ROOT } from '../../scripts/build/bundles.ts';
import { buildLibrary } from '../../scripts/build/library.ts';
import { once } from '../support/once.ts';

/**
 * The package as `npm publish` would send it, built and packed once for all tests, without touching the checkout's own
 * `dist`; and an empty folder for a test file of its own.
 */
export async function packed(): Promise<{ readonly folder: string; readonly tarball: string }> {
  const shared = await once('package', build);
  const tarball = readdirSync(shared).find((name) => name.endsWith('.tgz'))!;
  return { folder: realpathSync(mkdtempSync(join(tmpdir(), 'clickstream-package-'))), tarball: join(shared, tarball) };
}

async function build(folder: string): Promise<void> {
  const source = join(folder, 'source');
  mkdirSync(source);
  for (const file of ['package.json', 'README.md', 'LICENSE', 'sql']) {
    cpSync(join(ROOT, file), join(source, file), { recursive: true });
  }
  await buildBundles(join(source, 'dist'));
  await buildLibrary(ROOT, join(source, 'dist'));
  npm(source, 'pack', '--ignore-scripts', '--pack-destination', folder);
}

/** Installs a tarball into an empty project, without asking any registry. */
export function emptyProject(folder: string, tarball: string): string {
  const project = join(folder, 'shop');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', private: true, type: 'module' }));
  npm(project, 'install', '--offline', '--no-audit', '--no-fund', tarball);
  return project;
}

/**
 * Makes a folder a project that has the package of another, and packages of this checkout beside it, with their commands.
 * None of them is copied.
 */
export function projectLike(installed: string, folder: string, project: object, linked: readonly string[] = []): void {
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  symlinkSync(join(installed, 'node_modules/clickstream'), join(folder, 'node_modules/clickstream'));
  link(folder, linked);
}

/** Links packages of this checkout into a project, as if they were installed there. */
export function link(project: string, names: readonly string[]): void {
  const modules = join(project, 'node_modules');
  for (const name of names) {
    const home = join(ROOT, 'node_modules', name);
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(home, join(modules, name));
    const { bin = {} } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
      bin?: Record<string, string>;
    };
    for (const [command, file] of Object.entries(bin)) symlinkSync(join(home, file), join(modules, '.bin', command));
  }
}

function npm(cwd: string, ...args: string[]): void {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
}
