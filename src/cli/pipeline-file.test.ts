import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadPipeline, pipelineOf } from './pipeline-file.ts';
import { defaultPipeline } from '../etl/default-pipeline.ts';

const folder = mkdtempSync(join(tmpdir(), 'clickstream-pipeline-'));
afterAll(() => rmSync(folder, { recursive: true }));

let number = 0;

/** A file of its own for each text, since Node remembers what it has imported. */
function file(text: string, ending = 'mjs'): string {
  number += 1;
  const path = join(folder, `pipeline-${number}.${ending}`);
  writeFileSync(path, text);
  return path;
}

/** What `transform` makes, written by hand: the file is on its own in its folder. */
const ADD_X = `{ name: 'addX', needs: {}, adds: { x: { type: 'text', nullable: true, comment: '' } }, open: () => ({ batch() {} }) }`;

describe('a pipeline file may export', () => {
  test.each([
    ['an array of transforms', `export default [${ADD_X}];`],
    ['a pipeline', `export default { transforms: [${ADD_X}], columns: {} };`],
    ['what defineEtl made', `export default { pipeline: { transforms: [${ADD_X}] }, handler() {} };`],
    ['what a compiler made of it', `export default { __esModule: true, default: [${ADD_X}] };`],
  ])('%s', async (_, text) => {
    const { columns, transforms } = await loadPipeline(file(text));
    expect([Object.keys(columns), transforms[0]!.name]).toEqual([['x'], 'addX']);
  });

  test('the same as CommonJS', async () => {
    const { columns } = await loadPipeline(file(`module.exports = [${ADD_X}];`, 'cjs'));
    expect(Object.keys(columns)).toEqual(['x']);
  });
});

test('without a file the pipeline is the built-in one', async () => {
  expect(await pipelineOf(undefined)).toBe(defaultPipeline);
  expect(Object.keys((await pipelineOf(file(`export default [${ADD_X}];`))).columns)).toEqual(['x']);
});

describe('a pipeline file that is none is an error that says what to write', () => {
  const EXAMPLE = 'write export default defineEtl({ transforms: [...standardTransforms, yours] });';

  test.each<[string, string, string, string]>([
    [
      'no default export',
      'export const handler = 1; export const etl = 2;',
      'no_pipeline',
      `has no default export (it exports etl, handler): ${EXAMPLE}`,
    ],
    ['nothing exported', '', 'no_pipeline', `has no default export: ${EXAMPLE}`],
    [
      'one transform alone',
      `export default ${ADD_X};`,
      'no_pipeline',
      'exports the transform addX by default, which is no pipeline: write',
    ],
    ['a function', 'export default () => [];', 'no_pipeline', 'exports a function by default'],
    ['a promise', 'export default Promise.resolve([]);', 'no_pipeline', 'exports a promise by default'],
    [
      'something in the list that is no transform',
      'export default [1];',
      'invalid_config',
      "The pipeline's element 1 is no transform but a number",
    ],
    [
      'a column added twice',
      `export default [${ADD_X}, ${ADD_X}];`,
      'invalid_config',
      'addX adds column "x", which an earlier',
    ],
    [
      'a throw',
      'throw new TypeError("no rates");',
      'pipeline_file_failed',
      'cannot be loaded: TypeError: no rates (at ',
    ],
    ['a throw of something else', 'throw "no rates";', 'pipeline_file_failed', 'it threw the text "no rates".'],
    [
      'a package that is not there',
      'import "no-such-package";',
      'pipeline_file_failed',
      'Install the package that it names',
    ],
    [
      'a file that is not there',
      'import "./other";',
      'pipeline_file_failed',
      'Write the whole name of an imported file',
    ],
  ])('%s', async (_, text, code, message) => {
    const path = file(text);
    const error = await loadPipeline(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ClickstreamError', code, stage: 'config' });
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).toContain(path);
  });

  test('none at all, or a folder', async () => {
    await expect(loadPipeline(join(folder, 'none.ts'))).rejects.toMatchObject({
      code: 'missing_pipeline_file',
      message: expect.stringMatching(/none\.ts does not exist: give the path/) as string,
    });
    await expect(loadPipeline(folder)).rejects.toThrow('is no file but a folder');
  });
});
