import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ROOT } from '../../scripts/build/bundles.ts';
import { subpaths } from '../../scripts/build/library.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { call } from '../bundles/alone.ts';
import { runtimes } from '../bundles/nodes.ts';
import { event, freshBucket, HOUR, putEach } from '../support/bucket.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { emptyProject, packed } from './packed.ts';
import { FEED, FEED_TYPES, runScript } from './run-script.ts';
import { typeCheck } from './type-check.ts';
import { WRONG_USES } from './wrong-uses.ts';

const IMPORTS = `import { defineEtl, definePipeline, transform, each, column, required, standardTransforms } from 'clickstream';\n`;

/** What a newcomer writes: a column of their own, in a file of its own. */
const PIPELINE = `${IMPORTS}
export const addDiscount = transform({
  name: 'addDiscount',
  needs: { product_price: column.numeric(), product_discount_price: column.numeric() },
  adds: { discount: column.numeric('Price less discounted price') },
  each({ row }) {
    if (row.product_price === null || row.product_discount_price === null) return;
    row.discount = Math.round((Number(row.product_price) - Number(row.product_discount_price)) * 100) / 100;
  },
});

const etl = defineEtl({ transforms: [...standardTransforms, addDiscount] });
export const { handler } = etl;
export default etl;
`;

// Compilers, and processes that load all of the package.
vi.setConfig({ testTimeout: 180_000 });

let folder: string;
let project: string;
let s3: S3Server;
let warehouse: TestWarehouse;

const put = (file: string, text: string): void => writeFileSync(join(project, file), text);

beforeAll(async () => {
  const made = await packed();
  folder = made.folder;
  project = emptyProject(folder, made.tarball);
  put('feed.mjs', FEED);
  put('feed.d.mts', FEED_TYPES);
  put('pipeline.ts', PIPELINE);
  put('pipeline.mjs', PIPELINE);
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
}, 300_000);

afterAll(async () => {
  await warehouse.close();
  await s3.close();
  rmSync(folder, { recursive: true });
});

test('installing the package installs nothing else, and every subpath has its code and its types', () => {
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['clickstream']);
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, object> };
  for (const { name } of subpaths(ROOT)) {
    const { types, default: code } = exports[name] as { types: string; default: string };
    for (const file of [types, code])
      expect(existsSync(join(project, 'node_modules/clickstream', file)), file).toBe(true);
  }
});

describe('the types', () => {
  const options = {
    NodeNext: {},
    Bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  };

  test.each(Object.entries(options))('of a right pipeline compile, resolved as %s does', (_, more) => {
    put(
      'right.ts',
      `import etl, { addDiscount } from './pipeline.js';
import { dedupe, flatten, parse, sessionize } from 'clickstream/transforms';
import type { RunResult, Row } from 'clickstream';
import { definePipeline, transform, column, each } from 'clickstream';
export const type: 'numeric' = etl.pipeline.columns.discount.type;
export const row: Row<typeof addDiscount.adds> = { discount: '1.5' };
export const result: Promise<RunResult> = etl.run({ targetUtcHour: '2025-12-06T05:00:00Z' }, { timeBudget_ms: 1000 });
const count = transform({ name: 'count', open() { let n = 0; return { batch: each(() => (n += 1)) }; } });
export const number = transform({ name: 'number', adds: { place: column.integer() }, async open() { let n = 0; return { each({ row }) { row.place = n += 1; } }; } });
const inline = definePipeline([parse, dedupe, sessionize, flatten, count, transform({ name: 'x', adds: { tags: column.textArray() }, each({ row }) { row.tags = ['a']; } })]);
export const tags: 'text[]' = inline.columns.tags.type;
`,
    );
    const said = typeCheck(project, ['pipeline.ts', 'right.ts'], more);
    expect(Object.fromEntries(said)).toEqual({ 'pipeline.ts': [], 'right.ts': [] });
  });

  test('say of each wrong use what is wrong with it', () => {
    const told = WRONG_USES.filter(({ compiler }) => compiler !== undefined);
    const fileOf = (at: number): string => `wrong-${at}.ts`;
    for (const [at, { code }] of told.entries())
      put(fileOf(at), IMPORTS + `import { feed } from './feed.mjs';\n` + code);
    const said = typeCheck(
      project,
      told.map((_, at) => fileOf(at)),
    );
    const unsaid = told.flatMap(({ what, compiler }, at) => {
      const messages = said.get(fileOf(at))!;
      return messages.some((message) => message.includes(compiler!)) ? [] : [{ what, compiler, messages }];
    });
    expect(unsaid).toEqual([]);
    expect([...said.keys()].filter((name) => !name.startsWith('wrong-'))).toEqual([]);
  });
});

test('there are wrong uses enough, each told by the compiler or at run time', () => {
  expect(new Set(WRONG_USES.map(({ what }) => what)).size).toBeGreaterThanOrEqual(25);
  expect(WRONG_USES.length).toBe(new Set(WRONG_USES.map(({ what }) => what)).size);
  expect(WRONG_USES.filter(({ compiler, run }) => compiler === undefined && run === undefined)).toEqual([]);
});

const handles = `
  const failure = await handler({}).catch((error) => error);
  console.log(JSON.stringify({ rows: rows.map(({ discount }) => discount), code: failure.code, coded: failure instanceof ClickstreamError }));`;
const HANDLED = { rows: [1, null], code: 'invalid_config', coded: true };

describe.each(runtimes())('on Node $version', ({ node, version }) => {
  const isTrue = async (code: string): Promise<boolean> =>
    (await runScript(node, project, ['-p', code])).trim() === 'true';

  test('a pipeline in JavaScript runs by import, and its handler answers with a coded error', async () => {
    put(
      'by-import.mjs',
      `import { ClickstreamError } from 'clickstream';
import etl, { handler } from './pipeline.mjs';
import { feed } from './feed.mjs';
const rows = await feed(etl.pipeline.transforms);${handles}`,
    );
    expect(JSON.parse(await runScript(node, project, ['by-import.mjs']))).toEqual(HANDLED);
  });

  test('the same by require', async ({ skip }) => {
    const can = await isTrue('process.features.require_module === true');
    if (!can) {
      console.log(`Node ${version} has no require of ES modules.`);
      skip();
    }
    put(
      'by-require.cjs',
      `const { ClickstreamError, defineEtl } = require('clickstream');
const { parse } = require('clickstream/transforms');
const { default: etl, handler } = require('./pipeline.mjs');
const { feed } = require('./feed.mjs');
if (etl.pipeline.transforms[0] !== parse) throw new Error('two copies of parse');
(async () => { const rows = await feed(etl.pipeline.transforms);${handles} })();`,
    );
    expect(JSON.parse(await runScript(node, project, ['by-require.cjs']))).toEqual(HANDLED);
  });

  test('each wrong use is told what to do', async () => {
    const told = WRONG_USES.filter(({ run }) => run !== undefined);
    for (const [at, { code }] of told.entries()) {
      put(`wrong-${at}.mjs`, IMPORTS + `import { feed } from './feed.mjs';\n` + code);
    }
    put(
      'wrong.mjs',
      `const said = [];
for (let at = 0; at < ${told.length}; at += 1) {
  said.push(await import('./wrong-' + at + '.mjs').then(() => 'nothing', (error) => error.code + ' ' + error.message));
}
console.log(JSON.stringify(said));`,
    );
    const said = JSON.parse(await runScript(node, project, ['wrong.mjs'])) as string[];
    const unsaid = told.flatMap(({ what, run }, at) =>
      said[at]!.includes(run!) ? [] : [{ what, run, said: said[at] }],
    );
    expect(unsaid).toEqual([]);
    for (const message of said) expect(message).toMatch(/^(invalid_config|invalid_payload|transform_failed) /);
  });

  test.each(['esm', 'cjs'] as const)('a pipeline bundled as %s is a Lambda that loads an hour', async (format) => {
    await warehouse.rows('ALTER TABLE clickstream_events ADD COLUMN IF NOT EXISTS discount numeric');
    await warehouse.rows('TRUNCATE clickstream_events');
    await putEach(s3, [event(1), event(2)]);
    const outfile = join(project, 'bundled', format, format === 'esm' ? 'index.mjs' : 'index.cjs');
    const { warnings } = await build({
      absWorkingDir: project,
      entryPoints: ['pipeline.ts'],
      outfile,
      bundle: true,
      platform: 'node',
      format,
      target: 'node20',
      logLevel: 'silent',
      // Which is what esbuild says of every package that looks where it lies.
      logOverride: { 'empty-import-meta': 'silent' },
    });
    expect(warnings).toEqual([]);
    const alone = join(folder, `alone-${format}-${version}`);
    mkdirSync(alone);
    writeFileSync(
      join(alone, 'index.mjs'),
      format === 'esm'
        ? readFileSync(outfile)
        : `import module from './bundle.cjs'; export const handler = module.handler;`,
    );
    if (format === 'cjs') writeFileSync(join(alone, 'bundle.cjs'), readFileSync(outfile));
    const env = { ...warehouse.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    const { result, error } = await call({ node, folder: alone, event: { targetUtcHour: HOUR }, env });
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ status: 'complete', inserted: 2 });
    expect(await warehouse.rows('SELECT discount::float FROM clickstream_events')).toEqual([
      { discount: 2.4 },
      { discount: 2.4 },
    ]);
    const { error: unset } = await call({ node, folder: alone });
    expect(unset).toMatchObject({ name: 'ClickstreamError', code: 'invalid_config' });
  });

  describe('the command line of the package', () => {
    const rows = async (pipeline: string): Promise<unknown[]> => {
      const bin = 'node_modules/clickstream/dist/cli/clickstream.mjs';
      const args = [bin, 'etl', '--hour', '2025-12-06T05', '--dry-run', '--quiet', '--pipeline', pipeline];
      const env = { ...warehouse.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
      const lines = (await runScript(node, project, args, env)).trim().split('\n');
      return lines.map((line) => (JSON.parse(line) as { discount: unknown }).discount);
    };

    test('takes a pipeline file in JavaScript', async () => {
      await putEach(s3, [event(1)]);
      expect((await rows('pipeline.mjs'))[0]).toBeCloseTo(2.4);
    });

    test('takes one in TypeScript, by Node itself or the esbuild beside it, and says what it needs without either', async () => {
      await putEach(s3, [event(1)]);
      const strips = await isTrue('Boolean(process.features.typescript)');
      if (strips) expect((await rows('pipeline.ts'))[0]).toBeCloseTo(2.4);
      else
        await expect(rows('pipeline.ts')).rejects.toThrow(
          /no_typescript.*use Node 22\.18 or later, or install esbuild/s,
        );
      const modules = join(project, 'node_modules');
      for (const name of ['esbuild', '@esbuild']) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
      try {
        put('with-enum.ts', PIPELINE + 'export enum Kind { Sale, Gift }\n');
        for (const file of ['pipeline.ts', 'with-enum.ts']) expect((await rows(file))[0]).toBeCloseTo(2.4);
      } finally {
        for (const name of ['esbuild', '@esbuild']) rmSync(join(modules, name));
      }
    });
  });
});
