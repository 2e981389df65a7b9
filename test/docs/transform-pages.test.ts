import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { builtinsOf } from '../../scripts/docs/builtins.ts';
import { transformPages } from '../../scripts/docs/pages.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCS = join(ROOT, 'docs');

it('the pages about transforms are those that their source makes; `npm run docs` brings them up to date', async () => {
  const pages = transformPages(await builtinsOf(join(ROOT, 'src/etl/transforms')));
  for (const [path, text] of pages) {
    expect(readFileSync(join(DOCS, path), 'utf8'), `docs/${path} is out of date: run npm run docs`).toBe(text);
  }
  const there = readdirSync(join(DOCS, 'transforms')).map((name) => `transforms/${name}`);
  expect(there.filter((path) => !pages.has(path))).toEqual([]);
});

it('every transform of the default pipeline has a page, with all columns that it adds and what they are', async () => {
  const pages = transformPages(await builtinsOf(join(ROOT, 'src/etl/transforms')));
  for (const { name, adds } of defaultPipeline.transforms) {
    const page = pages.get(`transforms/${name}.md`);
    for (const [column, { type, comment }] of Object.entries(adds)) {
      expect(page).toContain(`| \`${column}\` | ${type}`);
      expect(page).toContain(comment);
    }
    expect(pages.get('transforms.md')).toContain(`[\`${name}\`](transforms/${name}.md)`);
  }
});

it('a function that makes a transform has a page with its options and its example', async () => {
  const pages = transformPages(await builtinsOf(join(import.meta.dirname, 'sample-transforms')));
  expect([...pages.keys()]).toEqual(['transforms.md', 'transforms/markRows.md']);
  const page = pages.get('transforms/markRows.md')!;
  expect(page).toContain('\nMarks rows. See `MarkRowsOptions` for how.\n');
  expect(page).toContain('```ts\nmarkRows({ every: 2 })\n```');
  expect(page).toContain("| `every` (required) | `number \\| 'all'` |  |");
  expect(page).toContain('| `mark` | `string` | What they are marked with; `x \\| y` unless given. |');
  expect(page).toContain('It is not part of the default pipeline: name it in yours.');
  expect(pages.get('transforms.md')).toContain('| Marks rows. |  | `mark` |');
});
