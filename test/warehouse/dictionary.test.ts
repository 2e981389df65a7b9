import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDictionary, type DictionaryEntry } from '../../scripts/docs/dictionary.ts';
import { warehousePage } from '../../scripts/docs/warehouse-page.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

let warehouse: TestWarehouse;
let entries: DictionaryEntry[];

beforeAll(async () => {
  warehouse = await freshWarehouse();
  const client = new pg.Client(warehouse.settings.postgres);
  await client.connect();
  entries = await readDictionary(client, warehouse.settings.tables);
  await client.end();
});

afterAll(() => warehouse.close());

it('knows every table and view that there is', async () => {
  const found = await warehouse.rows<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY relname COLLATE "C"`,
  );
  expect(entries.map(({ name }) => name).sort()).toEqual(found.map(({ name }) => name));
});

it('finds a meaning of every table, view and column', () => {
  const silent = entries.flatMap(({ name, meaning, columns }) => [
    ...(meaning === '' ? [name] : []),
    ...columns.filter((column) => column.meaning === '').map((column) => `${name}.${column.name}`),
  ]);
  expect(silent).toEqual([]);
});

it('finds a question that each view answers', () => {
  const views = entries.filter(({ kind }) => kind === 'view');
  expect(views.length).toBeGreaterThan(15);
  expect(views.filter(({ question }) => question === undefined).map(({ name }) => name)).toEqual([]);
});

it('is what docs/warehouse.md says; `npm run docs:warehouse` brings that up to date', () => {
  const page = readFileSync(new URL('../../docs/warehouse.md', import.meta.url), 'utf8');
  expect(page).toBe(warehousePage(entries));
});
