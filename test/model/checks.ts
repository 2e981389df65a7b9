import { expect } from 'vitest';
import { endHolds, expectWholeBatches } from '../support/ledger.ts';
import { tablesIn, type Row, type Tables } from '../support/oracle.ts';
import type { Bench } from './bench.ts';
import type { Model } from './model.ts';
import { HOURS, prefixOf } from './objects.ts';

const warehouseOf = (bench: Bench): { rows(sql: string): Promise<Row[]> } => bench.warehouse;

/** What holds after every step: whole batches, a ledger that adds up, and the model's tables whenever they are known. */
export async function expectInvariants(model: Model, bench: Bench): Promise<void> {
  await expectWholeBatches(bench.warehouse);
  if (!model.isSure) return;
  await expectTables(model, bench);
}

async function expectTables(model: Model, bench: Bench): Promise<void> {
  expect(await tablesIn(warehouseOf(bench)), 'the tables are what the objects give').toEqual(model.tables());
  expect(await bench.warehouse.rows('SELECT * FROM clickstream_session_marks'), 'all is settled').toEqual([]);
}

/** Runs every hour to its end, in some order, and looks at everything; then once more, to see that nothing changes. */
export async function expectEnd(model: Model, bench: Bench, order: readonly number[]): Promise<void> {
  const loaded = await loadAll(model, bench, order);
  await expectTables(model, bench);
  bench.sawChanges(model);
  await expectSessionsApart(bench);
  const again = await loadAll(model, bench, order.toReversed());
  expect(again, 'loading it all once more changes nothing').toEqual(loaded);
}

/** All rows as they are, from each hour's completed pass. */
async function loadAll(model: Model, bench: Bench, order: readonly number[]): Promise<Tables & { all: Row[] }> {
  await endHolds(bench.warehouse);
  for (const hour of order) {
    const ending = await bench.run({ overridePrefix: prefixOf(hour) }, 50);
    expect(ending).toMatchObject({ status: 'complete' });
    expect((await bench.checkpoint(hour))?.state).toBe('completed');
    expectBalance(ending.result!, bench, hour);
    model.read(hour);
    await expectWholeBatches(bench.warehouse);
  }
  const all = await bench.warehouse.rows<Row>('SELECT * FROM clickstream_events ORDER BY event_id');
  return { ...(await tablesIn(warehouseOf(bench))), all };
}

/** To the record and to the byte: every record is one of four things, and all objects are read whole. */
function expectBalance(result: NonNullable<Awaited<ReturnType<Bench['run']>>['result']>, bench: Bench, hour: number) {
  const { read, split, inserted, duplicates, rejected, dropped, bytes, processed } = result;
  expect(read + split).toBe(inserted + duplicates + rejected + dropped);
  // A pass that an earlier run had begun reads only what that one left.
  if (result.hours[0]?.unchanged === true) return;
  const objects = bench.s3.listObjects('raw', prefixOf(hour));
  expect(processed).toBeLessThanOrEqual(objects.length);
  expect(bytes).toBeLessThanOrEqual(objects.reduce((sum, { size }) => sum + size, 0));
}

/** Derived sessions of a visitor lie one after the other, each more than the timeout after the one before. */
async function expectSessionsApart(bench: Bench): Promise<void> {
  const close = await bench.warehouse.rows(`
    SELECT * FROM (
      SELECT visitor_id, session_id, min(event_timestamp) AS starts_at,
        max(max(event_timestamp)) OVER (
          PARTITION BY visitor_id ORDER BY min(event_timestamp) ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS others_ended_at
      FROM clickstream_events WHERE session_derived GROUP BY visitor_id, session_id
    ) AS sessions WHERE starts_at <= others_ended_at + interval '30 minutes'`);
  expect(close, 'derived sessions are disjoint and further apart than the timeout').toEqual([]);
  const wide = await bench.warehouse.rows(`
    SELECT * FROM (
      SELECT session_id, event_timestamp - lag(event_timestamp) OVER (
        PARTITION BY visitor_id, session_id ORDER BY event_timestamp) AS pause
      FROM clickstream_events WHERE session_derived
    ) AS pauses WHERE pause > interval '30 minutes'`);
  expect(wide, 'no derived session has a pause longer than the timeout').toEqual([]);
}

/** All hours in an order that a number decides. */
export function someOrder(number: number): number[] {
  const hours = Array.from({ length: HOURS }, (_, hour) => hour);
  const first = hours.splice(number % HOURS, 1);
  return [...first, ...(number % 2 === 0 ? hours : hours.reverse())];
}
