import { readFile } from 'node:fs/promises';
import { column, defineEtl, standardTransforms, transform } from 'clickstream';

interface Product {
  readonly supplier: string;
  readonly cost: number;
}

/** A catalogue is held in memory for the run; one that is larger than this belongs in a table of the warehouse. */
const MOST_PRODUCTS = 100_000;

/** Joins each event about a product with the catalogue. In Lambda, catalogue.json lies beside the bundle. */
export const joinCatalogue = transform({
  name: 'joinCatalogue',
  needs: { product_id: column.text(), product_price: column.numeric() },
  adds: {
    supplier: column.text('Who supplies the product, by the catalogue of the day'),
    margin: column.numeric('Price less cost, by the catalogue of the day'),
  },
  async open() {
    const text = await readFile(new URL('catalogue.json', import.meta.url), 'utf8');
    const catalogue = new Map(Object.entries(JSON.parse(text) as Record<string, Product>));
    if (catalogue.size > MOST_PRODUCTS) throw new Error(`The catalogue has more than ${MOST_PRODUCTS} products`);
    return {
      each({ row }, context) {
        if (row.product_id === null) return;
        const product = catalogue.get(row.product_id);
        if (!product) return context.count('unknown_products');
        row.supplier = product.supplier;
        const cents = Math.round((Number(row.product_price) - product.cost) * 100);
        // A client may send any number; one that is too large to reckon with is none.
        if (row.product_price !== null && Number.isFinite(cents)) row.margin = cents / 100;
      },
    };
  },
});

const etl = defineEtl({ transforms: [...standardTransforms, joinCatalogue] });
export const { handler } = etl;
export default etl;
