import { expect } from 'vitest';
import { rebuiltTables, settledTables, type SettledTables, type SettledWarehouse } from './settled.ts';

/**
 * All is settled: what settling made of the events bit by bit is what a recompute from all of them gives, to the row, and
 * it adds up. Gives these rows.
 */
export async function expectSettled(warehouse: SettledWarehouse): Promise<SettledTables> {
  await expectAddsUp(warehouse);
  const { rows, settings } = warehouse;
  const named = `SELECT event_id, session_id FROM ${settings.tables.events} ORDER BY event_id`;
  const names = await rows(named);
  const settled = await settledTables(warehouse);
  expect(settled, 'settled bit by bit, the tables are those of a recompute').toEqual(await rebuiltTables(warehouse));
  expect(await rows(named), 'a recompute gives events the sessions that they had').toEqual(names);
  return settled;
}

/** Counted in plain SQL, sessions and sums are those of the events, and derived sessions are apart. */
export async function expectAddsUp({ rows, settings }: Omit<SettledWarehouse, 'adminEnv'>): Promise<void> {
  const { tables, sessionTimeout_ms, cutAtMidnight, reportingTimeZone } = settings;
  const { events, sessions, orders, visitors, marks, orderMarks, activityMarks } = tables;
  const timeout = `interval '${sessionTimeout_ms} milliseconds'`;
  const day = (time: string): string => `(${time} AT TIME ZONE '${reportingTimeZone}')::date`;
  const [waiting] = await rows(`
    SELECT (SELECT count(*)::int FROM ${marks}) AS sessions, (SELECT count(*)::int FROM ${orderMarks}) AS orders,
      (SELECT count(*)::int FROM ${activityMarks}) AS activity`);
  expect(waiting, 'nothing waits to be settled').toEqual({ sessions: 0, orders: 0, activity: 0 });

  const unlike = await rows(`
    SELECT * FROM (SELECT visitor_id, session_id, events, started_at, ended_at, derived FROM ${sessions}) AS s
    FULL JOIN (
      SELECT coalesce(visitor_id, '') AS visitor_id, session_id, count(*) AS events, min(event_timestamp) AS started_at,
        max(event_timestamp) AS ended_at, bool_or(session_derived) AS derived
      FROM ${events} WHERE session_id IS NOT NULL GROUP BY 1, 2
    ) AS e USING (visitor_id, session_id, events, started_at, ended_at, derived)
    WHERE s IS NULL OR e IS NULL`);
  expect(unlike, 'sessions count the events that name them').toEqual([]);

  const near = await rows(`
    SELECT * FROM (
      SELECT visitor_id, session_id, started_at, max(ended_at) OVER (
        PARTITION BY visitor_id ORDER BY started_at, session_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ) AS others_ended_at
      FROM ${sessions} WHERE derived
    ) AS s WHERE started_at <= others_ended_at${cutAtMidnight ? '' : ` + ${timeout}`}
      OR (started_at <= others_ended_at + ${timeout} AND ${day('started_at')} = ${day('others_ended_at')})`);
  expect(
    near,
    'derived sessions are disjoint and further apart than the timeout, or midnight lies between them',
  ).toEqual([]);

  const wide = await rows(`
    SELECT * FROM (
      SELECT session_id, event_timestamp - lag(event_timestamp) OVER (
        PARTITION BY visitor_id, session_id ORDER BY event_timestamp) AS pause
      FROM ${events} WHERE session_derived
    ) AS pauses WHERE pause > ${timeout}`);
  expect(wide, 'no derived session has a pause longer than the timeout').toEqual([]);

  const sum = (column: string, table: string): string => `(SELECT coalesce(sum(${column}), 0)::int FROM ${table})`;
  const count = (table: string): string => `(SELECT count(*)::int FROM ${table})`;
  const [sums] = await rows(`
    SELECT ${sum('events', tables.quarterlyActivity)} AS events,
      ${sum('sessions', tables.quarterlySessions)} AS sessions,
      ${sum('events', tables.quarterlySessions)} AS session_events,
      ${sum('orders', tables.quarterlyOrders)} AS orders,
      ${sum('orders', sessions)} + (SELECT count(*)::int FROM ${orders} WHERE session_id IS NULL) AS session_orders,
      ${sum('visitors', tables.quarterlyVisitors)} AS visitors`);
  const [counts] = await rows(`
    SELECT ${count(events)} AS events, ${count(sessions)} AS sessions,
      (SELECT count(*)::int FROM ${events} WHERE session_id IS NOT NULL) AS session_events,
      ${count(orders)} AS orders, ${count(orders)} AS session_orders, ${count(visitors)} AS visitors`);
  expect(sums, 'rollups add up to the rows').toEqual(counts);
}
