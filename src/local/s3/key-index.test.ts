import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareKeys, KeyIndex } from './key-index.ts';
import { listPage } from './listing.ts';

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const anyKey = fc.string({
  unit: fc.constantFrom('a', 'b', '/', 'é', '\uffee', '😀', '𐀀'),
  minLength: 1,
  maxLength: 6,
});

describe('KeyIndex', () => {
  test('orders keys as their UTF-8 bytes are ordered', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(byBytes(a, b)));
      }),
    );
  });

  test('holds what was added and not removed since, in order, however the changes came', () => {
    const change = fc.record({ key: anyKey, action: fc.constantFrom('add', 'remove', 'list') });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const index = new KeyIndex();
        const model = new Set<string>();
        for (const { key, action } of changes) {
          if (action === 'list') index.keys();
          else if (action === 'add' && !model.has(key)) index.add(key);
          else if (action === 'remove' && model.has(key)) index.remove(key);
          if (action === 'add') model.add(key);
          if (action === 'remove') model.delete(key);
        }
        expect(index.keys()).toEqual([...model].sort(byBytes));
      }),
    );
  });
});

describe('listPage', () => {
  test('pages of any size hold every key and common prefix once', () => {
    const options = fc.record({
      keys: fc.uniqueArray(anyKey, { maxLength: 40 }),
      prefix: fc.constantFrom('', 'a', 'a/', 'é'),
      delimiter: fc.constantFrom('', '/', 'b/'),
      startAfter: fc.constantFrom('', 'a', 'a/b'),
      maxKeys: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(options, ({ keys, prefix, delimiter, startAfter, maxKeys }) => {
        const sorted = keys.sort(byBytes);
        const listed = sorted.filter(
          (key) => key.startsWith(prefix) && (startAfter === '' || byBytes(key, startAfter) > 0),
        );
        const groups = listed.map((key) => {
          const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
          return end === -1 ? key : key.slice(0, end + delimiter.length);
        });

        const found: string[] = [];
        let continueAfter: string | undefined;
        do {
          const page = listPage(sorted, { prefix, delimiter, startAfter, continueAfter, maxKeys });
          found.push(...[...page.keys, ...page.commonPrefixes].sort(byBytes));
          expect(page.keys.length + page.commonPrefixes.length).toBeLessThanOrEqual(maxKeys);
          continueAfter = page.next;
        } while (continueAfter !== undefined);
        expect(found).toEqual([...new Set(groups)]);
      }),
    );
  });
});
