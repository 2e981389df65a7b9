import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

function draws<T>(count: number, draw: () => T): T[] {
  return Array.from({ length: count }, draw);
}

describe('random numbers', () => {
  it('are these and no others, on every machine', () => {
    const random = Random.seeded('clickstream');
    expect(draws(4, () => random.word())).toMatchInlineSnapshot(`
      [
        3228264045,
        249027642,
        405993352,
        3902274385,
      ]
    `);
    expect(random.uuid()).toMatchInlineSnapshot(`"dd48ec77-4352-4ddb-b305-5370df6df55d"`);
  });

  it('are spread evenly', () => {
    const random = Random.seeded(1);
    const counts = draws(60_000, () => random.int(1, 6)).reduce<Record<number, number>>(
      (sums, face) => ({ ...sums, [face]: (sums[face] ?? 0) + 1 }),
      {},
    );
    expect(Object.keys(counts)).toEqual(['1', '2', '3', '4', '5', '6']);
    for (const count of Object.values(counts)) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('follow the weights', () => {
    const random = Random.seeded(2);
    const rare = draws(10_000, () => random.weighted([['often', 9], ['rare', 1]] as const)).filter((choice) => choice === 'rare'); // prettier-ignore
    expect(Math.abs(rare.length - 1000)).toBeLessThan(150);
  });

  it('are mostly early where waiting times are drawn', () => {
    const random = Random.seeded(3);
    const waits = draws(10_000, () => random.early(0, 799));
    expect(Math.abs(waits.filter((wait) => wait < 100).length - 5000)).toBeLessThan(200);
    expect(Math.max(...waits)).toBeLessThanOrEqual(799);
  });

  it('of a fork leave those of the origin alone', () => {
    const [one, two] = [Random.seeded(4), Random.seeded(4)];
    draws(100, () => one.fork().word());
    draws(100, () => {
      const fork = two.fork();
      return draws(7, () => fork.word());
    });
    expect(one.word()).toBe(two.word());
  });

  it('make UUIDs of version 4 that do not repeat', () => {
    const random = Random.seeded(5);
    const uuids = draws(10_000, () => random.uuid());
    expect(new Set(uuids).size).toBe(10_000);
    for (const uuid of uuids) expect(uuid).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });
});
