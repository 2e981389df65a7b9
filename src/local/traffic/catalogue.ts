import type { Random } from './random.ts';

/** Where the made-up shop lives; `.example` can belong to nobody. */
export const SHOP_URL = 'https://www.lindenladen.example';

/** A thing the shop sells. Prices are in euro cents. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly brand: string;
  readonly price_cents: number;
  /** Given while the product is reduced; it is then what a shopper pays. */
  readonly discountPrice_cents: number | undefined;
  /** The path of its page, such as `/coffee/sku-1001`. */
  readonly path: string;
  /** Its place among the best sellers of the category, from 1. */
  readonly rank: number;
}

/** Name, brand, price in cents, and the reduced price if there is one; best sellers first. */
type Entry = readonly [name: string, brand: string, price_cents: number, discountPrice_cents?: number];

const SHELVES: Readonly<Record<string, readonly Entry[]>> = {
  Coffee: [
    ['Espresso beans Hafen 1 kg', 'Kontor 9', 2490],
    ['Hand grinder Mühle 38', 'Tarnow', 8900, 7490],
    ['Filter kettle 0.9 l', 'Tarnow', 6450],
    ['Moka pot, six cups', 'Bellavia', 3495, 2999],
    ['Milk jug 0.35 l', 'Bellavia', 1990],
    ['Paper filters, 100 pieces', 'Kontor 9', 449],
    ['Espresso machine Uno', 'Bellavia', 54900, 49900],
  ],
  Kitchen: [
    ["Chef's knife 20 cm", 'Steinhoff', 11900, 9900],
    ['Cast iron pan 28 cm', 'Grata', 7950],
    ['Oak board 40 x 25', 'Nordwald', 4400],
    ['Whetstone 1000/3000', 'Steinhoff', 3990],
    ['Bread tin with lid', 'Grata', 2790],
    ['Salad bowl "Åse"', 'Nordwald', 3650, 2920],
    ['Pepper mill', 'Steinhoff', 4295],
  ],
  Lighting: [
    ['Desk lamp Pivot', 'Lumio', 12900],
    ['Pendant light Dome 30', 'Lumio', 18950, 15990],
    ['Reading light, clip-on', 'Halm', 2995],
    ['LED bulb E27, warm, three pieces', 'Halm', 1499, 999],
    ['Floor lamp Arc', 'Lumio', 27900],
    ['Night light Mond', 'Halm', 1895],
  ],
  Audio: [
    ['Over-ear headphones H7', 'Tonfall', 22900, 19900],
    ['Wireless earbuds E3', 'Tonfall', 9990],
    ['Bookshelf speakers, pair', 'Quarz', 34900],
    ['Record player P1', 'Quarz', 29900, 26900],
    ['Kitchen radio Retro', 'Tonfall', 7995],
    ['Audio cable 1.5 m', 'Quarz', 1290],
    ['Headphone stand, walnut', 'Nordwald', 3900],
  ],
  Bags: [
    ['City backpack 18 l', 'Wegmann', 8990],
    ['Weekender 34 l', 'Wegmann', 14900, 11900],
    ['Trekking pack 55 l', 'Felsen', 21900],
    ['Bicycle pannier 20 l', 'Felsen', 7495, 6495],
    ['Laptop sleeve 14"', 'Wegmann', 3490],
    ['Tote bag, canvas', 'Wegmann', 1990],
    ['Dry bag 10 l', 'Felsen', 1795],
  ],
  Garden: [
    ['Secateurs No. 6', 'Grünspan', 4590],
    ['Watering can 5 l, zinc', 'Grünspan', 3990, 3490],
    ['Herb seeds, ten kinds', 'Beet & Co.', 1290],
    ['Raised bed, larch', 'Beet & Co.', 15900],
    ['Garden gloves', 'Grünspan', 1450],
    ['Bird feeder "Übermut"', 'Nordwald', 2995, 2495],
  ],
};

/** Everything the shop sells: 40 products in six categories. */
export const PRODUCTS: readonly Product[] = Object.entries(SHELVES).flatMap(([category, shelf], position) =>
  shelf.map(([name, brand, price_cents, discountPrice_cents], place) => {
    const id = `sku-${(position + 1) * 1000 + place + 1}`;
    const path = `/${category.toLowerCase()}/${id}`;
    return { id, name, category, brand, price_cents, discountPrice_cents, path, rank: place + 1 };
  }),
);

export const CATEGORIES: readonly string[] = Object.keys(SHELVES);

/** What a shopper pays for one piece, in cents. */
export function pricePaid_cents(product: Product): number {
  return product.discountPrice_cents ?? product.price_cents;
}

// A few products draw most of the looks, as in every shop.
const POPULARITY = PRODUCTS.map((product) => [product, 1 / product.rank] as const);

/** A product that a shopper looks at next; the best sellers of each category more often. */
export function pickProduct(random: Random): Product {
  return random.weighted(POPULARITY);
}
