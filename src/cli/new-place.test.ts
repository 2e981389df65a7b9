import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newPlace } from './new-place.ts';

const ROOT = join(import.meta.dirname, '../..');
const USUAL = { inCheckout: 'src/etl/transforms', inProject: 'transforms' };
let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'clickstream-place-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('in a checkout, files import the product’s own by their paths', () => {
  const place = newPlace(undefined, USUAL, join(ROOT, 'src/cli'));
  expect(place).toMatchObject({ dir: join(ROOT, 'src/etl/transforms'), ending: 'ts', runner: 'vitest' });
  expect(place.from('etl/pipeline/column.ts', 'clickstream')).toBe('../pipeline/column.ts');
  const below = newPlace('src/etl', USUAL, ROOT);
  expect([below.dir, below.from('etl/x.ts', 'clickstream')]).toEqual([join(ROOT, 'src/etl'), './x.ts']);
});

it.each([
  [{}, 'mjs', 'node:test'],
  [{ type: 'module' }, 'js', 'node:test'],
  [{ type: 'module', devDependencies: { typescript: '6' } }, 'ts', 'node:test'],
  [{ dependencies: { vitest: '4' } }, 'mjs', 'vitest'],
])('in a project with %j, they end in %s and are tested with %s', (project, ending, runner) => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  mkdirSync(join(folder, 'deep'));
  const place = newPlace(undefined, USUAL, join(folder, 'deep'));
  expect(place).toMatchObject({ dir: join(folder, 'transforms'), ending, runner });
  expect(place.from('etl/pipeline/column.ts', 'clickstream')).toBe('clickstream');
});

it('a tsconfig says TypeScript; without a project, or with a broken one, there is none', () => {
  expect(newPlace('here', USUAL, folder)).toMatchObject({ dir: join(folder, 'here'), ending: 'mjs' });
  writeFileSync(join(folder, 'package.json'), '{');
  expect(newPlace(undefined, USUAL, folder).ending).toBe('mjs');
  writeFileSync(join(folder, 'tsconfig.json'), '{}');
  expect(newPlace(undefined, USUAL, folder).ending).toBe('ts');
});
