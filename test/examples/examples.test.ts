import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadPipeline } from '../../src/cli/pipeline-file.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import type { JsonObject } from '../../src/etl/pipeline/record.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import { testTransform } from '../../src/testing/index.ts';
import { freshBucket, HOUR, PREFIX } from '../support/bucket.ts';
import { freshWarehouse } from '../support/warehouse.ts';

const folder = fileURLToPath(new URL('../../examples/', import.meta.url));

/** What must be in the warehouse after each, in order of time and product. */
const EXAMPLES: Readonly<
  Record<string, { readonly counts: object; readonly select: string; readonly rows: readonly object[] }>
> = {
  'product-catalogue': {
    counts: { read: 3, inserted: 3, rejected: 0 },
    select: 'product_id, supplier, margin::float',
    rows: [
      { product_id: 'sku-1', supplier: 'Nordlicht', margin: 12.4 },
      { product_id: 'sku-9', supplier: null, margin: null },
      { product_id: null, supplier: null, margin: null },
    ],
  },
  'order-items': {
    counts: { read: 3, split: 2, inserted: 4, rejected: 1 },
    select: 'event_name, product_id, order_id, order_total::float, item_quantity, item_price::float',
    rows: [
      {
        event_name: 'order_item',
        product_id: 'sku-1',
        order_id: 'o-1',
        order_total: null,
        item_quantity: 2,
        item_price: 19.9,
      },
      {
        event_name: 'order_item',
        product_id: 'sku-2',
        order_id: 'o-1',
        order_total: null,
        item_quantity: 1,
        item_price: 5,
      },
      {
        event_name: 'order',
        product_id: null,
        order_id: 'o-1',
        order_total: 44.8,
        item_quantity: null,
        item_price: null,
      },
      {
        event_name: 'page_view',
        product_id: null,
        order_id: null,
        order_total: null,
        item_quantity: null,
        item_price: null,
      },
    ],
  },
  'ab-test': {
    counts: { read: 3, inserted: 3, rejected: 0 },
    select: 'exposures',
    rows: [{ exposures: ['checkout:green', 'search:b'] }, { exposures: null }, { exposures: null }],
  },
};

test('every example is tried', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(EXAMPLES).sort());
});

test.each(Object.entries(EXAMPLES))(
  '%s: its events are in PostgreSQL as its page says, again after a rerun',
  async (name, example) => {
    const pipeline = await loadPipeline(`${folder}${name}/pipeline.ts`);
    const s3 = await freshBucket();
    const warehouse = await freshWarehouse({ s3Endpoint: s3.url, columns: pipeline.columns });
    try {
      await s3.putObject('raw', `${PREFIX}event-1.json`, readFileSync(`${folder}${name}/events.ndjson`, 'utf8'));
      const run = () => runEtl({ targetUtcHour: HOUR }, warehouse.settings, { pipeline });
      const rows = () =>
        warehouse.rows(
          `SELECT ${example.select} FROM clickstream_events ORDER BY event_timestamp, product_id NULLS LAST`,
        );
      expect(await run()).toMatchObject({ status: 'complete', ...example.counts });
      expect(await rows()).toEqual(example.rows);
      expect(await run()).toMatchObject({ status: 'complete', inserted: 0 });
      expect(await rows()).toEqual(example.rows);
    } finally {
      await warehouse.close();
      await s3.close();
    }
  },
);

test.each(Object.keys(EXAMPLES))('%s: its own transforms keep the rules of transforms', async (name) => {
  const { transforms } = await loadPipeline(`${folder}${name}/pipeline.ts`);
  const own = transforms.filter((one) => !defaultPipeline.transforms.includes(one));
  expect(own).not.toEqual([]);
  const events = readFileSync(`${folder}${name}/events.ndjson`, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as JsonObject);
  for (const one of own) await testTransform(one, { events });
});
