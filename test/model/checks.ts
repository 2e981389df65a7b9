import { expect } from 'vitest';
import { expectAddsUp, expectSettled } from '../support/expect-settled.ts';
import { endHolds, expectWholeBatches } from '../support/ledger.ts';
import { tablesIn, type Row, type Tables } from '../support/oracle.ts';
import { settledTables, type SettledTables } from '../support/settled.ts';
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
  await expectAddsUp(bench.warehouse);
}

/** Runs every hour to its end, in some order, and looks at everything; then once more, to see that nothing changes. */
export async function expectEnd(model: Model, bench: Bench, order: readonly number[]): Promise<void> {
  const loaded = await loadAll(model, bench, order);
  await expectTables(model, bench);
  bench.sawChanges(model);
  const again = await loadAll(model, bench, order.toReversed());
  expect(again, 'loading it all once more changes nothing').toEqual(loaded);
  expect(await expectSettled(bench.warehouse)).toEqual(loaded.settled);
}

/** All rows as they are, from each hour's completed pass. */
async function loadAll(
  model: Model,
  bench: Bench,
  order: readonly number[],
): Promise<Tables & { all: Row[]; settled: SettledTables }> {
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
  return { ...(await tablesIn(warehouseOf(bench))), all, settled: await settledTables(bench.warehouse) };
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

/** All hours in an order that a number decides. */
export function someOrder(number: number): number[] {
  const hours = Array.from({ length: HOURS }, (_, hour) => hour);
  const first = hours.splice(number % HOURS, 1);
  return [...first, ...(number % 2 === 0 ? hours : hours.reverse())];
}
