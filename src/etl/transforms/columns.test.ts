import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultPipeline } from '../default-pipeline.ts';
import { definePipeline } from '../pipeline/pipeline.ts';
import type { Transform } from '../pipeline/transform.ts';
import { attribute } from './attribute.ts';
import { dedupe } from './dedupe.ts';
import { flatten } from './flatten.ts';
import { parse } from './parse.ts';
import { sessionize } from './sessionize.ts';

const MIGRATIONS = new URL('../../../sql/migrations/', import.meta.url);

/** The columns that the migrations give the events table, in their order: those it began with, and those added since. */
function migratedColumns(): string[] {
  const [first, ...later] = readdirSync(MIGRATIONS).sort().map((name) => readFileSync(new URL(name, MIGRATIONS), 'utf8')); // prettier-ignore
  const [, body] = /CREATE TABLE :"events" \(\n(.+?)\n\);/s.exec(first!)!;
  const added = later.flatMap((sql) => {
    const statements = sql.match(/ALTER TABLE :"events"\n.+?;/gs) ?? [];
    return statements.flatMap((text) =>
      Array.from(text.matchAll(/ADD COLUMN IF NOT EXISTS (.+?)[,;]/g), ([, one]) => one!),
    );
  });
  return [...body!.split(',\n').map((line) => line.trim().replace('PRIMARY KEY', 'NOT NULL')), ...added];
}

test('the columns of the transforms are those of the table, in its order, with its types and what may be null', () => {
  const declared = Object.entries(defaultPipeline.columns).map(
    ([name, { type, nullable }]) => `${name} ${type}${nullable ? '' : ' NOT NULL'}`,
  );
  expect(declared).toEqual(migratedColumns());
});

test('every column says what it means, since that becomes its comment in the database', () => {
  for (const [name, { comment }] of Object.entries(defaultPipeline.columns)) expect(comment, name).toMatch(/\w \w/);
  const comments = Object.values(defaultPipeline.columns).map(({ comment }) => comment);
  expect(new Set(comments).size).toBe(comments.length);
});

test.each<[string, readonly Transform[], readonly string[]]>([
  ['dedupe', [dedupe], ['event_id', 'received_at', 'record_hash']],
  ['sessionize', [sessionize], ['event_id', 'event_timestamp']],
  ['flatten', [flatten], ['event_id', 'event_timestamp', 'user_id', 'client_id', 'session_id', 'session_derived']],
  ['attribute', [attribute()], ['page_url', 'referrer']],
])('%s does not stand before the transforms whose columns it reads', (name, list, reads) => {
  expect(() => definePipeline(list as never)).toThrow(`${name} needs column "${reads[0]}"`);
  expect(Object.keys(list[0]!.needs)).toEqual(reads);
  for (const [column, { type, nullable }] of Object.entries(list[0]!.needs)) {
    expect({ type, nullable }, column).toEqual({
      type: defaultPipeline.columns[column as keyof typeof defaultPipeline.columns].type,
      nullable: defaultPipeline.columns[column as keyof typeof defaultPipeline.columns].nullable,
    });
  }
});

test('a transform is named by its verb in errors and reports', () => {
  expect([parse, dedupe, sessionize, flatten].map(({ name }) => name)).toEqual([
    'parse',
    'dedupe',
    'sessionize',
    'flatten',
  ]);
});
