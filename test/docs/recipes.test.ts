import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest';
import { loadPipeline } from '../../src/cli/pipeline-file.ts';
import { standardTransforms } from '../../src/etl/default-pipeline.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import { testTransform } from '../../src/testing/index.ts';
import { link } from '../package/packed.ts';
import { typeCheck } from '../package/type-check.ts';
import { freshBucket, HOUR, PREFIX } from '../support/bucket.ts';
import { freshWarehouse } from '../support/warehouse.ts';
import { codeBlocks } from './code-blocks.ts';
import { resultText, shownText } from './shown.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const blocks = codeBlocks(join(ROOT, 'docs/recipes.md'));
const recipes = [...new Set(blocks.map(({ heading }) => heading))];
/** The types of the package by its name, from its sources. */
const FROM_SOURCE = {
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  lib: ['lib.es2023.d.ts', 'lib.es2024.string.d.ts'],
  paths: {
    clickstream: [join(ROOT, 'src/package/index.ts')],
    'clickstream/transforms': [join(ROOT, 'src/package/transforms.ts')],
  },
};
const folderOf = (recipe: string): string => recipe.toLowerCase().replaceAll(/[^a-z]+/g, '-');

let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'clickstream-recipes-')));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  link(folder, ['pg', '@types/pg', '@types/node']);
  for (const { heading, name, text } of blocks) {
    if (name === '') continue;
    mkdirSync(join(folder, folderOf(heading)), { recursive: true });
    writeFileSync(join(folder, folderOf(heading), name), text);
  }
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true }));

test('the code of all recipes compiles', () => {
  const files = blocks.filter(({ language }) => language === 'ts');
  const names = files.map(({ heading, name }) => `${folderOf(heading)}/${name}`);
  expect(names.filter((name) => name.endsWith('/pipeline.ts'))).toHaveLength(recipes.length);
  const said = typeCheck(folder, names, FROM_SOURCE);
  expect(Object.fromEntries([...said].filter(([, messages]) => messages.length > 0))).toEqual({});
}, 180_000);

test.each(recipes)(
  '%s: the warehouse has what the page shows',
  async (recipe) => {
    const own = blocks.filter(({ heading }) => heading === recipe);
    vi.stubEnv('SERVER_SECRET', 'a secret of the shop');
    const pipeline = await loadPipeline(join(folder, folderOf(recipe), 'pipeline.ts'));
    const s3 = await freshBucket();
    const warehouse = await freshWarehouse({ s3Endpoint: s3.url, columns: pipeline.columns });
    try {
      const { host, port, user, password, ssl } = inject('postgres');
      const database = warehouse.settings.postgres.database;
      const mode = ssl ? '?sslmode=no-verify' : '';
      vi.stubEnv('CUSTOMERS_URL', `postgres://${user}:${password}@${host}:${port}/${database}${mode}`);
      const isQuestion = (at: number): boolean => own[at + 1]?.language === 'text';
      for (const [at, { language, text }] of own.entries()) {
        if (language === 'sql' && !isQuestion(at)) await warehouse.rows(text);
      }
      const events = own.find(({ name }) => name === 'events.ndjson')!.text;
      await s3.putObject('raw', `${PREFIX}event-1.json`, events);
      const read = events.trim().split('\n').length;
      const run = () => runEtl({ targetUtcHour: HOUR }, warehouse.settings, { pipeline });
      expect(await run()).toMatchObject({ status: 'complete', read, inserted: read });
      // A rerun changes nothing.
      for (const inserted of [undefined, 0]) {
        if (inserted !== undefined) expect(await run()).toMatchObject({ status: 'complete', read, inserted });
        for (const [at, { language, text }] of own.entries()) {
          if (language !== 'sql' || !isQuestion(at)) continue;
          expect(resultText(await warehouse.rows(text))).toBe(shownText(own[at + 1]!.text));
        }
      }
      // What the recipe is about comes after the standard ones, or stands in the place of the first.
      const { 0: first, length, [length - 1]: last } = pipeline.transforms;
      await testTransform(standardTransforms.some(({ name }) => name === last!.name) ? first! : last!, {
        events: eventsOf(events),
      });
    } finally {
      await warehouse.close();
      await s3.close();
    }
  },
  120_000,
);

const eventsOf = (text: string) => text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
