import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Calendar } from '../../src/etl/transforms/calendar.ts';

let client: pg.Client;

beforeAll(async () => {
  client = new pg.Client(inject('postgres'));
  await client.connect();
});

afterAll(() => client.end());

/** Days as Postgres has them, which settles by its own knowledge of time zones. */
async function daysOfPostgres(timeZone: string, moments_ms: readonly number[]): Promise<number[]> {
  const { rows } = await client.query<{ day: number }>(
    `SELECT (m AT TIME ZONE $1)::date - date '1970-01-01' AS day
     FROM unnest($2::timestamptz[]) WITH ORDINALITY AS t (m, n) ORDER BY n`,
    [timeZone, moments_ms.map((moment) => new Date(moment).toISOString())],
  );
  return rows.map(({ day }) => day);
}

const DAY_MS = 86_400_000;

/** Weeks in which the clocks are set somewhere, with what is odd about it. */
const CHANGES = [
  ['Europe/Berlin', '2025-03-30', '2025-10-26'],
  ['America/New_York', '2025-03-09', '2025-11-02'],
  // By half an hour.
  ['Australia/Lord_Howe', '2025-04-06', '2025-10-05'],
  // A quarter of an hour beside others, and nearly a day ahead.
  ['Pacific/Chatham', '2025-04-06', '2025-09-28'],
  ['Asia/Kathmandu', '2025-01-01', '2025-07-01'],
  // At midnight: days that begin at 01:00, and an hour before midnight that comes twice.
  ['America/Sao_Paulo', '2018-11-04', '2018-02-18'],
  ['Asia/Beirut', '2025-03-30', '2025-10-26'],
  ['Africa/Cairo', '2025-04-25', '2025-10-31'],
  // A minute past midnight.
  ['America/St_Johns', '2010-03-14', '2010-11-07'],
  // A day that never was.
  ['Pacific/Apia', '2011-12-30', '2011-09-24'],
  ['UTC', '2024-02-29', '2024-12-31'],
] as const;

it.each(CHANGES)('has the days of %s as Postgres does, through the weeks of %s and %s', async (timeZone, ...weeks) => {
  const calendar = new Calendar(timeZone);
  const moments_ms = weeks.flatMap((week) => {
    const begin_ms = Date.parse(`${week}T00:00:00Z`) - 3 * DAY_MS;
    // Both sides of every quarter of an hour, and some moment within it.
    return Array.from({ length: 7 * 96 }, (_, quarter) => begin_ms + quarter * 900_000).flatMap((at_ms) => [
      at_ms - 1,
      at_ms,
      at_ms + 61_000,
    ]);
  });
  expect(moments_ms.map((moment) => calendar.dayOf(moment))).toEqual(await daysOfPostgres(timeZone, moments_ms));
});

it('has the days of twenty years as Postgres does', async () => {
  const begin_ms = Date.parse('2006-01-01T00:00:00Z');
  for (const [timeZone] of CHANGES) {
    const calendar = new Calendar(timeZone);
    const moments_ms = Array.from({ length: 20 * 365 * 3 }, (_, at) => begin_ms + at * 28_733_337);
    expect(moments_ms.map((moment) => calendar.dayOf(moment))).toEqual(await daysOfPostgres(timeZone, moments_ms));
  }
});
