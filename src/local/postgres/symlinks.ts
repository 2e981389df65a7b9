import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** A link that is to stand at `path` and point at `target`, relative to its folder so that the whole can be moved. */
export interface Link {
  readonly path: string;
  readonly target: string;
}

/**
 * Makes the symbolic links that the package lists in `pg-symlinks.json`: npm packages cannot carry links, and the package's
 * own postinstall script, which would make them, does not run where install scripts are turned off. Without them the
 * server finds no libraries.
 *
 * @returns false if a link is missing and cannot be made here, because the folder is read-only.
 */
export async function restoreLinks(root: string): Promise<boolean> {
  for (const link of missingLinks(root)) {
    try {
      await symlink(link.target, link.path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another process that started at the same moment has made it.
      if (code !== 'EEXIST') return false;
    }
  }
  return true;
}

/** The links of the package's list that are not there. */
export function missingLinks(root: string): Link[] {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  // The paths in the list start with the name that the folder has in the package, `native/`.
  const entries = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  return entries
    .map(({ source, target }) => ({
      path: join(root, target.slice(target.indexOf('/') + 1)),
      target: relative(dirname(target), source),
    }))
    .filter((link) => lstatSync(link.path, { throwIfNoEntry: false }) === undefined);
}
