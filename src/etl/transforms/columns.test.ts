import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultPipeline } from '../default-pipeline.ts';
import { definePipeline } from '../pipeline/pipeline.ts';
import type { Transform } from '../pipeline/transform.ts';
import { dedupe } from './dedupe.ts';
import { flatten } from './flatten.ts';
import { parse } from './parse.ts';
import { sessionize } from './sessionize.ts';

test('the columns of the transforms are those of the table, in its order, with its types and what may be null', () => {
  const sql = readFileSync(new URL('../../../sql/migrations/0001_events.sql', import.meta.url), 'utf8');
  const [, body] = /CREATE TABLE :"events" \(\n(.+?)\n\);/s.exec(sql)!;
  const declared = Object.entries(defaultPipeline.columns).map(
    ([name, { type, nullable }]) => `${name} ${type}${nullable ? '' : ' NOT NULL'}`,
  );
  expect(declared).toEqual(body!.split(',\n').map((line) => line.trim().replace('PRIMARY KEY', 'NOT NULL')));
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
