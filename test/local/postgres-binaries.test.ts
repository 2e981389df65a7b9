import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { serverAccount } from '../../src/local/postgres/account.ts';
import { packagedPostgres, usableBinaries } from '../../src/local/postgres/binaries.ts';
import { accessibleDataDir } from '../../src/local/postgres/data-dir.ts';
import { startPostgres } from '../../src/local/postgres/server.ts';

const AS_ROOT = process.getuid?.() === 0;
if (!AS_ROOT) console.log('not root: the tests of what only root meets are skipped');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clickstream-binaries-'));
  chmodSync(folder, 0o755);
  // So that copies are made below our own folder and removed with it.
  vi.stubEnv('TMPDIR', folder);
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** The package in a folder that only its owner may enter, as a checkout below /root is. */
function closedPackage(): string {
  const closed = mkdtempSync(join(folder, 'closed-'));
  cpSync(dirname(packagedPostgres()), join(closed, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(closed, 'native', 'bin');
}

function removeLinks(binDir: string): number {
  const lib = join(dirname(binDir), 'lib');
  const links = readdirSync(lib, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
  for (const link of links) rmSync(join(lib, link.name));
  return links.length;
}

function copies(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('clickstream-postgres-'));
}

describe('usableBinaries', () => {
  let binDir: string;

  beforeAll(() => {
    binDir = closedPackage();
  });

  test.runIf(AS_ROOT)('copies programs that the server’s user cannot reach, once for all that need them', async () => {
    const [one, two] = await Promise.all([
      usableBinaries(binDir, serverAccount()),
      usableBinaries(binDir, serverAccount()),
    ]);
    expect(one.binDir).toBe(two.binDir);
    expect(one.binDir).not.toBe(binDir);
    const { ino } = statSync(one.binDir);

    const server = await startPostgres({ dataDir: accessibleDataDir(), binDir, settings: { fsync: 'off' } });
    await server.stop();
    expect(statSync(one.binDir).ino).toBe(ino);
    expect(copies()).toHaveLength(1);
  });

  test.runIf(AS_ROOT)('makes a copy again that has lost something', async () => {
    const { binDir: copy } = await usableBinaries(binDir, serverAccount());
    truncateSync(join(copy, 'initdb'), 10);
    await usableBinaries(binDir, serverAccount());
    expect(statSync(join(copy, 'initdb')).size).toBe(statSync(join(binDir, 'initdb')).size);
    expect(copies()).toHaveLength(1);
  });

  test.runIf(AS_ROOT)('does not trust a copy that anyone may write to', async () => {
    const { binDir: copy } = await usableBinaries(binDir, serverAccount());
    chmodSync(dirname(copy), 0o777);
    await expect(usableBinaries(binDir, serverAccount())).rejects.toMatchObject({ code: 'binaries_copy_foreign' });
  });

  test('puts back the links that an install without scripts leaves out', async () => {
    chmodSync(dirname(dirname(binDir)), 0o755);
    expect(removeLinks(binDir)).toBeGreaterThan(0);
    const binaries = await usableBinaries(binDir, serverAccount());
    expect(binaries.binDir).toBe(binDir);
    expect(removeLinks(binDir)).toBeGreaterThan(0);
  });

  test('says so when a folder holds no server', async () => {
    await expect(usableBinaries(folder, serverAccount())).rejects.toMatchObject({ code: 'binaries_missing' });
  });
});

describe('accessibleDataDir', () => {
  test('makes a new folder when none is asked for', () => {
    const dataDir = accessibleDataDir();
    expect(readdirSync(dataDir)).toEqual([]);
    expect(dataDir.startsWith(folder)).toBe(true);
  });

  test('takes a folder that is yet to be made', () => {
    const wanted = join(folder, 'some', 'where');
    expect(accessibleDataDir(wanted)).toBe(wanted);
    expect(existsSync(wanted)).toBe(false);
  });

  test.runIf(AS_ROOT)('refuses a folder that the server’s user cannot reach, and names both', () => {
    const closed = mkdtempSync(join(folder, 'closed-'));
    const { name } = serverAccount()!;
    expect(() => accessibleDataDir(join(closed, 'data'))).toThrow(
      expect.objectContaining({ code: 'data_dir_unreachable' }),
    );
    expect(() => accessibleDataDir(join(closed, 'data'))).toThrow(name);
    expect(() => accessibleDataDir(join(closed, 'data'))).toThrow(closed);
  });
});
