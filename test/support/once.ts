import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';

/**
 * Makes something that takes long once for all test files of a run, whichever asks first; the others wait for it.
 *
 * @returns the folder that it was made in.
 */
export async function once(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(inject('programs').folder, name);
  const [made, failed] = [`${folder}.made`, `${folder}.failed`];
  if (mkdirSync(folder, { recursive: true }) === undefined) {
    while (!existsSync(made)) {
      if (existsSync(failed)) throw new Error(`${name} could not be made: see the test file that tried`);
      await sleep(100);
    }
    return folder;
  }
  try {
    await make(folder);
  } catch (error) {
    writeFileSync(failed, '');
    throw error;
  }
  writeFileSync(made, '');
  return folder;
}
