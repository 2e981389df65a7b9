import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { standInProject } from '../support/package-stand-in.ts';
import { runNode } from '../support/run-program.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const TSX = ['--import', join(ROOT, 'node_modules/tsx/dist/loader.mjs')];
/** The package's stand-in is TypeScript, which vitest leaves alone in node_modules. */
const VITEST_CONFIG = "export default { test: { server: { deps: { inline: ['clickstream'] } } } };";
/** Each starts a few programs, of which a compiler is one; a busy machine takes its time. */
const PATIENCE_MS = 180_000;
let folder: string;

beforeEach(async () => (folder = await realpath(await mkdtemp(join(tmpdir(), 'clickstream-new-')))));
afterEach(() => rm(folder, { recursive: true }));

const clickstream = (...args: string[]) => runNode([...TSX, join(ROOT, 'src/cli/clickstream.ts'), ...args], folder);

it(
  'writes a transform and a test that pass in a JavaScript project with Node alone',
  async () => {
    standInProject(folder, { type: 'module' });
    const { exitCode, output } = await clickstream('new', 'transform', 'addCampaign');
    expect(exitCode, output).toBe(0);
    expect(output).toContain('wrote transforms/add-campaign.js\nwrote transforms/add-campaign.test.js');
    expect(output).toContain('node --test transforms/add-campaign.test.js');
    const tested = await runNode([...TSX, '--test', 'transforms/add-campaign.test.js'], folder);
    expect(tested.output).toContain('# pass 2');
    expect(tested.exitCode).toBe(0);

    // Its test is one that can fail, and says why.
    const file = join(folder, 'transforms/add-campaign.js');
    await writeFile(file, (await readFile(file, 'utf8')).replace("typeof value === 'string' && ", ''));
    const failed = await runNode([...TSX, '--test', 'transforms/add-campaign.test.js'], folder);
    expect(failed.exitCode).toBe(1);
    expect(failed.output).toContain('addCampaign breaks the rule "types"');
  },
  PATIENCE_MS,
);

it(
  'writes what passes vitest and the compiler in a TypeScript project',
  async () => {
    standInProject(folder, { type: 'module', devDependencies: { typescript: '6', vitest: '4' } }, ['vitest']);
    await writeFile(join(folder, 'vitest.config.mjs'), VITEST_CONFIG);
    const { output } = await clickstream('new', 'transform', 'addCampaign', '--dir', 'own');
    expect(output).toContain('npx vitest run own/add-campaign.test.ts');
    const tested = await runNode([join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder], folder);
    expect(tested.output).toMatch(/Tests +2 passed/);
    const compiled = await runNode(
      [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.types.json'],
      folder,
    );
    expect(compiled).toEqual({ exitCode: 0, output: '' });
  },
  PATIENCE_MS,
);

it(
  'writes a pipeline that takes a transform of one’s own, and shows what it does',
  async () => {
    standInProject(folder, { type: 'module', devDependencies: { typescript: '6' } });
    await clickstream('new', 'transform', 'addCampaign');
    expect((await clickstream('new', 'pipeline')).output).toContain('clickstream try pipeline.ts');
    const pipeline = join(folder, 'pipeline.ts');
    const text = await readFile(pipeline, 'utf8');
    const own = "from 'clickstream';\nimport { addCampaign } from './transforms/add-campaign.ts';";
    await writeFile(pipeline, text.replace("from 'clickstream';", own).replace('flatten]', 'flatten, addCampaign]'));
    await writeFile(join(folder, 'events.ndjson'), '{"eventName":"page_view","campaign":"spring"}\n');
    const tried = await clickstream('try', 'pipeline.ts', '--events', 'events.ndjson', '--only', 'addCampaign');
    expect(tried.output).toContain('+ campaign  "spring"');
  },
  PATIENCE_MS,
);

it(
  'leaves what is there alone, and writes nothing beside it',
  async () => {
    standInProject(folder, {});
    await clickstream('new', 'transform', 'addCampaign', '--dir', 'own');
    await rm(join(folder, 'own/add-campaign.mjs'));
    const { exitCode, output } = await clickstream('new', 'transform', 'addCampaign', '--dir', 'own');
    expect([exitCode, output]).toEqual([2, expect.stringContaining('own/add-campaign.test.mjs is there already')]);
    expect(await readdir(join(folder, 'own'))).toEqual(['add-campaign.test.mjs']);
    expect((await clickstream('new', 'transform', 'Discount')).exitCode).toBe(2);
  },
  PATIENCE_MS,
);
