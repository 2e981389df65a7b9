import { loaded, RECEIVED_MS, type RecordCase, type Row } from '../record-case.ts';

const ISO = 'ISO 8601; no zone is UTC';
const EPOCH = 'epoch milliseconds';
const IMPOSSIBLE = 'it gives way to the receipt, and stays in properties';
const CORRECTED = 'received - (sent - event); both stay in properties';
const BACKFILL = 'no receipt: the object’s LastModified, and no lower bound';

const FIVE = '2025-12-06T05:00:00.000Z';

const at = (offset_ms: number): string => new Date(RECEIVED_MS + offset_ms).toISOString();

/** A time, given as JSON, that is read as another one. */
const read = (literal: string, event_timestamp: string, rule = ISO): RecordCase =>
  loaded(`time ${literal}`, rule, `"eventTimestamp":${literal}`, { event_timestamp });

/** A time that cannot be. */
const replaced = (literal: string): RecordCase =>
  loaded(`time ${literal}`, IMPOSSIBLE, `"eventTimestamp":${literal}`, { properties: `"eventTimestamp":${literal}` });

/** A time and `sentAt`, and the corrected time; null where that is impossible. */
const corrected = (name: string, event: unknown, sentAt: unknown, event_timestamp: string | null): RecordCase =>
  loaded(
    `sentAt: ${name}`,
    event_timestamp === null ? IMPOSSIBLE : CORRECTED,
    { eventTimestamp: event, sentAt },
    { ...(event_timestamp === null ? {} : { event_timestamp }), properties: { eventTimestamp: event, sentAt } },
  );

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const WRITTEN_ISO = '2025-12-06T06:00:00.000Z';

/** An event without a usable receipt. */
const backfilled = (name: string, members: object, columns: Row, kept: object = {}): RecordCase =>
  loaded(
    `backfill: ${name}`,
    BACKFILL,
    { _ingest: undefined, ...members },
    (id) => ({
      received_at: WRITTEN_ISO,
      event_timestamp: WRITTEN_ISO,
      ...columns,
      ...(columns['session_derived'] === true ? { session_id: `auto-${id}` } : {}),
      properties: kept,
    }),
    { posted: 'never' },
  );

export const TIMES: readonly RecordCase[] = [
  read('"2025-12-06T05:00:00.000Z"', FIVE),
  read('"2025-12-06T05:00:00Z"', FIVE),
  read('"2025-12-06T05:00:00"', FIVE),
  read('"2025-12-06T05:00"', FIVE),
  read('"2025-12-06 05:00:00"', FIVE),
  read('"2025-12-06"', '2025-12-06T00:00:00.000Z'),
  read('"2025-12-06t05:00:00z"', FIVE),
  read('"  2025-12-06T05:00:00Z\\n"', FIVE),
  read('"2025-12-06T05:00:00-00:00"', FIVE),
  read('"2025-12-06T19:00:00+14:00"', FIVE),
  read('"2025-12-05T17:00:00-12:00"', FIVE),
  read('"2025-12-06T10:45:00+05:45"', FIVE),
  read('"2025-12-06T10:30:00+0530"', FIVE),
  read('"2025-12-06T06:00:00+01"', FIVE),
  read('"2025-12-06T05:00:00,5Z"', '2025-12-06T05:00:00.500Z'),
  read('"2025-12-06T05:00:00.123456789Z"', '2025-12-06T05:00:00.123457Z'),
  read('"2025-12-06T05:00:00.9999999Z"', '2025-12-06T05:00:01.000Z'),
  read(`"2025-12-06T05:00:00.${'0'.repeat(1000)}Z"`, FIVE),
  read('"2025-12-05T24:00:00Z"', '2025-12-06T00:00:00.000Z'),
  read('"2025-12-06T04:59:60Z"', FIVE),
  read(String(Date.parse(FIVE)), FIVE, EPOCH),
  read(`"${Date.parse(FIVE)}"`, FIVE, EPOCH),
  read(`${Date.parse(FIVE)}.25`, '2025-12-06T05:00:00.000250Z', EPOCH),
  read(`1.7649972e12`, FIVE, EPOCH),
  read('null', at(0), 'none: the receipt'),
  read('""', at(0), 'none: the receipt'),
  replaced('"2025-02-30T00:00:00Z"'),
  replaced('"2025-11-31"'),
  replaced('"2025-13-01T00:00:00Z"'),
  replaced('"2025-12-06T25:00:00Z"'),
  replaced('"2025-12-05T24:00:01Z"'),
  replaced('"2025-12-06T05:60:00Z"'),
  replaced('"2025-12-06T04:59:61Z"'),
  replaced('"2025-12-06T05:00:00+99:99"'),
  replaced('"2025-12-06T05:00:00+16:00"'),
  replaced('"2025-12-06T05:00:00+01:60"'),
  replaced('"2025-12-06T05:00:00 Europe/Berlin"'),
  replaced('"2025-12-06T05:00:00 PST"'),
  replaced('"2025-12-06T5:00:00Z"'),
  replaced('"2025-12-6"'),
  replaced('"2025-W49-6T05:00:00Z"'),
  replaced('"2025-340T05:00:00Z"'),
  replaced('"+275760-09-13T00:00:00.000Z"'),
  replaced('"275760-09-13"'),
  replaced('"0000-01-01T00:00:00Z"'),
  replaced('"-000001-01-01T00:00:00Z"'),
  replaced('"0001-01-01T00:00:00+14:00"'),
  replaced('"44-03-15 BC"'),
  replaced('"infinity"'),
  replaced('"-infinity"'),
  replaced('"tomorrow"'),
  replaced('"now"'),
  replaced('"now()"'),
  replaced('"today"'),
  replaced('"epoch"'),
  replaced('"allballs"'),
  replaced('"J2451187"'),
  replaced('"06.12.2025"'),
  replaced('"12/06/2025 05:00"'),
  replaced('"Sat, 06 Dec 2025 05:00:00 GMT"'),
  replaced('"٢٠٢٥-١٢-٠٦"'),
  replaced('"２０２５-12-06"'),
  replaced('"2025-12-06T05:00:00Z; SELECT 1"'),
  replaced('"1"'),
  replaced('"0x19af0000000"'),
  replaced('"1.7649972e12"'),
  replaced('"1764997200"'),
  replaced('1764997200'),
  replaced('1764997200000000'),
  replaced('1764997200000000000'),
  replaced('8640000000000000'),
  replaced('-62135596800001'),
  replaced('0'),
  replaced('-1'),
  replaced('1'),
  replaced('true'),
  replaced('{}'),
  replaced('[]'),
  replaced('[1764997200000]'),
  loaded('time 1e400', IMPOSSIBLE, '"eventTimestamp":1e400', { properties: { eventTimestamp: 'Infinity' } }),
  read(`"${at(5 * MINUTE_MS)}"`, at(5 * MINUTE_MS), 'up to 5 min after the receipt'),
  replaced(`"${at(5 * MINUTE_MS + 1)}"`),
  replaced(`"${at(5 * MINUTE_MS).slice(0, -1)}001Z"`),
  replaced('"9999-12-31T23:59:59.999Z"'),
  read(`"${at(-DAY_MS)}"`, at(-DAY_MS), 'up to 24 h before the receipt'),
  replaced(`"${at(-DAY_MS - 1)}"`),
  replaced('"1999-12-31T23:59:59Z"'),
  loaded('time under its third name', ISO, { timestamp: FIVE }, { event_timestamp: FIVE }),
  loaded('time under its snake name', ISO, { event_timestamp: FIVE }, { event_timestamp: FIVE }),
  loaded(
    'time under two names, of which the first is impossible',
    'eventTimestamp, timestamp: the first that says anything',
    { timestamp: FIVE, eventTimestamp: 'tomorrow' },
    { properties: { timestamp: FIVE, eventTimestamp: 'tomorrow' } },
  ),
  corrected('a clock of 1999', '1999-01-01T00:00:00Z', '1999-01-01T00:00:07Z', at(-7000)),
  corrected('a clock of 2999', '2999-01-01T00:00:00Z', '2999-01-01T00:00:07.5Z', at(-7500)),
  corrected('in epoch milliseconds', 0, 1, at(-1)),
  corrected('30 days before', 0, 30 * DAY_MS, at(-30 * DAY_MS)),
  corrected('a millisecond more than 30 days before', 0, 30 * DAY_MS + 1, null),
  corrected('5 minutes after', 5 * MINUTE_MS, 0, at(5 * MINUTE_MS)),
  corrected('a millisecond more than 5 minutes after', 5 * MINUTE_MS + 1, 0, null),
  corrected('as far as can be', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', null),
  corrected('as far as can be, the other way', '9999-12-31T23:59:59Z', '0001-01-01T00:00:00Z', null),
  corrected('an impossible time', 'tomorrow', FIVE, null),
  ...['tomorrow', '2025-02-30', true, {}, 1e300].map((sentAt) =>
    loaded(
      `sentAt: ${JSON.stringify(sentAt)}`,
      'no instant corrects nothing',
      { eventTimestamp: FIVE, sentAt },
      { event_timestamp: FIVE, properties: { sentAt } },
    ),
  ),
  loaded('sentAt: alone', 'no time: the receipt', { sentAt: FIVE }, { properties: { sentAt: FIVE } }),
  backfilled('nothing at all', {}, {}),
  backfilled('of 2011', { eventTimestamp: '2011-03-04T05:06:07Z' }, { event_timestamp: '2011-03-04T05:06:07.000Z' }),
  backfilled('of 1970', { eventTimestamp: 0 }, { event_timestamp: '1970-01-01T00:00:00.000Z' }),
  backfilled(
    'of the year 1, without a session',
    { eventTimestamp: '0001-01-01T00:00:00Z', sessionId: null, clientId: 'year 1' },
    {
      event_timestamp: '0001-01-01T00:00:00.000Z',
      client_id: 'year 1',
      visitor_id: 'c:year 1',
      session_derived: true,
    },
  ),
  backfilled(
    'of the future',
    { eventTimestamp: '2999-01-01T00:00:00Z' },
    {},
    { eventTimestamp: '2999-01-01T00:00:00Z' },
  ),
  backfilled(
    'sentAt has nothing to be compared with',
    { eventTimestamp: '2011-03-04T05:06:07Z', sentAt: '2011-03-04T06:00:00Z' },
    { event_timestamp: '2011-03-04T05:06:07.000Z' },
    { sentAt: '2011-03-04T06:00:00Z' },
  ),
  ...['mine', 7, ['receivedAt'], true].map((value) =>
    backfilled(`${JSON.stringify(value)} for _ingest`, { _ingest: value }, {}, { _ingest: value }),
  ),
  ...['yesterday', '2025-02-30T00:00:00Z', {}, true, ''].map((receivedAt) =>
    backfilled(`${JSON.stringify(receivedAt)} for a receipt`, { _ingest: { receivedAt } }, {}),
  ),
  backfilled(
    'received at the end of time, without a session',
    { _ingest: { receivedAt: '9999-12-31T23:59:59.999Z' }, sessionId: null, userId: 'end of time' },
    {
      received_at: '9999-12-31T23:59:59.999Z',
      event_timestamp: '9999-12-31T23:59:59.999Z',
      user_id: 'end of time',
      identity_source: null,
      visitor_id: 'u:end of time',
      session_derived: true,
    },
  ),
];
