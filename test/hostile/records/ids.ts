import { BY_PLACE, loaded, OneOf, rejected, RECEIVED_MS, several, uuidOf, type RecordCase } from '../record-case.ts';

const SPELLED = 'any spelling that Postgres accepts is the canonical UUID';
const NAMED = 'another non-empty text is the UUIDv5 of it, and stays in properties';
const PLACED = 'what names no event is named by its place, and stays in properties';
const LIMITED = 'an id has at most 512 bytes';
const FIRST = 'the record received first stands';

const bare = (id: string): string => id.replaceAll('-', '');

const named = (name: string, text: string): RecordCase =>
  loaded(name, NAMED, { eventId: text }, { event_id: uuidOf(text), properties: { eventId: text } });

const number = (name: string, literal: string): RecordCase =>
  loaded(name, NAMED, `"eventId":${literal}`, {
    event_id: uuidOf(literal),
    properties: `"eventId":${literal}`,
  });

const placed = (name: string, literal: string, kept = literal): RecordCase =>
  loaded(name, PLACED, `"eventId":${literal}`, {
    event_id: BY_PLACE,
    properties: kept === '' ? '' : `"eventId":${kept}`,
  });

const receivedAt = (offset_ms: number) => ({
  _ingest: { receivedAt: new Date(RECEIVED_MS + offset_ms).toISOString() },
});

const tooLong = (name: string, members: object): RecordCase => rejected(name, LIMITED, { ...members }, 'id_too_long');

const LONG = 'i'.repeat(512);
const WIDE = 'é'.repeat(256);

export const IDS: readonly RecordCase[] = [
  loaded('an id in upper case', SPELLED, (id) => ({ eventId: id.toUpperCase() })),
  loaded('an id in mixed case', SPELLED, (id) => ({ eventId: id.replace('abc', 'aBC') })),
  loaded('an id in braces', SPELLED, (id) => ({ eventId: `{${id}}` })),
  loaded('an id without dashes', SPELLED, (id) => ({ eventId: bare(id) })),
  loaded('an id in braces without dashes', SPELLED, (id) => ({ eventId: `{${bare(id).toUpperCase()}}` })),
  loaded('an id with a dash after every four digits', SPELLED, (id) => ({
    eventId: bare(id).replaceAll(/(.{4})(?!$)/g, '$1-'),
  })),
  loaded('an id under its other name', SPELLED, (id) => ({ eventId: undefined, event_id: bare(id) })),
  loaded('an empty id beside its other name', 'empty is none', (id) => ({ eventId: '', event_id: id })),
  loaded('an id under both names', 'camelCase first', (id) => ({ eventId: id, event_id: 'other' }), {
    properties: { event_id: 'other' },
  }),
  loaded(
    'the largest id',
    SPELLED,
    { eventId: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF' },
    { event_id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' },
  ),
  named('an id as a URN', 'urn:uuid:abcdef01-2345-4678-9abc-000000000001'),
  named('an id with a blank before it', ' abcdef01-2345-4678-9abc-000000000001'),
  named('an id with a line end after it', 'abcdef01-2345-4678-9abc-000000000001\n'),
  named('an id with one brace', '{abcdef01-2345-4678-9abc-000000000001'),
  named('an id with a digit too few', 'abcdef01-2345-4678-9abc-00000000000'),
  named('an id with a dash too many', 'abcdef01--2345-4678-9abc-000000000001'),
  named('an id of blanks', '   '),
  named('an id that is SQL', "x'); DROP TABLE clickstream_events; --"),
  named('an id that looks like a place', 'events/2025/12/06/05/event-1.json#0'),
  named('an id in another script', 'ключ-🔑'),
  named('an id called __proto__', '__proto__'),
  named('an id of 512 bytes', LONG),
  named('an id of 512 bytes in 256 characters', WIDE),
  named('an id of 512 bytes in 128 emoji', '🛒'.repeat(128)),
  tooLong('an id of 513 bytes', { eventId: `${LONG}i` }),
  tooLong('an id of 513 bytes in 257 characters', { eventId: `${WIDE}i` }),
  tooLong('an id of a megabyte', { eventId: LONG.repeat(2048) }),
  tooLong('a user of 513 bytes', { userId: `${LONG}u` }),
  tooLong('a client of 513 bytes', { clientId: `${WIDE}c` }),
  tooLong('a session of 513 bytes', { sessionId: `${LONG}s` }),
  tooLong('an order of 513 bytes', { orderId: `${LONG}o` }),
  tooLong('an order of 513 bytes in the element', { element: { dataset: { orderId: `${LONG}o` } } }),
  tooLong('a product of 513 bytes', { product: { id: `${LONG}p` } }),
  loaded(
    'five ids of 512 bytes',
    LIMITED,
    { userId: LONG, clientId: WIDE, sessionId: LONG, orderId: LONG, product: { id: WIDE } },
    {
      user_id: LONG,
      identity_source: null,
      client_id: WIDE,
      visitor_id: `c:${WIDE}`,
      session_id: LONG,
      order_id: LONG,
      product_id: WIDE,
    },
  ),
  number('the largest number that is exact', '9007199254740991'),
  number('a negative number', '-1'),
  number('a fraction', '1.5'),
  several('zero with and without a sign', NAMED, ['"eventId":0', '"eventId":-0'], {
    event_id: uuidOf('0'),
    properties: { eventId: 0 },
  }),
  placed('2^53', '9007199254740992'),
  placed('2^53 + 1', '9007199254740993', '9007199254740992'),
  placed('a number beyond all', '1e400', '"Infinity"'),
  placed('the nil id', '"00000000-0000-0000-0000-000000000000"'),
  placed('the nil id in braces without dashes', `"{${'0'.repeat(32)}}"`),
  placed('true for an id', 'true'),
  placed('false for an id', 'false'),
  placed('an object for an id', '{"$ne":null}'),
  placed('an array for an id', '["abcdef01-2345-4678-9abc-000000000001"]'),
  placed('null for an id', 'null', ''),
  placed('an empty id', '""', ''),
  loaded('no id', PLACED, { eventId: undefined }, { event_id: BY_PLACE }),
  rejected('U+0000 in an id', 'no Postgres text holds U+0000', { eventId: 'a\0b' }, 'nul_character'),
  rejected('half an emoji in an id', 'no Postgres text holds it', { eventId: 'a\ud83d' }, 'lone_surrogate'),
  several('one event in six spellings', SPELLED, [
    (id) => ({ eventId: id }),
    (id) => ({ eventId: id.toUpperCase() }),
    (id) => ({ eventId: `{${id}}` }),
    (id) => ({ eventId: bare(id) }),
    (id) => ({ eventId: `{${bare(id).toUpperCase()}}` }),
    (id) => ({ event_id: id, eventId: null }),
  ]),
  several('one event three times, word for word', 'two records with one id are one event', [{}, {}, {}]),
  several(
    'one id with another body, received later',
    FIRST,
    [
      { ...receivedAt(1), referrer: 'second' },
      { ...receivedAt(0), referrer: 'first' },
      { ...receivedAt(2), referrer: 'third' },
    ],
    { referrer: 'first' },
    { posted: 'never' },
  ),
  several(
    'one id in another spelling with another body, received later',
    FIRST,
    [
      (id) => ({ eventId: id.toUpperCase(), ...receivedAt(0), referrer: 'first' }),
      (id) => ({ eventId: bare(id), ...receivedAt(60_000), referrer: 'second' }),
    ],
    { referrer: 'first' },
    { posted: 'never' },
  ),
  several(
    'one id with other bodies, received at the same moment',
    'their values decide, not where they lie',
    [{ referrer: 'a' }, { referrer: 'b' }, { referrer: 'c' }],
    { referrer: new OneOf('a', 'b', 'c') },
  ),
  loaded(
    'a session that looks derived',
    'an event with a session id keeps it',
    { sessionId: 'auto-abcdef01-2345-4678-9abc-000000000001' },
    { session_id: 'auto-abcdef01-2345-4678-9abc-000000000001' },
  ),
  loaded(
    'a number for a session and for a client',
    'text',
    { sessionId: 42, clientId: 42 },
    { session_id: '42', client_id: '42', visitor_id: 'c:42' },
  ),
  loaded(
    'objects for a session, a client and a user',
    'what is no text is null, and stays in properties',
    { sessionId: {}, clientId: [], userId: { id: 1 } },
    { session_id: null, properties: { sessionId: {}, clientId: [], userId: { id: 1 } } },
  ),
  loaded(
    'a client that is SQL, without a session',
    'its session is named after its first event',
    { sessionId: '', clientId: "'; TRUNCATE clickstream_events; --" },
    (id) => ({
      client_id: "'; TRUNCATE clickstream_events; --",
      visitor_id: "c:'; TRUNCATE clickstream_events; --",
      session_id: `auto-${id}`,
      session_derived: true,
    }),
  ),
  loaded(
    'a user called like another one’s client',
    'clients and users are two name spaces',
    { sessionId: null, userId: 'c:42' },
    (id) => ({
      user_id: 'c:42',
      identity_source: null,
      visitor_id: 'u:c:42',
      session_id: `auto-${id}`,
      session_derived: true,
    }),
  ),
];
