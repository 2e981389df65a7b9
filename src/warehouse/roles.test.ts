import { describe, expect, test } from 'vitest';
import { sqlVariables, tableNames, type TableNames } from '../config/table-names.ts';
import { roleNames } from './roles.ts';
import { settleSql } from './settle-sql.ts';
import { listSql, readSql } from './sql.ts';

test.each([
  ['clickstream_events', ['clickstream_owner', 'clickstream_loader', 'clickstream_reader']],
  ['shop.shop_events', ['shop_owner', 'shop_loader', 'shop_reader']],
  ['clicks', ['clicks_owner', 'clicks_loader', 'clicks_reader']],
  ['events', ['events_owner', 'events_loader', 'events_reader']],
])('the roles of %s are named as its tables are', (table, names) => {
  expect(Object.values(roleNames(tableNames(table)))).toEqual(names);
});

/** The tables whose rejected bytes, rows and so on the code copies in, beside what the statements say. */
const COPIED = ['events', 'rejects', 'marks', 'orderMarks', 'activityMarks'];

/** The tables that a statement on several of them names. */
const tablesOf = (list: string): string[] => list.split(/,\s*/).map((name) => name.slice(2, -1));

describe('the loader may do', () => {
  const verbs = (text: string): Map<string, Set<string>> => {
    const found = new Map<string, Set<string>>();
    const add = (table: string, verb: string): unknown =>
      found.set(table, (found.get(table) ?? new Set<string>()).add(verb));
    const plain = text.replaceAll(/^\s*--.*$/gm, '');
    for (const [, table] of plain.matchAll(/:"(\w+)"/g)) add(table!, 'SELECT');
    for (const [, table] of plain.matchAll(/\bINSERT INTO :"(\w+)"/g)) add(table!, 'INSERT');
    for (const [, table] of plain.matchAll(/\bUPDATE :"(\w+)"/g)) add(table!, 'UPDATE');
    for (const [, table] of plain.matchAll(/\bDELETE FROM :"(\w+)"/g)) add(table!, 'DELETE');
    // Several in one statement, each up to the next.
    for (const insert of plain.split(/(?=\bINSERT INTO :"\w+")|;/)) {
      const [, table] = /^INSERT INTO :"(\w+)"[^]*ON CONFLICT[^]*DO UPDATE/.exec(insert) ?? [];
      if (table !== undefined) add(table, 'UPDATE');
    }
    return found;
  };
  // With each table's name in the place of what stands for it, as in the files.
  const tables = Object.keys(sqlVariables(tableNames('events'))).map((key): [string, string] => [key, `:"${key}"`]);
  const rule = { sessionTimeout_ms: 1, cutAtMidnight: false, reportingTimeZone: 'UTC' };
  const settling = settleSql(Object.fromEntries(tables) as unknown as TableNames, rule);
  const statements = listSql('statements').map((file) => readSql(`statements/${file}`));
  const needed = verbs([...statements, settling].join(';\n'));
  for (const table of COPIED) needed.get(table)!.add('INSERT');
  const granted = new Map(
    [...readSql('roles/loader.sql').matchAll(/^GRANT ([A-Z, ]+) ON ([^;]+?)\s+TO /gm)].flatMap(([, list, names]) =>
      tablesOf(names!).map((table) => [table, new Set(list!.split(', '))] as const),
    ),
  );

  test.each([...new Set([...needed.keys(), ...granted.keys()])])(
    'on %s what the statements do, and no more',
    (table) => {
      expect([...(granted.get(table) ?? [])].sort()).toEqual([...(needed.get(table) ?? [])].sort());
    },
  );
});

test.each(['loader', 'reader'])('what the %s may do is decided for each table', (role) => {
  const [, list = ''] = /^REVOKE ALL ON ([^;]*)\sFROM/m.exec(readSql(`roles/${role}.sql`)) ?? [];
  const decided = tablesOf(list);
  const created = listSql('migrations').flatMap((file) =>
    Array.from(
      readSql(`migrations/${file}`).matchAll(/CREATE (?:TABLE|VIEW|MATERIALIZED VIEW) :"(\w+)"/g),
      ([, name]) => name,
    ),
  );
  expect(decided.sort()).toEqual([...created, 'migrations'].sort());
  expect(Object.keys(sqlVariables(tableNames('events')))).toEqual(expect.arrayContaining(decided));
});
