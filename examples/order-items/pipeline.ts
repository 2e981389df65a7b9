import { column, defineEtl, required, standardTransforms, transform } from 'clickstream';

/** Makes an event of each item of an order. The order stays as it is, and keeps its total: revenue is counted once. */
export const splitItems = transform({
  name: 'splitItems',
  needs: { event_name: required(column.text()), order_total: column.numeric(), product_id: column.text() },
  adds: {
    item_quantity: column.integer('How many of the product the order has; only of order_item'),
    item_price: column.numeric('Price of one; only of order_item'),
  },
  when: ({ row, event }) => row.event_name === 'order' && Array.isArray(event['items']),
  each(record, context) {
    const items = record.event['items'] as readonly unknown[];
    // All of them are looked at first: an order that throws is rejected whole.
    for (const [place, { sku, quantity, price }] of items.map(readItem).entries()) {
      const { row } = context.split(record, place);
      row.event_name = 'order_item';
      row.order_total = null;
      row.product_id = sku;
      row.item_quantity = quantity;
      row.item_price = price;
    }
  },
});

interface Item {
  readonly sku: string;
  readonly quantity: number;
  readonly price: number;
}

function readItem(item: unknown): Item {
  const { sku, quantity, price } = (item ?? {}) as Partial<Item>;
  if (typeof sku !== 'string' || !Number.isInteger(quantity) || typeof price !== 'number') {
    throw new Error('an item of the order has no sku, quantity or price');
  }
  return { sku, quantity: quantity!, price };
}

const etl = defineEtl({ transforms: [...standardTransforms, splitItems] });
export const { handler } = etl;
export default etl;
