import { expect, test } from 'vitest';
import { column } from '../etl/pipeline/column.ts';
import type { Planned } from './planned.ts';
import { smallest } from './smallest.ts';

const planned = Array.from({ length: 100 }, (_, n): Planned => ({
  event: { n, page: { a: 1, b: { c: 2 } } },
  given: { price: n, id: 'x' },
  kind: 'shop',
}));
const needs = { price: column.numeric(), id: { ...column.text(), nullable: false } };

test('what is left are the records that it takes together, without what it does not take', async () => {
  const numbers = (records: readonly Planned[]): unknown[] => records.map(({ event }) => event['n']);
  const found = await smallest(planned, needs, (records) =>
    Promise.resolve([17, 18, 83].every((n) => numbers(records).includes(n))),
  );
  expect(found).toEqual([17, 18, 83].map((n) => ({ event: { n }, given: { price: null, id: 'x' }, kind: 'shop' })));
});

test('an inner property stays with the objects that hold it', async () => {
  const holds = ({ event }: Planned): boolean => (event['page'] as { b?: { c?: number } } | undefined)?.b?.c === 2;
  const [one, ...others] = await smallest(planned, needs, (records) => Promise.resolve(records.some(holds)));
  expect([one?.event, others]).toEqual([{ page: { b: { c: 2 } } }, []]);
});

test('it gives up in time when nothing smaller shows it', async () => {
  let calls = 0;
  const found = await smallest(planned, needs, (records) => {
    calls += 1;
    return Promise.resolve(records.length === 100 && records.every(({ event }) => Object.keys(event).length === 2));
  });
  expect(found).toHaveLength(100);
  expect(calls).toBeLessThan(1_000);
});
