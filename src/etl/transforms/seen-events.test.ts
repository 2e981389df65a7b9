import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeenEvents } from './seen-events.ts';

/** A UUID for each letter. */
const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((letter) => `019af207-f933-789b-8f81-${letter.repeat(12)}`) as [
  string,
  string,
  string,
  string,
  string,
];

test('a record is beaten by one that was received earlier, or at the same moment with a hash that is no higher', () => {
  const seen = new SeenEvents();
  expect(seen.beats(a, 10, 10)).toBe(false);
  seen.add(a, 10, 10);
  expect(seen.beats(a, 11, 0)).toBe(true);
  expect(seen.beats(a, 10, 11)).toBe(true);
  expect(seen.beats(a, 10, 10)).toBe(true);
  expect(seen.beats(a, 10, 9)).toBe(false);
  expect(seen.beats(a, 9, 99)).toBe(false);
  expect(seen.beats(b, 11, 11)).toBe(false);
});

test('of the records of an event the best one stands, in whatever order they were delivered', () => {
  const seen = new SeenEvents();
  for (const received_ms of [5, 3, 8, 4]) seen.add(a, received_ms, 0);
  expect(seen.beats(a, 3, 1)).toBe(true);
  expect(seen.beats(a, 2, 1)).toBe(false);
});

test('the older half is forgotten when there are too many, and what is forgotten beats nothing', () => {
  const seen = new SeenEvents(2);
  for (const id of [a, b, c, d]) seen.add(id, 1, 1);
  expect([a, b, c, d].map((id) => seen.beats(id, 2, 2))).toEqual([true, true, true, true]);
  seen.add(e, 1, 1);
  expect([a, b, c, d, e].map((id) => seen.beats(id, 2, 2))).toEqual([false, false, true, true, true]);
});

test('however little it remembers, it never beats a record that is better than all delivered before it', () => {
  const record = fc.record({ id: fc.constantFrom(a, b, c, d), received: fc.nat(4), hash: fc.nat(2) });
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

test('an id is known by all of its digits, and what is no canonical UUID is never known', () => {
  const seen = new SeenEvents();
  seen.add(a, 1, 1);
  for (let at = 0; at < a.length; at += 1) {
    const other = a[at] === '0' ? '1' : '0';
    expect(seen.beats(a.slice(0, at) + other + a.slice(at + 1), 2, 2)).toBe(false);
  }
  for (const other of [
    '',
    'a',
    a.toUpperCase(),
    `${a} `,
    a.replace('a', 'g'),
    a.replace('a', 'é'),
    a.replace('a', '\u{1f6d2}'),
  ]) {
    seen.add(other, 1, 1);
    expect(seen.beats(other, 2, 2)).toBe(false);
  }
});

test('it remembers as many as it is to, of ids that count up', () => {
  const seen = new SeenEvents(1000);
  const ids = Array.from({ length: 1000 }, (_, n) => `019af207-f933-789b-8f81-${String(n).padStart(12, '0')}`);
  for (const id of ids) seen.add(id, 1, 1);
  expect(ids.filter((id) => !seen.beats(id, 2, 2))).toEqual([]);
});
