import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeySpacing } from './key-spacing.ts';

const PAGE = 1000;

/** A number from 0 to 1 that depends on nothing but its argument. */
function chance(number: number): number {
  const value = Math.imul(number + 1, 0x9e3779b1);
  return ((Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) ^ (value >>> 3)) >>> 0) / 2 ** 32;
}

const hex = (value: number, length: number): string => Math.floor(value).toString(16).padStart(length, '0');
const tail = (number: number): string => hex(chance(number) * 2 ** 32, 8) + hex(chance(number + 7e6) * 2 ** 32, 8);

/** Some 100,000 keys as stores have them; times within an hour of 1,733,461,200,000 ms. */
const SHAPES: Readonly<Record<string, (number: number) => string>> = {
  'UUIDs that rise with time': (number) => {
    const time = hex(1_733_461_200_000 + number * 36 + chance(number) * 30, 12);
    return `events/2025/12/06/05/${time.slice(0, 8)}-${time.slice(8)}-7${tail(number).slice(0, 3)}-8${tail(number + 1e6).slice(0, 15)}.json`;
  },
  'random UUIDs': (number) => `events/2025/12/06/05/${tail(number)}-${tail(number + 1e6)}.json`,
  'times and random hexadecimals': (number) => `e/${1_733_461_200_000 + number * 36}-${tail(number)}.ndjson.gz`,
  numbers: (number) => `e/event-${String(number).padStart(12, '0')}.json`,
  'times as texts': (number) =>
    `e/${new Date(1_733_461_200_000 + number * 36).toISOString()}-${tail(number).slice(0, 6)}`,
};

describe('the spacing of keys', () => {
  test.each(Object.entries(SHAPES))('of %s says where the next pages will be', (shape, keyOf) => {
    const keys = Array.from({ length: 100_000 }, (_unused, number) => keyOf(number)).sort();
    const fills: number[] = [];
    let unknown = 0;
    for (let at = 0; at + 5 * PAGE < keys.length; at += 3 * PAGE + 17) {
      const page = keys.slice(at, at + PAGE);
      const spacing = KeySpacing.of(page);
      let from = page.at(-1)!;
      for (let ahead = 0; ahead < 3; ahead += 1) {
        const end = spacing?.after(from);
        if (end === undefined) {
          unknown += 1;
          break;
        }
        fills.push(keys.filter((key) => key > from && key <= end).length / PAGE);
        from = end;
      }
    }
    expect(unknown).toBeLessThan(3);
    // Times as texts do not count up in tens: no minute has a 68th second.
    const overfull = fills.filter((fill) => fill > 1).length / fills.length;
    expect(overfull).toBeLessThan(shape === 'times as texts' ? 0.4 : 0.1);
    expect(fills.reduce((sum, fill) => sum + fill) / fills.length).toBeGreaterThan(0.4);
  });

  test('is not known of keys that show nothing', () => {
    for (const keys of [[], ['a'], ['ä1', 'ö2'], ['a', 'a']]) expect(KeySpacing.of(keys)).toBeUndefined();
  });

  test('goes on from any key to a later one, or ends', () => {
    const texts = fc.uniqueArray(
      fc.string({ unit: fc.constantFrom(...Array.from('0123456789af-/zä')), maxLength: 12 }),
      {
        minLength: 2,
      },
    );
    fc.assert(
      fc.property(texts, fc.string(), (keys, from) => {
        const end = KeySpacing.of(keys.toSorted())?.after(from);
        if (end !== undefined) expect(end > from).toBe(true);
      }),
    );
  });
});
