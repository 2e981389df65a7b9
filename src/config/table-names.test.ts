import { describe, expect, test } from 'vitest';
import { sqlVariables, tableNames } from './table-names.ts';

describe('the names of the tables', () => {
  test('the default table gives its name to the others', () => {
    const names = tableNames('clickstream_events');
    expect(names.events).toBe('"clickstream_events"');
    expect(names.sessions).toBe('"clickstream_sessions"');
    expect(names.marks).toBe('"clickstream_session_marks"');
    expect(names.prefix).toBe('clickstream_');
    expect(names).not.toHaveProperty('schema');
  });

  test('the others live in the schema of the events', () => {
    const names = tableNames('shop.shop_events');
    expect(names.schema).toBe('shop');
    expect(names.events).toBe('"shop"."shop_events"');
    expect(names.rejects).toBe('"shop"."shop_rejects"');
  });

  test('a table that is just "events" has neighbours without a prefix', () => {
    expect(tableNames('web.events')).toMatchObject({ prefix: '', events: '"web"."events"', runs: '"web"."runs"' });
  });

  test('a table that does not end in "_events" is itself the prefix', () => {
    expect(tableNames('foo')).toMatchObject({ prefix: 'foo_', events: '"foo"', checkpoints: '"foo_checkpoints"' });
    expect(tableNames('fooevents')).toMatchObject({ prefix: 'fooevents_', sessions: '"fooevents_sessions"' });
  });

  test('case is kept', () => {
    expect(tableNames('Shop.Web_events')).toMatchObject({ events: '"Shop"."Web_events"', runs: '"Shop"."Web_runs"' });
  });
});

describe('a TARGET_TABLE that is refused', () => {
  test.each([
    ['nothing', ''],
    ['only a dot', '.'],
    ['no table', 'shop.'],
    ['no schema', '.events'],
    ['three parts', 'db.shop.events'],
    ['a double quote', 'shop"events'],
    ['a quoted name', '"events"'],
    ['a single quote', "shop'events"],
    ['a statement', 'events; DROP TABLE users'],
    ['a space', 'shop events'],
    ['a line break at the end', 'events\n'],
    ['a digit first', '1events'],
    ['a dash', 'shop-events'],
    ['letters beyond ASCII', 'ëvents'],
    ['U+0000', 'events\0'],
    ['64 bytes', 'e'.repeat(64)],
    ['a schema of 64 bytes', `${'s'.repeat(64)}.events`],
    ['a table that begins with pg_', 'pg_events'],
    ['a schema that begins with pg_', 'pg_catalog.events'],
    ['PG_ in capitals', 'PG_temp.events'],
    ['information_schema', 'information_schema.events'],
  ])('because of %s', (_, target) => {
    const refused = expect(() => tableNames(target));
    refused.toThrow(expect.objectContaining({ code: 'invalid_config', stage: 'config' }));
    refused.toThrow(/^TARGET_TABLE is /);
  });

  test('because it leaves no room for the longest name made from it', () => {
    const longest = Object.values(sqlVariables(tableNames('events'))).reduce((a, b) => (b.length > a.length ? b : a));
    const room = 63 - (longest.length - '""'.length);
    const fits = 'x'.repeat(room - '_'.length);
    expect(Object.values(sqlVariables(tableNames(`${fits}_events`))).map((name) => name.length)).toContain(65);
    expect(() => tableNames(`x${fits}_events`)).toThrow(/, which has 64 bytes .* 1 shorter/);
    expect(() => tableNames('x'.repeat(63))).toThrow(new RegExp(`${64 - room} shorter`));
  });
});

describe('variables for SQL', () => {
  test('every table has one, and the schema only when it was given', () => {
    const variables = sqlVariables(tableNames('shop_events'));
    expect(variables).toMatchObject({
      events: '"shop_events"',
      sessions: '"shop_sessions"',
      marks: '"shop_session_marks"',
      quarterlyOrderLines: '"shop_quarterly_order_lines"',
    });
    expect(variables).not.toHaveProperty('schema');
    expect(new Set(Object.values(variables)).size).toBe(Object.keys(variables).length);
    expect(sqlVariables(tableNames('a.events'))).toMatchObject({ schema: '"a"', events: '"a"."events"' });
  });
});
