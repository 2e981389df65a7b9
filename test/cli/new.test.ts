import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { emptyProject, packed, projectLike } from '../package/packed.ts';
import { runNode } from '../support/run-program.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Each starts a few programs, of which a compiler is one; a busy machine takes its time. */
const PATIENCE_MS = 180_000;
/** What a strict project has, where files import each other by their whole names. */
const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'ES2022', module: 'NodeNext', strict: true, noEmit: true, types: ['node'] },
    ...{ noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true },
    allowImportingTsExtensions: true,
    // Declarations of vitest, not ours.
    skipLibCheck: true,
  },
};
let made: string;
let installed: string;
let folder: string;

beforeAll(async () => {
  const { folder: home, tarball } = await packed();
  made = home;
  installed = emptyProject(home, tarball);
}, PATIENCE_MS);
afterAll(() => rm(made, { recursive: true }));
beforeEach(async () => (folder = await realpath(await mkdtemp(join(tmpdir(), 'clickstream-new-')))));
afterEach(() => rm(folder, { recursive: true }));

const clickstream = (...args: string[]) =>
  runNode([join(folder, 'node_modules/clickstream/dist/cli/clickstream.mjs'), ...args], folder);

it(
  'writes a transform and a test that pass in a JavaScript project with Node alone',
  async () => {
    projectLike(installed, folder, { type: 'module' });
    const { exitCode, output } = await clickstream('new', 'transform', 'addCampaign');
    expect(exitCode, output).toBe(0);
    expect(output).toContain('wrote transforms/add-campaign.js\nwrote transforms/add-campaign.test.js');
    expect(output).toContain('node --test transforms/add-campaign.test.js');
    const tested = await runNode(['--test', 'transforms/add-campaign.test.js'], folder);
    expect(tested.output).toContain('# pass 2');
    expect(tested.exitCode).toBe(0);

    // Its test is one that can fail, and says why.
    const file = join(folder, 'transforms/add-campaign.js');
    await writeFile(file, (await readFile(file, 'utf8')).replace("typeof value === 'string' && ", ''));
    const failed = await runNode(['--test', 'transforms/add-campaign.test.js'], folder);
    expect(failed.exitCode).toBe(1);
    expect(failed.output).toContain('addCampaign breaks the rule "types"');
  },
  PATIENCE_MS,
);

it(
  'writes what passes vitest and the compiler in a TypeScript project',
  async () => {
    projectLike(installed, folder, { type: 'module', devDependencies: { typescript: '6', vitest: '4' } }, [
      'vitest',
      '@types/node',
    ]);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    const { output } = await clickstream('new', 'transform', 'addCampaign', '--dir', 'own');
    expect(output).toContain('npx vitest run own/add-campaign.test.ts');
    const tested = await runNode([join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder], folder);
    expect(tested.output).toMatch(/Tests +2 passed/);
    const compiled = await runNode([join(ROOT, 'node_modules/typescript/bin/tsc')], folder);
    expect(compiled).toEqual({ exitCode: 0, output: '' });
  },
  PATIENCE_MS,
);

it(
  'writes a pipeline that takes a transform of one’s own, and shows what it does',
  async () => {
    projectLike(installed, folder, { type: 'module', devDependencies: { typescript: '6' } }, ['esbuild']);
    const { output } = await clickstream('new', 'transform', 'addCampaign');
    expect(output).toContain('defineEtl({ transforms: [...standardTransforms, addCampaign] })');
    expect(output).toContain("import { addCampaign } from './transforms/add-campaign.ts';");
    expect(output).toContain('npx clickstream migrate --pipeline pipeline.ts');
    expect((await clickstream('new', 'pipeline')).output).toContain('npx clickstream try pipeline.ts');
    const pipeline = join(folder, 'pipeline.ts');
    const text = await readFile(pipeline, 'utf8');
    // As the hints say.
    const own = "from 'clickstream';\nimport { addCampaign } from './transforms/add-campaign.ts';";
    const list = '[...standardTransforms, addCampaign]';
    await writeFile(pipeline, text.replace("from 'clickstream';", own).replace('[...standardTransforms]', list));
    await writeFile(join(folder, 'events.ndjson'), '{"eventName":"page_view","campaign":"spring"}\n');
    const tried = await clickstream('try', 'pipeline.ts', '--events', 'events.ndjson', '--only', 'addCampaign');
    expect(tried.output).toContain('+ campaign  "spring"');
  },
  PATIENCE_MS,
);

it(
  'leaves what is there alone, and writes nothing beside it',
  async () => {
    projectLike(installed, folder, {});
    await clickstream('new', 'transform', 'addCampaign', '--dir', 'own');
    await rm(join(folder, 'own/add-campaign.mjs'));
    const { exitCode, output } = await clickstream('new', 'transform', 'addCampaign', '--dir', 'own');
    expect([exitCode, output]).toEqual([2, expect.stringContaining('own/add-campaign.test.mjs is there already')]);
    expect(await readdir(join(folder, 'own'))).toEqual(['add-campaign.test.mjs']);
    expect((await clickstream('new', 'transform', 'Discount')).exitCode).toBe(2);
  },
  PATIENCE_MS,
);
