import { expect, test } from 'vitest';
import { TOO_DEEP } from './body.ts';
import { checkEvents, writeEvents } from './events.ts';
import { Refusal } from './refusal.ts';
import type { Provenance } from './request.ts';

const RECEIVED_MS = Date.UTC(2025, 11, 6, 5, 30, 0, 123);
const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const provenance: Provenance = {
  sourceIp: '203.0.113.1',
  userAgent: 'Mozilla/5.0',
  method: 'POST',
  path: '/clickstream',
  requestId: 'request-1',
  apiId: 'abc123',
  stage: '$default',
  traceId: null,
};

function stored(json: string): Record<string, unknown> {
  return JSON.parse(writeEvents(checkEvents(JSON.parse(json)), provenance, RECEIVED_MS).body) as never;
}

function refusalOf(body: unknown): Refusal {
  try {
    checkEvents(body);
  } catch (error) {
    if (error instanceof Refusal) return error;
  }
  throw new Error('was not refused');
}

test('an event needs a name, in either spelling', () => {
  expect(checkEvents({ eventName: 'page_view' })).toMatchObject({ isBatch: false, errors: [] });
  expect(checkEvents({ event_name: 'page_view' })).toMatchObject({ isBatch: false, errors: [] });
  expect(checkEvents({ eventName: null, event_name: 'page_view' }).events).toHaveLength(1);
});

test.each([[undefined], [null], [''], ['  '], [5], [true], [{}], [['page_view']]])(
  '%j is no event name',
  (eventName: unknown) => {
    const { statusCode, errors } = refusalOf({ eventName });
    expect(statusCode).toBe(400);
    expect(errors).toEqual([{ index: 0, field: 'eventName', message: 'eventName must be a non-empty string' }]);
  },
);

test.each([[null], ['page_view'], [7], [false]])('%j is no event', (body: unknown) => {
  expect(refusalOf(body).errors).toEqual([{ index: 0, field: '', message: 'An event must be a JSON object' }]);
});

test('in an array an event that is too deep is reported like any other bad one', () => {
  const { events, errors } = checkEvents([{ eventName: 'a' }, TOO_DEEP]);
  expect(events).toHaveLength(1);
  expect(errors).toEqual([{ index: 1, field: '', message: 'An event may be nested 500 levels deep' }]);
});

test('in an array the valid events are kept and the others reported by their index', () => {
  const checked = checkEvents([{ eventName: 'a' }, 'b', { eventName: '' }, [], { eventName: 'e' }]);
  expect(checked.events).toEqual([{ eventName: 'a' }, { eventName: 'e' }]);
  expect(checked.errors.map(({ index, field }) => [index, field])).toEqual([
    [1, ''],
    [2, 'eventName'],
    [3, ''],
  ]);
});

test('an array without a valid event is refused with all its errors, and an empty one with one', () => {
  expect(refusalOf([1, 2]).errors).toHaveLength(2);
  expect(refusalOf([])).toMatchObject({ statusCode: 400, code: 'no_event', errors: [{ index: 0, field: '' }] });
});

test('500 events are taken and 501 are not, valid or not', () => {
  const events = Array<unknown>(500).fill({ eventName: 'a' });
  expect(checkEvents(events).events).toHaveLength(500);
  expect(refusalOf([...events, 0])).toMatchObject({ statusCode: 413, code: 'too_many_events', errors: undefined });
});

test('a single event is stored as one JSON object with its stamp and an id', () => {
  const text = writeEvents(checkEvents({ eventName: 'page_view', n: 1 }), provenance, RECEIVED_MS);
  expect(text.contentType).toBe('application/json');
  expect(JSON.parse(text.body)).toEqual({
    eventName: 'page_view',
    n: 1,
    eventId: expect.stringMatching(V7) as string,
    _ingest: { receivedAt: '2025-12-06T05:30:00.123Z', ...provenance },
  });
});

test('a batch is stored as one line for each event, each with an id of its own, even if it is a batch of one', () => {
  const body = [{ eventName: 'a', note: 'two\nlines\u2028' }, { eventName: 'b' }, { eventName: 'c' }];
  const text = writeEvents(checkEvents(body), provenance, RECEIVED_MS);
  expect(text.contentType).toBe('application/x-ndjson');
  const lines = text.body.split('\n');
  expect(lines.pop()).toBe('');
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(events.map((event) => event['eventName'])).toEqual(['a', 'b', 'c']);
  expect(new Set(events.map((event) => event['eventId'])).size).toBe(3);
  expect(writeEvents(checkEvents([{ eventName: 'a' }]), provenance, RECEIVED_MS).body).toMatch(/\}\n$/);
});

test('what the client sent as _ingest is replaced', () => {
  expect(stored('{"_ingest":{"sourceIp":"forged","extra":1},"eventName":"a"}')['_ingest']).toEqual({
    receivedAt: '2025-12-06T05:30:00.123Z',
    ...provenance,
  });
});

test('an id that the client sent stays, even one that the ETL cannot use', () => {
  for (const eventId of ['abc', 7, 0, false, { a: 1 }]) {
    expect(stored(JSON.stringify({ eventName: 'a', eventId }))['eventId']).toEqual(eventId);
  }
  expect(stored('{"eventName":"a","event_id":"abc"}')).not.toHaveProperty('eventId');
});

test.each([
  ['{"eventName":"a","eventId":null}'],
  ['{"eventName":"a","eventId":""}'],
  ['{"eventName":"a","event_id":""}'],
])('an empty id counts as none: %s', (json) => {
  expect(stored(json)['eventId']).toMatch(V7);
});

test('a key named __proto__ is stored as sent and changes nothing else', () => {
  const body = '{"eventName":"a","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}}}';
  const event = stored(body);
  expect(Object.getOwnPropertyDescriptor(event, '__proto__')?.value).toEqual({ polluted: 1 });
  expect(event['constructor']).toEqual({ prototype: { polluted: 2 } });
  expect(Object.prototype).not.toHaveProperty('polluted');
  // A name that lies on a prototype the client made up is not the event's.
  expect(refusalOf(JSON.parse('{"__proto__":{"eventName":"a"}}')).statusCode).toBe(400);
});

test('500 levels and keys that mean something to JavaScript are stored', () => {
  const deep = '{"a":'.repeat(499) + '1' + '}'.repeat(499);
  const json = `{"eventName":"a","toJSON":1,"valueOf":null,"deep":${deep}}`;
  expect(stored(json)).toMatchObject(JSON.parse(json) as object);
});
