import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeenEvents } from './seen-events.ts';

test('a record is beaten by one that was received earlier, or at the same moment with a hash that is no higher', () => {
  const seen = new SeenEvents();
  expect(seen.beats('a', 10, 10)).toBe(false);
  seen.add('a', 10, 10);
  expect(seen.beats('a', 11, 0)).toBe(true);
  expect(seen.beats('a', 10, 11)).toBe(true);
  expect(seen.beats('a', 10, 10)).toBe(true);
  expect(seen.beats('a', 10, 9)).toBe(false);
  expect(seen.beats('a', 9, 99)).toBe(false);
  expect(seen.beats('b', 11, 11)).toBe(false);
});

test('of the records of an event the best one stands, in whatever order they were delivered', () => {
  const seen = new SeenEvents();
  for (const received_ms of [5, 3, 8, 4]) seen.add('a', received_ms, 0);
  expect(seen.beats('a', 3, 1)).toBe(true);
  expect(seen.beats('a', 2, 1)).toBe(false);
});

test('the older half is forgotten when there are too many, and what is forgotten beats nothing', () => {
  const seen = new SeenEvents(2);
  for (const id of ['a', 'b', 'c', 'd']) seen.add(id, 1, 1);
  expect(['a', 'b', 'c', 'd'].map((id) => seen.beats(id, 2, 2))).toEqual([true, true, true, true]);
  seen.add('e', 1, 1);
  expect(['a', 'b', 'c', 'd', 'e'].map((id) => seen.beats(id, 2, 2))).toEqual([false, false, true, true, true]);
});

test('however little it remembers, it never beats a record that is better than all delivered before it', () => {
  const record = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), received: fc.nat(4), hash: fc.nat(2) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(record, { maxLength: 40 }), (capacity, records) => {
      const seen = new SeenEvents(capacity);
      const best = new Map<string, number>();
      for (const { id, received, hash } of records) {
        const standing = received * 10 + hash;
        if (standing < (best.get(id) ?? Infinity)) expect(seen.beats(id, received, hash)).toBe(false);
        best.set(id, Math.min(standing, best.get(id) ?? Infinity));
        seen.add(id, received, hash);
      }
    }),
  );
});
