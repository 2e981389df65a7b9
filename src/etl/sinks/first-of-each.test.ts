import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstOfEach, type Standing } from './first-of-each.ts';

const item = (event_id: string, received_at: number, record_hash: number) => ({
  row: { event_id, received_at, record_hash },
});
const text = ({ row }: { readonly row: Standing }): string => `${row.event_id} ${row.received_at} ${row.record_hash}`;

test('one record of each event is left, in the order of the key', () => {
  const items = [item('b', 1, 1), item('c', 1, 1), item('a', 1, 1), item('b', 2, 0), item('a', 1, 1)];
  expect(firstOfEach(items).map(text)).toEqual(['a 1 1', 'b 1 1', 'c 1 1']);
});

test('of one event the record received first is left, whatever its hash; of one moment the one with the lower hash', () => {
  expect(firstOfEach([item('a', 2, 1), item('a', 1, 9)]).map(text)).toEqual(['a 1 9']);
  expect(firstOfEach([item('a', 1, 9), item('a', 2, 1)]).map(text)).toEqual(['a 1 9']);
  expect(firstOfEach([item('a', 1, 9), item('a', 1, 8)]).map(text)).toEqual(['a 1 8']);
  expect(firstOfEach([item('a', 1, 8), item('a', 1, 9)]).map(text)).toEqual(['a 1 8']);
});

test('the order in which records come makes no difference', () => {
  const record = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(3), fc.nat(3));
  fc.assert(
    fc.property(fc.array(record, { maxLength: 30 }), (records) => {
      const best = new Map<string, Standing>();
      for (const [event_id, received_at, record_hash] of records) {
        const standing = best.get(event_id);
        const isBefore =
          !standing ||
          received_at < standing.received_at ||
          (received_at === standing.received_at && record_hash < standing.record_hash);
        if (isBefore) best.set(event_id, { event_id, received_at, record_hash });
      }
      const expected = [...best.keys()].sort().map((id) => text({ row: best.get(id)! }));
      expect(firstOfEach(records.map((fields) => item(...fields))).map(text)).toEqual(expected);
    }),
  );
});

test('no record is no record', () => {
  expect(firstOfEach([])).toEqual([]);
});
