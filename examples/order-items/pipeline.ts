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
    const items = (record.event['items'] as readonly unknown[]).map(readItem);
    // All of them are looked at first: of an order with a wrong item nothing is kept but its dead letter.
    if (items.includes(undefined))
      return context.reject(record, 'wrong_item', 'An item has no sku, quantity or price.');
    for (const [place, { sku, quantity, price }] of (items as readonly Item[]).entries()) {
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

function readItem(item: unknown): Item | undefined {
  const { sku, quantity, price } = (item ?? {}) as Partial<Item>;
  if (typeof sku !== 'string' || !Number.isInteger(quantity) || typeof price !== 'number') return undefined;
  return { sku, quantity: quantity!, price };
}

const etl = defineEtl({ transforms: [...standardTransforms, splitItems] });
export const { handler } = etl;
export default etl;
