import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../pipeline/record.ts';
import { parse } from './parse.ts';
import { ORIGIN, received, RECEIVED_MS, rowOf, runTransforms, type EventOrText } from './testing.ts';
import { uuidOfName } from '../pipeline/uuid.ts';
import { testTransform } from '../../testing/index.ts';

const UUID = '0189d1b3-4f0a-7c3e-9b1a-6f2e8d4c5b7a';
const HERE = uuidOfName('place', `${ORIGIN.key}#0`);
const DAY = 86_400_000;

const idOf = async (event: EventOrText): Promise<string> => (await rowOf([parse], event)).event_id;

describe('the id of an event', () => {
  test('is the client’s UUID, canonical', async () => {
    expect(await idOf({ eventId: UUID })).toBe(UUID);
    expect(await idOf({ eventId: `{${UUID.toUpperCase()}}` })).toBe(UUID);
    expect(await idOf({ event_id: UUID.replaceAll('-', '') })).toBe(UUID);
  });

  test('is made of any other text or number that names it', async () => {
    expect(await idOf({ eventId: 'evt-1' })).toBe(uuidOfName('clientId', 'evt-1'));
    expect(await idOf({ eventId: ' ' })).toBe(uuidOfName('clientId', ' '));
    expect(await idOf({ eventId: ` ${UUID}` })).toBe(uuidOfName('clientId', ` ${UUID}`));
    expect(await idOf({ eventId: 0 })).toBe(uuidOfName('clientId', '0'));
    expect(await idOf('{"eventId":9007199254740991}')).toBe(uuidOfName('clientId', '9007199254740991'));
  });

  test.each([
    ['none', '{}'],
    ['null', '{"eventId":null}'],
    ['empty', '{"eventId":"","event_id":""}'],
    ['nil', '{"eventId":"00000000-0000-0000-0000-000000000000"}'],
    ['nil in another spelling', '{"eventId":"{00000000000000000000000000000000}"}'],
    ['a number past 2^53', '{"eventId":9007199254740993}'],
    ['a number just as large', '{"eventId":9007199254740992}'],
    ['a negative number past 2^53', '{"eventId":-9007199254740993}'],
    ['an infinite number', '{"eventId":1e400}'],
    ['a boolean', '{"eventId":true}'],
    ['an array', `{"eventId":["${UUID}"]}`],
    ['an object', '{"eventId":{"id":1}}'],
  ])('is made of where the record lies when the client names it by %s', async (_, text) => {
    expect(await idOf(text)).toBe(HERE);
  });

  test('differs for two places, so that nameless events stay apart', async () => {
    const { rows } = await runTransforms([parse], [{ a: 1 }, { a: 1 }]);
    const elsewhere = await rowOf([parse], { a: 1 }, { origin: { key: 'events/2025/12/06/05/event-2.json' } });
    expect(new Set([rows[0]!.event_id, rows[1]!.event_id, elsewhere.event_id]).size).toBe(3);
  });

  test('is the one under eventId when event_id says something else', async () => {
    expect(await idOf({ event_id: 'b', eventId: UUID })).toBe(UUID);
  });

  test('of more than 512 bytes rejects its record and no other', async () => {
    const { rows, rejects } = await runTransforms(
      [parse],
      [{ eventId: 'x'.repeat(513) }, { eventId: 'x'.repeat(512) }, { eventId: 'é'.repeat(257) }],
    );
    expect(rejects).toEqual(['id_too_long 0', 'id_too_long 2']);
    expect(rows).toHaveLength(1);
  });
});

describe('the time of receipt', () => {
  test('is the ingest’s, or else when the object was written', async () => {
    expect((await rowOf([parse], received({}))).received_at).toBe(RECEIVED_MS);
    for (const event of [{}, { _ingest: {} }, { _ingest: 'x' }, { _ingest: [] }, received({}, 'yesterday')]) {
      expect((await rowOf([parse], event)).received_at).toBe(ORIGIN.lastModified_ms);
    }
  });
});

describe('the time of an event', () => {
  async function timeOf(fields: JsonObject): Promise<{ time_ms: number; replaced: number }> {
    const { rows, metrics } = await runTransforms([parse], [received(fields)]);
    return { time_ms: rows[0]!.event_timestamp, replaced: metrics['parse.replaced_times'] ?? 0 };
  }
  const close_ms = RECEIVED_MS - 2500;

  test.each([
    ['eventTimestamp as ISO 8601', { eventTimestamp: new Date(close_ms).toISOString() }],
    ['eventTimestamp as epoch milliseconds', { eventTimestamp: close_ms }],
    ['eventTimestamp as epoch milliseconds in digits', { eventTimestamp: String(close_ms) }],
    ['event_timestamp', { event_timestamp: close_ms }],
    ['timestamp', { timestamp: close_ms }],
    ['eventTimestamp before event_timestamp', { event_timestamp: 1, eventTimestamp: close_ms }],
    ['event_timestamp before timestamp', { timestamp: 1, event_timestamp: close_ms }],
    ['timestamp when eventTimestamp is empty', { eventTimestamp: '', timestamp: close_ms }],
  ])('is read from %s', async (_, fields) => {
    expect(await timeOf(fields)).toEqual({ time_ms: close_ms, replaced: 0 });
  });

  test.each([
    ['a word', 'tomorrow'],
    ['infinity', 'infinity'],
    ['30 February', '2025-02-30T05:00:00Z'],
    ['more than 5 minutes after the receipt', RECEIVED_MS + 300_001],
    ['more than 24 hours before the receipt', RECEIVED_MS - DAY - 1],
    ['epoch seconds', Math.floor(RECEIVED_MS / 1000)],
    ['the year 275760', 8.64e15],
    ['a boolean', true],
    ['an array', [close_ms]],
  ])('gives way to the receipt when it is %s, and that is counted', async (_, eventTimestamp) => {
    expect(await timeOf({ eventTimestamp })).toEqual({ time_ms: RECEIVED_MS, replaced: 1 });
  });

  test('is the receipt’s when the client sent none, which replaces nothing', async () => {
    expect(await timeOf({})).toEqual({ time_ms: RECEIVED_MS, replaced: 0 });
    expect(await timeOf({ eventTimestamp: null, timestamp: '' })).toEqual({ time_ms: RECEIVED_MS, replaced: 0 });
  });

  test('is corrected by sentAt or sent_at, which is not counted as replaced', async () => {
    const wrong = '2001-01-01T00:00:00Z';
    for (const name of ['sentAt', 'sent_at']) {
      expect(await timeOf({ eventTimestamp: wrong, [name]: '2001-01-01T00:00:04.5+00:00' })).toEqual({
        time_ms: RECEIVED_MS - 4500,
        replaced: 0,
      });
    }
  });

  test('is not corrected by a sentAt that is no time', async () => {
    expect(await timeOf({ eventTimestamp: close_ms, sentAt: 'just now' })).toEqual({ time_ms: close_ms, replaced: 0 });
    expect(await timeOf({ eventTimestamp: RECEIVED_MS - 2 * DAY, sentAt: {} })).toEqual({
      time_ms: RECEIVED_MS,
      replaced: 1,
    });
  });

  test('may lie any time before the object was written when there is no receipt', async () => {
    const row = await rowOf([parse], { eventTimestamp: '2009-08-07T06:05:04Z', sentAt: '2009-08-07T06:05:05Z' });
    expect(row.event_timestamp).toBe(Date.parse('2009-08-07T06:05:04Z'));
    const future = await rowOf([parse], { eventTimestamp: ORIGIN.lastModified_ms + 300_001 });
    expect(future.event_timestamp).toBe(ORIGIN.lastModified_ms);
  });
});

test('the hash tells records apart by what they hold, not by where they lie or how they are spaced', async () => {
  const { rows } = await runTransforms([parse], ['{"a": 1}', '{"a":1}', '{"a":2}']);
  expect(rows[0]!.record_hash).toBe(rows[1]!.record_hash);
  expect(rows[2]!.record_hash).not.toBe(rows[1]!.record_hash);
});

test('parse keeps the rules of transforms', () => testTransform(parse));
