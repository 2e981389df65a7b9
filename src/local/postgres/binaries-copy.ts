import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, readdirSync, type Stats } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClickstreamError } from '../../errors.ts';
import type { Account } from './account.ts';
import { missingLinks, restoreLinks } from './symlinks.ts';
import { sharedTemporaryFolder } from './temporary.ts';

/**
 * Copies a self-contained PostgreSQL below the temporary folder, once for all checkouts and processes that have the same
 * one (60 MB, about a second), and returns the copy's root. The name is made from the names and sizes of the files, so another
 * version gets another copy.
 */
export async function sharedCopy(root: string, account: Account | undefined): Promise<string> {
  const files = listFiles(root);
  const key = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  const target = join(sharedTemporaryFolder(account), `clickstream-postgres-${process.getuid?.() ?? 0}-${key}`);
  if (isComplete(target, files)) return target;

  const fresh = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    await cp(root, fresh, { recursive: true, verbatimSymlinks: true });
    await restoreLinks(fresh);
    openToAll(fresh);
    await swapIn(fresh, target, files);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return target;
}

/** Renaming is what makes a copy appear whole or not at all; of several processes at once, one wins and all use its copy. */
async function swapIn(fresh: string, target: string, files: [string, number][]): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await rename(fresh, target);
      return;
    } catch (error) {
      if (isComplete(target, files)) return;
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
      // What is there is not whole: some systems clean old files out of the temporary folder one by one.
      await rm(target, { recursive: true, force: true });
    }
  }
  throw new ClickstreamError({
    code: 'binaries_copy_failed',
    stage: 'local',
    message: `Could not put a copy of PostgreSQL's programs at ${target}. Remove that folder and try again.`,
  });
}

function isComplete(copy: string, files: [string, number][]): boolean {
  const top = lstatSync(copy, { throwIfNoEntry: false });
  if (!top) return false;
  refuseForeign(copy, top);
  if (missingLinks(copy).length > 0) return false;
  return files.every(([name, size]) => {
    const stats = lstatSync(join(copy, name), { throwIfNoEntry: false });
    return stats !== undefined && (!stats.isFile() || stats.size === size);
  });
}

/** The temporary folder is open to everyone, so a folder of that name may be someone else's trap. */
function refuseForeign(copy: string, stats: Stats): void {
  if (process.platform === 'win32') return;
  if (stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0) return;
  throw new ClickstreamError({
    code: 'binaries_copy_foreign',
    stage: 'local',
    message: `${copy} should hold our copy of PostgreSQL's programs but belongs to someone else. Remove it and try again.`,
  });
}

/** Names and sizes of the files; links are left out, since they may or may not be there yet. */
function listFiles(root: string): [string, number][] {
  const files: [string, number][] = [];
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    const stats = lstatSync(join(root, name));
    if (stats.isFile()) files.push([name, stats.size]);
  }
  return files;
}

/** An install under a strict umask leaves files that only their owner can read; a copy of them is for another user. */
function openToAll(root: string): void {
  chmodSync(root, 0o755);
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const path = join(root, name);
    const stats = lstatSync(path);
    if (stats.isDirectory()) chmodSync(path, 0o755);
    else if (stats.isFile()) chmodSync(path, (stats.mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}
