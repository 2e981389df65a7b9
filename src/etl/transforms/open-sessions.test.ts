import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SettlingRule } from '../../config/settling-rule.ts';
import { OpenSessions, type Sessionless } from './open-sessions.ts';

const TIMEOUT_MS = 30;
const RULE: SettlingRule = { sessionTimeout_ms: TIMEOUT_MS, cutAtMidnight: false, reportingTimeZone: 'UTC' };

interface Event {
  readonly visitor: string;
  readonly time: number;
}

/**
 * The rule of design, from all events at once: in order of (time, id), a gap of more than the timeout splits, and so does
 * a day that is another one.
 */
function sessionsByRule(rows: readonly Sessionless[], dayOf = (_time: number) => 0): Map<string, string> {
  const ids = new Map<string, string>();
  const last = new Map<string, { time: number; session: string }>();
  const ordered = [...rows].sort((a, b) => a.event_timestamp - b.event_timestamp || (a.event_id < b.event_id ? -1 : 1));
  for (const { event_id, event_timestamp, visitor_id } of ordered) {
    const before = last.get(visitor_id);
    const joins =
      before && event_timestamp - before.time <= TIMEOUT_MS && dayOf(event_timestamp) === dayOf(before.time);
    const session = joins ? before.session : `auto-${event_id}`;
    last.set(visitor_id, { time: event_timestamp, session });
    ids.set(event_id, session);
  }
  return ids;
}

function rowsOf(events: readonly Event[]): Sessionless[] {
  // Ids in no order of time.
  const id = (at: number): string => String((at * 7919) % 10_007).padStart(5, '0');
  return events.map(({ visitor, time }, at) => ({
    event_id: id(at),
    event_timestamp: time,
    visitor_id: visitor,
    session_id: null,
  }));
}

const events = fc.array(fc.record({ visitor: fc.constantFrom('c:a', 'c:b', 'u:a'), time: fc.nat(400) }), {
  maxLength: 60,
});

test('in one batch every event has the session that the rule gives it, whatever the order they come in', () => {
  fc.assert(
    fc.property(events, (list) => {
      const rows = rowsOf(list);
      const expected = sessionsByRule(rows);
      new OpenSessions(RULE).assign(rows);
      expect(new Map(rows.map((row) => [row.event_id, row.session_id]))).toEqual(expected);
    }),
  );
});

test('batches in order of time give the same as one batch, as long as no visitor is forgotten', () => {
  fc.assert(
    fc.property(events, fc.integer({ min: 1, max: 10 }), (list, size) => {
      const rows = rowsOf(list).sort(
        (a, b) => a.event_timestamp - b.event_timestamp || (a.event_id < b.event_id ? -1 : 1),
      );
      const expected = sessionsByRule(rows);
      const sessions = new OpenSessions(RULE);
      for (let at = 0; at < rows.length; at += size) sessions.assign(rows.slice(at, at + size));
      expect(new Map(rows.map((row) => [row.event_id, row.session_id]))).toEqual(expected);
    }),
  );
});

/** Where it is a quarter of an hour later than in any whole hour's zone. */
const KATHMANDU: SettlingRule = { ...RULE, cutAtMidnight: true, reportingTimeZone: 'Asia/Kathmandu' };
const MIDNIGHT = Date.parse('2025-12-06T18:15:00Z');

test('where midnight ends sessions, events around it have the sessions that the rule gives them', () => {
  fc.assert(
    fc.property(events, fc.integer({ min: 1, max: 10 }), (list, size) => {
      const rows = rowsOf(list.map(({ visitor, time }) => ({ visitor, time: MIDNIGHT - 200 + time })));
      const expected = sessionsByRule(rows, (time) => (time < MIDNIGHT ? 6 : 7));
      const atOnce = rows.map((row) => ({ ...row }));
      new OpenSessions(KATHMANDU).assign(atOnce);
      expect(new Map(atOnce.map((row) => [row.event_id, row.session_id]))).toEqual(expected);

      rows.sort((a, b) => a.event_timestamp - b.event_timestamp || (a.event_id < b.event_id ? -1 : 1));
      const sessions = new OpenSessions(KATHMANDU);
      for (let at = 0; at < rows.length; at += size) sessions.assign(rows.slice(at, at + size));
      expect(new Map(rows.map((row) => [row.event_id, row.session_id]))).toEqual(expected);
    }),
  );
});

test('the first moment of a day starts a session, however short the pause, and only where midnight ends them', () => {
  const visits = [
    ['c:a', MIDNIGHT - 1, 'x'],
    ['c:a', MIDNIGHT, 'y'],
    ['c:a', MIDNIGHT + 1, 'z'],
  ] as const;
  expect(oneByOne(new OpenSessions(KATHMANDU), ...visits)).toEqual(['auto-x', 'auto-y', 'auto-y']);
  const utc = { ...KATHMANDU, reportingTimeZone: 'UTC' };
  expect(oneByOne(new OpenSessions(utc), ...visits)).toEqual(['auto-x', 'auto-x', 'auto-x']);
  const uncut = { ...KATHMANDU, cutAtMidnight: false };
  expect(oneByOne(new OpenSessions(uncut), ...visits)).toEqual(['auto-x', 'auto-x', 'auto-x']);
});

test('cut into any batches, events with one session id are of one session, and it is named after one of its events', () => {
  fc.assert(
    fc.property(events, fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 3 }), (list, size, capacity) => {
      const rows = rowsOf(list);
      const expected = sessionsByRule(rows);
      const sessions = new OpenSessions(RULE, capacity);
      for (let at = 0; at < rows.length; at += size) sessions.assign(rows.slice(at, at + size));
      for (const { event_id, session_id } of rows) {
        expect(session_id).toMatch(/^auto-\d{5}$/);
        expect(expected.get(session_id!.slice('auto-'.length))).toBe(expected.get(event_id));
      }
    }),
  );
});

test('a gap of the timeout goes on with a session, and a millisecond more starts another', () => {
  const rows = rowsOf([
    { visitor: 'c:a', time: 0 },
    { visitor: 'c:a', time: 30 },
    { visitor: 'c:a', time: 61 },
  ]);
  new OpenSessions(RULE).assign(rows);
  expect(rows.map((row) => row.session_id)).toEqual(['auto-00000', 'auto-00000', 'auto-05831']);
});

test('of events at one moment the one with the lowest id names the session', () => {
  const rows = ['b', 'a', 'c'].map((event_id) => ({
    event_id,
    event_timestamp: 5,
    visitor_id: 'c:v',
    session_id: null,
  }));
  new OpenSessions(RULE).assign(rows);
  expect(rows.map((row) => row.session_id)).toEqual(['auto-a', 'auto-a', 'auto-a']);
});

/** Gives events that come one by one their sessions. */
function oneByOne(
  sessions: OpenSessions,
  ...events: readonly (readonly [visitor: string, time: number, id: string])[]
) {
  return events.map(([visitor_id, event_timestamp, event_id]) => {
    const row: Sessionless = { event_id, event_timestamp, visitor_id, session_id: null };
    sessions.assign([row]);
    return row.session_id;
  });
}

test('an event that comes late, up to the timeout before a session’s first, is of it and names it from then on', () => {
  expect(
    oneByOne(new OpenSessions(RULE), ['c:a', 100, 'x'], ['c:a', 70, 'y'], ['c:a', 75, 'z'], ['c:a', 130, 'w']),
  ).toEqual(['auto-x', 'auto-y', 'auto-y', 'auto-y']);
  expect(oneByOne(new OpenSessions(RULE), ['c:a', 100, 'x'], ['c:a', 69, 'y'])).toEqual(['auto-x', 'auto-y']);
  expect(oneByOne(new OpenSessions(RULE), ['c:a', 100, 'x'], ['c:a', 131, 'y'])).toEqual(['auto-x', 'auto-y']);
});

test('a late event does not shorten its session', () => {
  const events = [
    ['c:a', 100, 'x'],
    ['c:a', 90, 'y'],
    ['c:a', 130, 'z'],
  ] as const;
  expect(oneByOne(new OpenSessions(RULE), ...events)).toEqual(['auto-x', 'auto-y', 'auto-y']);
});

test('of events at a session’s first moment the one with the lower id names it, whichever came first', () => {
  expect(oneByOne(new OpenSessions(RULE), ['c:a', 100, 'x'], ['c:a', 100, 'w'], ['c:a', 100, 'y'])).toEqual([
    'auto-x',
    'auto-w',
    'auto-w',
  ]);
});

test('of more visitors than it has room for, the older half is forgotten and begins anew', () => {
  const visits = ['c:1', 'c:2', 'c:3', 'c:4'].map((visitor, at) => [visitor, at, `a${at}`] as const);
  const sessions = new OpenSessions(RULE, 2);
  oneByOne(sessions, ...visits);
  // Nobody is forgotten yet.
  expect(oneByOne(sessions, ['c:1', 4, 'b'], ['c:4', 5, 'b'])).toEqual(['auto-a0', 'auto-a3']);
  oneByOne(sessions, ['c:5', 6, 'a4']);
  expect(oneByOne(sessions, ['c:3', 7, 'c'], ['c:4', 7, 'c'], ['c:1', 7, 'c'])).toEqual([
    'auto-a2',
    'auto-a3',
    'auto-c',
  ]);
});
