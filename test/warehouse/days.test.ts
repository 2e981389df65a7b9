import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

let warehouse: TestWarehouse;

beforeAll(async () => {
  warehouse = await freshWarehouse();
  // Every quarter of an hour of more than a year, and so every change of clocks.
  await warehouse.rows(
    `INSERT INTO clickstream_quarterly_activity
     SELECT quarter, 'page_view', 1 FROM generate_series(timestamptz '2024-02-28 11:30Z', '2025-04-07 22:15Z', '15 min') AS quarter`,
  );
});

afterAll(() => warehouse.close());

it('days are those of UTC until a run has said otherwise', async () => {
  const [day] = await warehouse.rows("SELECT * FROM clickstream_days WHERE day = '2024-03-10'");
  expect(day).toMatchObject({
    starts_at: new Date('2024-03-10T00:00:00Z'),
    ends_at: new Date('2024-03-11T00:00:00Z'),
    time_zone: 'UTC',
  });
});

it.each([
  'Europe/Zurich',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/St_Johns',
  // Here clocks change at midnight, so that there are two of them, or none.
  'America/Havana',
  'Atlantic/Azores',
  'America/Asuncion',
  'America/Nuuk',
  'Africa/Cairo',
  'Asia/Beirut',
])('each quarter of an hour is in the day that clocks show in %s', async (zone) => {
  await warehouse.rows(
    `INSERT INTO clickstream_settings VALUES (true, '30 min', false, $1)
     ON CONFLICT (is_set) DO UPDATE SET reporting_time_zone = $1`,
    [zone],
  );
  const [counts] = await warehouse.rows(
    `SELECT count(*)::integer AS quarters, count(*) FILTER (WHERE d.day = (quarter AT TIME ZONE $1)::date)::integer AS right
     FROM clickstream_quarterly_activity JOIN clickstream_days AS d ON quarter >= d.starts_at AND quarter < d.ends_at`,
    [zone],
  );
  expect(counts).toEqual({ quarters: 38_828, right: 38_828 });
});
