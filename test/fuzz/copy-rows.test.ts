import * as fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { column, type Column, type Columns } from '../../src/etl/pipeline/column.ts';
import { connect } from '../../src/etl/sinks/postgres/connection.ts';
import { copyLines } from '../../src/etl/sinks/postgres/copy.ts';
import { RowEncoder, UnfitValue } from '../../src/etl/sinks/postgres/encode.ts';
import { exactDecimal, sortedJson } from './same-value.ts';
import { fuzzSeed } from './seed.ts';
import {
  booleans,
  dates,
  doubles,
  instants,
  integers,
  jsonValues,
  lists,
  numerics,
  safeIntegers,
  texts,
  uuids,
} from './values.ts';

vi.setConfig({ testTimeout: 240_000 });
const seed = fuzzSeed();
const COPIES = 40;
const ROWS = 120;

let client: pg.Client;

beforeAll(async () => {
  client = await connect({ ...inject('postgres'), ssl: false }, 'fuzzing');
});

afterAll(async () => {
  await client.end();
});

/** How one column's values are made, read back and compared. */
interface ColumnCase {
  readonly declared: Column;
  readonly values: fc.Arbitrary<unknown>;
  /** SQL that gives the column `c` as a text which loses nothing. */
  readonly read: string;
  /** The text that must be read for a value that was taken. */
  readonly expected: (value: never) => string;
  /** SQL that asks Postgres itself whether it takes a value that was refused, and the value as its parameter. */
  readonly asked?: (value: unknown) => { readonly sql: string; readonly parameter: unknown } | undefined;
}

const hex = (text: string): string => Buffer.from(text).toString('hex');
const textsHex = (list: readonly (string | null)[]): string =>
  list.map((item) => (item === null ? '-' : `x${hex(item)}`)).join(',');
/** JavaScript's UTF-16 as bytes that keep half of a surrogate pair, which a text sent as UTF-8 would lose. */
const rawBytes = (text: string): Buffer => {
  const isHalf = (unit: string): boolean => /[\ud800-\udfff]/.test(unit);
  return Buffer.concat(
    Array.from(text, (unit) => (isHalf(unit) ? Buffer.from([0xed, 0xa0, 0x80]) : Buffer.from(unit))),
  );
};

const CASES: Readonly<Record<string, ColumnCase>> = {
  text: {
    declared: column.text(),
    values: texts,
    read: "encode(convert_to(c, 'UTF8'), 'hex')",
    expected: hex,
    asked: (value) => ({ sql: 'SELECT $1::text', parameter: rawBytes(value as string) }),
  },
  uuid: {
    declared: column.uuid(),
    values: uuids,
    read: 'c::text',
    expected: (value: string) => value.toLowerCase(),
    // Postgres also takes spellings with braces and other hyphens, which `parse` makes canonical.
    asked: (value) =>
      /^[\s{]*[0-9a-f-]{32}/i.test(value as string) ? undefined : { sql: 'SELECT $1::uuid', parameter: value },
  },
  boolean: { declared: column.boolean(), values: booleans, read: 'c::text', expected: String },
  integer: {
    declared: column.integer(),
    values: integers,
    read: 'c::text',
    expected: (value: number) => String(value),
    asked: (value) => ({ sql: 'SELECT $1::integer', parameter: String(value) }),
  },
  bigint: {
    declared: column.bigint(),
    values: safeIntegers,
    read: 'c::text',
    expected: (value: number) => String(value),
  },
  numeric: {
    declared: column.numeric(),
    values: numerics,
    read: 'c::text',
    expected: (value: number | string) => exactDecimal(String(value)),
  },
  'double precision': {
    declared: column.double(),
    values: doubles,
    read: 'c::text',
    expected: (value: number) => String(value),
  },
  timestamptz: {
    declared: column.timestamptz(),
    values: instants,
    read: '(extract(epoch FROM c) * 1000000)::bigint::text',
    expected: microseconds,
  },
  date: {
    declared: column.date(),
    values: dates,
    read: "to_char(c, 'YYYY-MM-DD')",
    expected: (value: string) => value,
    // Of other forms Postgres takes many, each of them a riddle to the next reader.
    asked: (value) =>
      /^\d{4}-\d\d-\d\d$/.test(value as string) ? { sql: 'SELECT $1::date', parameter: value } : undefined,
  },
  jsonb: {
    declared: column.jsonb(),
    values: jsonValues,
    read: 'c::text',
    expected: sortedJson,
    asked: (value) => ({ sql: 'SELECT $1::jsonb', parameter: JSON.stringify(value) }),
  },
  'text[]': {
    declared: column.textArray(),
    values: lists,
    read: "(SELECT coalesce(string_agg(coalesce('x' || encode(convert_to(i, 'UTF8'), 'hex'), '-'), ',' ORDER BY n), '') FROM unnest(c) WITH ORDINALITY AS u (i, n)) || left(c::text, 0)",
    expected: textsHex,
  },
};

function microseconds(instant_ms: number): string {
  const whole_ms = Math.floor(instant_ms);
  return String(BigInt(whole_ms) * 1000n + BigInt(Math.round((instant_ms - whole_ms) * 1000)));
}

/** What was read, in the words of the expectation. */
function asRead(type: string, text: string | null): string | null {
  if (text === null) return null;
  if (type === 'numeric') return exactDecimal(text);
  if (type === 'double precision') return String(Number(text));
  return type === 'jsonb' ? sortedJson(JSON.parse(text)) : text;
}

/** Copies what can be written, and reads it back. Gives the values that the encoder refused. */
async function copied(
  cases: readonly (readonly [string, ColumnCase])[],
  rows: readonly (readonly unknown[])[],
): Promise<unknown[]> {
  const names = cases.map((_, at) => `c${at}`);
  const columns: Columns = Object.fromEntries([
    ['n', column.integer()],
    ...cases.map(([, { declared }], at) => [names[at]!, declared] as const),
  ]);
  const types = cases.map(([type], at) => `${names[at]!} ${type}`);
  await client.query(`CREATE TEMP TABLE copied (n integer, ${types.join(', ')})`);
  try {
    const encoder = new RowEncoder(columns);
    const refused: unknown[] = [];
    const taken = new Map<number, readonly unknown[]>();
    const lines: string[] = [];
    for (const [n, row] of rows.entries()) {
      try {
        lines.push(encoder.encode({ n, ...Object.fromEntries(row.map((value, at) => [names[at]!, value])) }));
        taken.set(n, row);
      } catch (error) {
        if (!(error instanceof UnfitValue)) throw error;
        refused.push(...row);
      }
    }
    await copyLines(client, { statement: 'COPY copied FROM STDIN', lines });
    const reads = cases.map(([, { read }], at) => `${read.replaceAll(/\bc\b/g, names[at]!)} AS ${names[at]!}`);
    const { rows: found } = await client.query<Record<string, string>>(
      `SELECT n, ${reads.join(', ')} FROM copied ORDER BY n`,
    );
    const values = found.map((row) => cases.map(([type], at) => asRead(type, row[names[at]!] ?? null)));
    const expected = Array.from(taken.values(), (row) =>
      row.map((value, at) => (value === null || value === undefined ? null : cases[at]![1].expected(value as never))),
    );
    expect(found.map((row) => Number(row['n']))).toEqual([...taken.keys()]);
    expect(values).toEqual(expected);
    return refused;
  } finally {
    await client.query('DROP TABLE copied');
  }
}

describe.each(Object.entries(CASES))('%s', (type, one) => {
  test('what was copied is what is read, and what is refused Postgres refuses', async () => {
    const rows = fc.array(fc.tuple(fc.option(one.values, { freq: 20 })), {
      minLength: 1,
      maxLength: ROWS,
      size: 'max',
    });
    const refused = new Set<unknown>();
    await fc.assert(
      fc.asyncProperty(rows, async (values) => {
        for (const value of await copied([[type, one]], values)) refused.add(value);
      }),
      { seed, numRuns: COPIES },
    );
    let asked = 0;
    for (const value of refused) {
      const question = one.asked?.(value);
      if (!question) continue;
      asked += 1;
      const answer = await client.query(question.sql, [question.parameter]).then(
        () => 'taken',
        (error: unknown) => (error instanceof pg.DatabaseError ? 'refused' : error),
      );
      expect(answer, `${type} ${JSON.stringify(value)}`).toBe('refused');
    }
    if (one.asked) expect(asked).toBeGreaterThan(0);
  });
});

test('rows of all columns together come back as they were', async () => {
  const all = Object.entries(CASES);
  const row = fc.tuple(...all.map(([, { values }]) => fc.option(values, { freq: 4 })));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: ROWS }), async (rows) => {
      await copied(all, rows);
    }),
    { seed, numRuns: COPIES },
  );
});

test('every code point there is comes back in texts, in lists and in jsonb', async () => {
  const points: string[] = [];
  for (let point = 1; point <= 0x10ffff; point += 1) {
    if (point < 0xd800 || point > 0xdfff) points.push(String.fromCodePoint(point));
  }
  const rows: string[][] = [];
  for (let at = 0; at < points.length; at += 500) rows.push(points.slice(at, at + 500));
  const cases = (['text', 'text[]', 'jsonb'] as const).map((type) => [type, CASES[type]!] as const);
  const refused = await copied(
    cases,
    rows.map((some) => [some.join(''), some, { [some.join('')]: some }]),
  );
  expect(refused).toEqual([]);
});
