import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../scripts/build/bundles.ts';

/** Another commit's build. */
export interface OtherCommit {
  /** Abbreviated hash and subject. */
  readonly name: string;
  readonly etl: string;
  readonly cli: string;
  remove(): void;
}

/** The commit to compare with when nobody says: the last one, or where nothing is changed since, the one before it. */
export function usualRef(): string {
  return git('status', '--porcelain').trim() === '' ? 'HEAD~1' : 'HEAD';
}

/**
 * Builds another commit in a git worktree of its own. It takes this checkout's packages where its lock file is the same, and
 * installs its own otherwise.
 *
 * @throws Error with what git, npm or the build said.
 */
export function buildCommit(ref: string): OtherCommit {
  const folder = mkdtempSync(join(tmpdir(), 'clickstream-commit-'));
  const checkout = join(folder, 'checkout');
  const remove = (): void => {
    // Its link to our packages goes as a link. git then forgets the worktree, which it may not have had yet.
    rmSync(folder, { recursive: true, force: true });
    try {
      git('worktree', 'remove', '--force', checkout);
    } catch {
      // Then there is nothing to forget.
    }
  };
  try {
    git('worktree', 'add', '--detach', checkout, ref);
    const lock = 'package-lock.json';
    if (readFileSync(join(checkout, lock), 'utf8') === readFileSync(join(ROOT, lock), 'utf8')) {
      symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'), 'junction');
    } else {
      execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--silent'], { cwd: checkout, stdio: 'pipe' });
    }
    execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], { cwd: checkout, stdio: 'pipe' });
    return {
      name: git('log', '-1', '--format=%h %s', ref).trim(),
      etl: join(checkout, 'dist/lambda/etl/index.mjs'),
      cli: join(checkout, 'dist/cli/clickstream.mjs'),
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
