import { expect, it } from 'vitest';
import { CATEGORIES, pickProduct, pricePaid_cents, PRODUCTS } from './catalogue.ts';
import { Random } from './random.ts';

it('has 40 products in six categories, each with an id and a page of its own', () => {
  expect([PRODUCTS.length, CATEGORIES.length]).toEqual([40, 6]);
  expect(new Set(PRODUCTS.map(({ id }) => id)).size).toBe(40);
  expect(new Set(PRODUCTS.map(({ path }) => path)).size).toBe(40);
});

it('sells at the reduced price while there is one, which is lower', () => {
  const reduced = PRODUCTS.filter(({ discountPrice_cents }) => discountPrice_cents !== undefined);
  expect(reduced.length).toBeGreaterThan(5);
  for (const product of PRODUCTS) {
    expect(Number.isInteger(product.price_cents) && pricePaid_cents(product) > 0).toBe(true);
    if (reduced.includes(product)) expect(pricePaid_cents(product)).toBeLessThan(product.price_cents);
  }
});

it('shows the best seller of a category more often than the last one', () => {
  const random = Random.seeded(1);
  const looks = Array.from({ length: 5000 }, () => pickProduct(random).rank);
  expect(looks.filter((rank) => rank === 1).length).toBeGreaterThan(4 * looks.filter((rank) => rank === 6).length);
});
