import { expect, test } from 'vitest';
import { column } from '../etl/pipeline/column.ts';
import { transform } from '../etl/pipeline/transform.ts';
import { parse } from '../etl/transforms/parse.ts';
import { runTransform } from './run-transform.ts';

const addMargin = transform({
  name: 'addMargin',
  needs: { product_price: column.numeric(), product_discount_price: column.numeric() },
  adds: { margin: column.numeric() },
  each(record, context) {
    const { row, event } = record;
    if (event['test'] === true) return context.drop(record, 'test');
    if (row.product_price === null) return context.reject(record, 'no_price', 'It has no price.');
    row.margin = Number(row.product_price) - Number(row.product_discount_price ?? 0);
    if (row.margin === 0) context.split(record, 'again');
    if (row.margin > 100) context.drop(record, 'duplicate');
    context.count('margins');
  },
});

test('a transform runs by itself over rows and events, and all that it did is there', async () => {
  const ran = await runTransform(addMargin, [
    { row: { product_price: 10, product_discount_price: '7.50' } },
    { event: { test: true } },
    {},
    { row: { product_price: 3, product_discount_price: 3 } },
    { row: { product_price: 300 } },
  ]);
  expect(ran.rows).toMatchObject([
    { product_price: 10, product_discount_price: '7.50', margin: 2.5 },
    { margin: 0 },
    { margin: 0 },
  ]);
  expect(ran.rejects).toEqual([{ index: 2, code: 'no_price', detail: 'It has no price.' }]);
  expect([ran.dropped, ran.counts]).toEqual([{ test: 1, duplicate: 1 }, { margins: 3 }]);
});

test('the first of all transforms runs, too, and a column that is not needed is refused', async () => {
  const { rows } = await runTransform(parse, [{ event: { eventId: '00000000-0000-4000-8000-00000000000A' } }]);
  expect(rows[0]?.event_id).toBe('00000000-0000-4000-8000-00000000000a');
  await expect(runTransform(addMargin, [{ row: { price: 1 } as never }])).rejects.toThrow(
    'addMargin is given the column "price", which it does not need.',
  );
});
