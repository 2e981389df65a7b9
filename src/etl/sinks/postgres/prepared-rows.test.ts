import { expect, test } from 'vitest';
import type { Columns } from '../../pipeline/column.ts';
import { decode } from '../../pipeline/decode/testing.ts';
import { column, required } from '../../pipeline/column.ts';
import type { EventRecord } from '../../pipeline/event-record.ts';
import type { DecodedRecord, Origin } from '../../pipeline/record.ts';
import { RowEncoder } from './encode.ts';
import { PostgresRows, rejectLine, type SinkRow } from './prepared-rows.ts';

const ORIGIN: Origin = { key: 'events/2025/12/06/05/a\tb.json', etag: '"1"', size_bytes: 2, lastModified_ms: 0 };
const COLUMNS = {
  event_id: required(column.text()),
  event_timestamp: required(column.timestamptz()),
  visitor_id: column.text(),
  session_id: column.text(),
  note: column.text(),
} satisfies Columns;

function record(row: Partial<SinkRow> & { readonly note?: string }): EventRecord {
  const piece = decode('{"a":1}')[0] as DecodedRecord;
  const full = {
    event_id: 'a',
    event_timestamp: 0,
    received_at: 0,
    record_hash: 0,
    event_name: 'page_view',
    visitor_id: null,
    session_id: null,
    order_id: null,
  };
  return {
    event: piece.event,
    row: { ...full, session_derived: false, note: null, ...row },
    origin: ORIGIN,
    index: 0,
    piece,
    fate: 'live',
  };
}

const prepare = (...records: EventRecord[]): Promise<PostgresRows> =>
  PostgresRows.of(records, [], new RowEncoder(COLUMNS));

test('the lines are in the order of the events’ ids, as the key is, so that two runs never deadlock', async () => {
  const rows = await prepare(record({ event_id: 'b' }), record({ event_id: 'c' }), record({ event_id: 'a' }));
  expect(rows.lines.map((line) => line.split('\t')[0])).toEqual(['a', 'b', 'c']);
  expect(rows.takeDelivered().map(({ row }) => row['event_id'])).toEqual(['a', 'b', 'c']);
});

test('of the records of one event the one received first is written, then the one with the lower hash', async () => {
  const late = record({ received_at: 2, record_hash: 1, note: 'late' });
  const first = record({ received_at: 1, record_hash: 9, note: 'first' });
  const other = record({ received_at: 1, record_hash: 10, note: 'other' });
  for (const order of [
    [late, first, other],
    [other, first, late],
    [first, late, other],
  ]) {
    const rows = await prepare(...order);
    expect(rows.takeDelivered()).toEqual([first]);
    expect(rows.duplicates).toBe(2);
    expect(rows.lines).toEqual([expect.stringContaining('first')]);
  }
});

test('a record that the warehouse cannot hold is rejected alone, and does not stand for its event', async () => {
  const poison = record({ received_at: 1, note: 'x\0' });
  const sound = record({ received_at: 2, note: 'sound' });
  const rows = await prepare(poison, sound);
  expect(rows.rejects).toMatchObject([{ code: 'nul_character', detail: 'the column note holds the character U+0000' }]);
  expect(rows.takeDelivered()).toEqual([sound]);
  expect(rows.duplicates).toBe(0);
  expect(poison.fate).toBe('rejected');
});

test('of duplicates nothing is written, and those that the warehouse cannot hold are dead letters like any other', async () => {
  const poison = record({ event_id: 'b', note: 'x\0' });
  const rows = await PostgresRows.of([record({})], [record({}), poison], new RowEncoder(COLUMNS));
  expect(rows.lines).toHaveLength(1);
  expect(rows.duplicates).toBe(1);
  expect(rows.rejects).toMatchObject([{ code: 'nul_character' }]);
  expect(poison.fate).toBe('rejected');
});

test('a reject is one line whatever its key, detail and bytes are', () => {
  const line = rejectLine(
    {
      origin: ORIGIN,
      index: 3,
      start_bytes: 10,
      end_bytes: 12,
      code: 'invalid_json',
      detail: 'not \0 a \ud800 value\n',
      raw: Buffer.from([0x00, 0xff, 0x09]),
    },
    'run',
  );
  expect(line.split('\t')).toEqual([
    'events/2025/12/06/05/a\\tb.json',
    '3',
    '10',
    '12',
    '1970-01-01T00:00:00.000Z',
    '"1"',
    'invalid_json',
    'not \uFFFD a \uFFFD value\\n',
    '\\\\x00ff09',
    'run',
  ]);
});

test('the records are handed over once, since they are far larger than their rows', async () => {
  const rows = await prepare(record({}));
  expect(rows.takeDelivered()).toHaveLength(1);
  expect(rows.takeDelivered()).toEqual([]);
});

test('an error that is no value’s is a defect and rejects nothing', async () => {
  const row = record({});
  Object.defineProperty(row.row, 'note', {
    get: () => {
      throw new RangeError('broken');
    },
  });
  await expect(prepare(row)).rejects.toThrow(new RangeError('broken'));
  expect(row.fate).toBe('live');
});
