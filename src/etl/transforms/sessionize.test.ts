import { describe, expect, test } from 'vitest';
import { parse } from './parse.ts';
import { sessionize } from './sessionize.ts';
import { received, RECEIVED_MS, rowOf, runBatches, runTransforms } from './testing.ts';
import { testTransform } from '../../testing/index.ts';

const MINUTE = 60_000;
const visit = (minutes: number, fields: object) =>
  received({ eventId: `e${minutes}`, eventTimestamp: RECEIVED_MS + (minutes - 600) * MINUTE, ...fields });

describe('the visitor', () => {
  test.each([
    [{ clientId: 'a', userId: 'b' }, 'c:a'],
    [{ userId: 'b' }, 'u:b'],
    [{ client_id: 'a' }, 'c:a'],
    [{ user_id: 7 }, 'u:7'],
    [{ clientId: '', userId: 'b' }, 'u:b'],
    [{ clientId: 'a', client_id: 'z' }, 'c:a'],
    [{ clientId: null, userId: '' }, null],
    [{}, null],
  ])('of %j is %j', async (fields, visitor) => {
    expect((await rowOf([parse, sessionize], received(fields))).visitor_id).toBe(visitor);
  });

  test('that is no text, number or boolean is none', async () => {
    const row = await rowOf([parse, sessionize], '{"clientId":{},"userId":[1],"sessionId":1e400}');
    expect(row).toMatchObject({ client_id: null, user_id: null, visitor_id: null, session_id: null });
  });
});

test('an event with a session id keeps it, and takes no part in the sessions of the others', async () => {
  const { rows } = await runTransforms(
    [parse, sessionize],
    [
      visit(0, { clientId: 'a' }),
      visit(20, { clientId: 'a', sessionId: 's' }),
      visit(40, { clientId: 'a' }),
      visit(41, { clientId: 'a', session_id: 't' }),
    ],
  );
  const [first, , third] = rows;
  expect(rows.map((row) => [row.session_id, row.session_derived])).toEqual([
    [`auto-${first!.event_id}`, true],
    ['s', false],
    [`auto-${third!.event_id}`, true],
    ['t', false],
  ]);
});

test('an event without a session or a visitor has no session', async () => {
  const row = await rowOf([parse, sessionize], received({ eventName: 'x' }));
  expect([row.session_id, row.session_derived]).toEqual([null, false]);
});

test('a gap of exactly the timeout goes on with the session, and a longer one ends it', async () => {
  const events = [0, 30, 60, 91].map((minutes) => visit(minutes, { clientId: 'a' }));
  const { rows } = await runTransforms([parse, sessionize], events);
  expect(new Set(rows.slice(0, 3).map((row) => row.session_id))).toEqual(new Set([`auto-${rows[0]!.event_id}`]));
  expect(rows[3]!.session_id).toBe(`auto-${rows[3]!.event_id}`);
});

test('the timeout is the run’s own', async () => {
  const events = [0, 30].map((minutes) => visit(minutes, { clientId: 'a' }));
  const { rows } = await runTransforms([parse, sessionize], events, { sessionTimeout_ms: 29 * MINUTE });
  expect(rows[0]!.session_id).not.toBe(rows[1]!.session_id);
});

test('a client and a user of the same name are two visitors', async () => {
  const { rows } = await runTransforms([parse, sessionize], [visit(0, { clientId: '42' }), visit(1, { userId: '42' })]);
  expect(rows[0]!.session_id).not.toBe(rows[1]!.session_id);
});

test('a session goes on from batch to batch, and the order within a batch does not matter', async () => {
  const event = (minutes: number) => visit(minutes, { clientId: 'a' });
  const [one, two] = await runBatches(
    [parse, sessionize],
    [
      [event(10), event(0)],
      [event(50), event(35)],
    ],
  );
  const ids = [...one!.rows, ...two!.rows].map((row) => row.session_id);
  expect(new Set(ids)).toEqual(new Set([`auto-${one!.rows[1]!.event_id}`]));
});

test.each(['userId', 'clientId', 'sessionId', 'user_id', 'client_id', 'session_id'])(
  'a %s of more than 512 bytes rejects its record and no other',
  async (name) => {
    const { rows, rejects } = await runTransforms(
      [parse, sessionize],
      [visit(0, { [name]: 'é'.repeat(257) }), visit(1, { [name]: 'é'.repeat(256) })],
    );
    expect(rejects).toEqual(['id_too_long 0']);
    expect(rows).toHaveLength(1);
  },
);

test('sessionize keeps the rules of transforms, but one', () =>
  testTransform(sessionize, {
    except: {
      batching: 'A session is named after its first event as far as the run knows it; settling corrects that.',
    },
  }));
