import { describe, expect, test } from 'vitest';
import { marksOf, type MarkedRow } from './marks.ts';

const row = (fields: Partial<MarkedRow>): MarkedRow => ({
  event_timestamp: 0,
  event_name: 'page_view',
  visitor_id: null,
  session_id: null,
  session_derived: false,
  order_id: null,
  ...fields,
});
const at = (milliseconds: number): string => new Date(milliseconds).toISOString();

describe('sessions', () => {
  const derived = { visitor_id: 'c:a', session_id: 'auto-1', session_derived: true };
  const sessions = (...rows: Partial<MarkedRow>[]): readonly string[] => marksOf(rows.map(row)).sessions;

  test('each leaves one mark, over the time of its events, whatever their order', () => {
    const times = [5, 9, 2, 7, 9, 2];
    expect(sessions(...times.map((event_timestamp) => ({ ...derived, event_timestamp })))).toEqual([
      `c:a\t\\N\t${at(2)}\t${at(9)}`,
    ]);
  });

  test('those of a client are named, derived ones are not', () => {
    expect(sessions(derived, { ...derived, session_derived: false, event_timestamp: 3 })).toEqual([
      `c:a\t\\N\t${at(0)}\t${at(0)}`,
      `c:a\tauto-1\t${at(3)}\t${at(3)}`,
    ]);
    expect(sessions({ visitor_id: 'c:a', session_id: 's' }, { session_id: 's', event_timestamp: 4 })).toEqual([
      `c:a\ts\t${at(0)}\t${at(0)}`,
      `\ts\t${at(4)}\t${at(4)}`,
    ]);
  });

  test('two visitors leave two even if a record that lost gave their sessions one name', () => {
    expect(sessions({ ...derived, visitor_id: 'c:b' }, { ...derived, event_timestamp: 8 })).toEqual([
      `c:b\t\\N\t${at(0)}\t${at(0)}`,
      `c:a\t\\N\t${at(8)}\t${at(8)}`,
    ]);
  });

  test('two pairs of ids that are one text when put together are two', () => {
    const marks = sessions({ session_id: 'sc:', visitor_id: 'c:' }, { session_id: 's', visitor_id: 'c:c:' });
    expect(marks).toHaveLength(2);
  });

  test('a session that three visitors name leaves a mark of each, with all of its events', () => {
    const visitors = ['c:a', 'c:b', 'c:c', 'c:b', 'c:a', 'c:c'];
    const rows = visitors.map((visitor_id, number) => ({ visitor_id, session_id: 's', event_timestamp: number }));
    expect(sessions(...rows)).toEqual([
      `c:a\ts\t${at(0)}\t${at(4)}`,
      `c:b\ts\t${at(1)}\t${at(3)}`,
      `c:c\ts\t${at(2)}\t${at(5)}`,
    ]);
  });

  test('ids are escaped', () => {
    expect(sessions({ visitor_id: 'c:a\tb\\', session_id: 's\n' })).toEqual([`c:a\\tb\\\\\ts\\n\t${at(0)}\t${at(0)}`]);
  });

  test('events without one leave none', () => {
    expect(sessions({ visitor_id: 'c:a' }, {})).toEqual([]);
  });
});

test('an order is marked once, escaped', () => {
  const { orders } = marksOf([row({ order_id: 'a\t1' }), row({ order_id: 'a\t1' }), row({}), row({ order_id: 'b' })]);
  expect(orders).toEqual(['a\\t1', 'b']);
});

describe('activity', () => {
  const activity = (...rows: Partial<MarkedRow>[]): readonly string[] => marksOf(rows.map(row)).activity;

  test('counts events by quarter of an hour and name, those from before 1970 too', () => {
    expect(
      activity(
        { event_timestamp: 899_999 },
        { event_timestamp: 0 },
        { event_timestamp: 900_000 },
        { event_timestamp: 0, event_name: 'x' },
        { event_timestamp: -0.5 },
      ),
    ).toEqual([
      `${at(0)}\tpage_view\t2`,
      `${at(900_000)}\tpage_view\t1`,
      `${at(-900_000)}\tpage_view\t1`,
      `${at(0)}\tx\t1`,
    ]);
  });

  test('cuts a long name after 128 characters, and none of them in half', () => {
    const name = '\u{1F600}'.repeat(129);
    expect(activity({ event_name: name })).toEqual([`${at(0)}\t${'\u{1F600}'.repeat(128)}\t1`]);
    expect(activity({ event_name: 'a\tb' })).toEqual([`${at(0)}\ta\\tb\t1`]);
  });
});
