import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { createIngestHandler, type IngestDeps, type InvocationContext } from './handler.ts';
import type { LogFields } from './log.ts';
import type { GatewayEvent } from './request.ts';
import type { ObjectWriter, StoredObject } from './store.ts';

const NOW_MS = Date.UTC(2025, 11, 6, 5, 30, 0, 123);
const env = { RAW_BUCKET_NAME: 'raw-events' };

function gatewayEvent(body: string | undefined, { method = 'POST', ...changes }: Record<string, unknown> = {}) {
  return {
    version: '2.0',
    rawPath: '/clickstream',
    headers: { origin: 'https://shop.example', 'user-agent': 'Mozilla/5.0' },
    requestContext: {
      requestId: 'request-1',
      apiId: 'abc123',
      stage: '$default',
      http: { method, path: '/clickstream', sourceIp: '203.0.113.1', userAgent: 'Mozilla/5.0' },
    },
    body,
    isBase64Encoded: false,
    ...changes,
  } as GatewayEvent;
}

/** A handler with a store in memory, what it stored, and what it logged. */
function setUp(deps: IngestDeps = {}) {
  const objects: StoredObject[] = [];
  const lines: { fields: LogFields; message: string }[] = [];
  const handler = createIngestHandler({
    env,
    now: () => NOW_MS,
    store: { put: (object) => Promise.resolve(void objects.push(object)) },
    log: { error: (fields, message) => void lines.push({ fields, message }) },
    ...deps,
  });
  return {
    objects,
    lines,
    call: async (event: GatewayEvent, context?: InvocationContext) => {
      const result = await handler(event, context);
      return { ...result, json: result.body === undefined ? undefined : (JSON.parse(result.body) as unknown) };
    },
  };
}

const originOf = ({ headers }: APIGatewayProxyStructuredResultV2) => headers?.['access-control-allow-origin'];
const failing: ObjectWriter = { put: () => Promise.reject(new Error('203.0.113.1 sent secret_event')) };
const silent: ObjectWriter = { put: () => new Promise(() => undefined) };

test('an event is stored under the hour of its receipt, and only then accepted', async () => {
  const { call, objects, lines } = setUp();
  const result = await call(gatewayEvent('{"eventName":"page_view"}'));
  expect(result.statusCode).toBe(200);
  expect(result.headers).toEqual({ 'access-control-allow-origin': '*', 'content-type': 'application/json' });
  expect(result.json).toEqual({ success: true, accepted: 1 });
  expect(objects).toHaveLength(1);
  expect(objects[0]).toMatchObject({ bucket: 'raw-events', contentType: 'application/json' });
  expect(objects[0]!.key).toMatch(/^events\/2025\/12\/06\/05\/event-[0-9a-f-]{36}\.json$/);
  const event = JSON.parse(objects[0]!.body) as { eventId: string; _ingest: { receivedAt: string } };
  expect(event._ingest).toMatchObject({ receivedAt: '2025-12-06T05:30:00.123Z', requestId: 'request-1' });
  // The clock that is handed in decides the ids too: a replay of a past hour has ids of that hour.
  for (const id of [event.eventId, objects[0]!.key.slice(-41, -5)]) {
    expect(parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(NOW_MS);
  }
  expect(lines).toEqual([]);
});

test('nothing is accepted before the store has confirmed it', async () => {
  let confirm = (): void => undefined;
  const { call } = setUp({ store: { put: () => new Promise((resolve) => (confirm = resolve)) } });
  let answered = false;
  const answer = call(gatewayEvent('{"eventName":"page_view"}')).finally(() => (answered = true));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(answered).toBe(false);
  confirm();
  expect(await answer).toMatchObject({ statusCode: 200, json: { success: true, accepted: 1 } });
});

test('a batch is one object; its bad events are reported and its good ones stored', async () => {
  const { call, objects } = setUp();
  const result = await call(gatewayEvent('[{"eventName":"a"},{"eventName":""},{"eventName":"c"}]'));
  expect(result.statusCode).toBe(200);
  expect(result.json).toEqual({
    success: true,
    accepted: 2,
    errors: [{ index: 1, field: 'eventName', message: 'eventName must be a non-empty string' }],
  });
  expect(objects).toHaveLength(1);
  expect(objects[0]!.body.trimEnd().split('\n')).toHaveLength(2);
});

test('a base64 body on a named stage with any content type is taken', async () => {
  const { call } = setUp();
  const event = gatewayEvent(Buffer.from('{"eventName":"a"}').toString('base64'), {
    isBase64Encoded: true,
    rawPath: '/prod/clickstream/',
    headers: { 'content-type': 'text/plain;charset=UTF-8' },
    requestContext: { stage: 'prod', http: { method: 'POST' } },
  });
  expect((await call(event)).statusCode).toBe(200);
});

describe('what the client can mend is refused with a reason, stored nowhere and not logged', () => {
  test.each([
    ['what is not JSON', 400, gatewayEvent('nonsense')],
    ['no body', 400, gatewayEvent(undefined)],
    ['no event', 400, gatewayEvent('[]')],
    ['no valid event', 400, gatewayEvent('{"eventName":""}')],
    ['a nesting bomb', 400, gatewayEvent(`{"eventName":"a","b":${'['.repeat(100_000)}`)],
    ['an event without a method', 400, { rawPath: '/clickstream' }],
    ['an event without anything', 404, {}],
    ['another path', 404, gatewayEvent('{"eventName":"a"}', { rawPath: '/other' })],
    ['another path with another method', 404, gatewayEvent(undefined, { rawPath: '/other', method: 'GET' })],
    ['GET', 405, gatewayEvent(undefined, { method: 'GET' })],
    ['HEAD', 405, gatewayEvent(undefined, { method: 'HEAD' })],
    ['too large a body', 413, gatewayEvent(`"${'a'.repeat(1024 * 1024)}"`)],
    ['too many events', 413, gatewayEvent(JSON.stringify(Array(501).fill({ eventName: 'a' })))],
  ])('%s: %i', async (_what, statusCode, event) => {
    const { call, objects, lines } = setUp();
    const result = await call(event);
    expect(result.statusCode).toBe(statusCode);
    expect(result.json).toMatchObject({ success: false, message: expect.any(String) as string });
    if (statusCode === 400) {
      const entry = { index: 0, field: expect.any(String) as string, message: expect.any(String) as string };
      expect(result.json).toMatchObject({ errors: [entry] });
    }
    expect(result.headers?.['allow']).toBe(statusCode === 405 ? 'POST, OPTIONS' : undefined);
    expect(originOf(result)).toBe('*');
    expect(objects).toEqual([]);
    expect(lines).toEqual([]);
  });
});

test('a preflight is answered whatever the settings', async () => {
  const { call } = setUp({ env: {} });
  const result = await call(gatewayEvent(undefined, { method: 'OPTIONS' }));
  expect(result.statusCode).toBe(204);
  expect(result).not.toHaveProperty('body');
  expect(result.headers).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-max-age': '86400' });
});

test('a listed origin is echoed on every answer, and another is told nothing', async () => {
  const { call } = setUp({ env: { ...env, ALLOWED_ORIGINS: 'https://shop.example' } });
  for (const event of [gatewayEvent('{"eventName":"a"}'), gatewayEvent('x'), gatewayEvent('', { method: 'OPTIONS' })]) {
    const result = await call(event);
    expect(result.headers).toMatchObject({ 'access-control-allow-origin': 'https://shop.example', vary: 'origin' });
    expect(result.headers).not.toHaveProperty('access-control-allow-credentials');
    const other = await call({ ...event, headers: { origin: 'https://other.example' } });
    expect(originOf(other)).toBeUndefined();
    expect(other.headers?.['vary']).toBe('origin');
  }
});

describe('a wrong setting is answered with 500 and a log line that names it, before the body is looked at', () => {
  test.each([
    ['RAW_BUCKET_NAME', {}],
    ['MAX_BODY_BYTES', { ...env, MAX_BODY_BYTES: 'much' }],
    ['ALLOWED_ORIGINS', { ...env, ALLOWED_ORIGINS: 'shop.example' }],
    ['AWS_ENDPOINT_URL_S3', { ...env, AWS_ENDPOINT_URL_S3: 'nowhere' }],
  ])('%s', async (name, wrong) => {
    const { call, lines, objects } = setUp({ env: wrong });
    const result = await call(gatewayEvent('nonsense'));
    expect(result).toMatchObject({ statusCode: 500, json: { success: false, message: 'Internal error' } });
    expect(lines).toHaveLength(1);
    expect(lines[0]!.message).toContain(name);
    expect(lines[0]!.fields).toMatchObject({ code: 'invalid_config', requestId: 'request-1' });
    expect(objects).toEqual([]);
    if (name === 'ALLOWED_ORIGINS') expect(originOf(result)).toBeUndefined();
  });
});

test('settings are read at each call', async () => {
  const changing: NodeJS.ProcessEnv = {};
  const { call } = setUp({ env: changing });
  expect((await call(gatewayEvent('{"eventName":"a"}'))).statusCode).toBe(500);
  changing['RAW_BUCKET_NAME'] = 'raw-events';
  expect((await call(gatewayEvent('{"eventName":"a"}'))).statusCode).toBe(200);
});

test('a store that fails is a 500, and the log line holds nothing personal', async () => {
  const { call, lines } = setUp({ store: failing });
  const result = await call(gatewayEvent('{"eventName":"secret_event"}'));
  expect(result).toMatchObject({ statusCode: 500, json: { success: false, message: 'Internal error' } });
  expect(originOf(result)).toBe('*');
  expect(lines).toHaveLength(1);
  expect(lines[0]!.fields).toMatchObject({ code: 'store_failed', cause: 'Error', requestId: 'request-1' });
  expect(JSON.stringify(lines)).not.toMatch(/203\.0\.113\.1|Mozilla|secret_event/);
});

test('a store that says nothing is given up in time', async () => {
  const { call, lines } = setUp({ store: silent, storeBudget_ms: 20 });
  expect((await call(gatewayEvent('{"eventName":"a"}'))).statusCode).toBe(500);
  expect(lines[0]!.fields).toMatchObject({ code: 'store_timeout' });
});

test('the answer comes before Lambda would end the function', async () => {
  const { call, lines } = setUp({ store: silent });
  const result = await call(gatewayEvent('{"eventName":"a"}'), { getRemainingTimeInMillis: () => 520 });
  expect(result.statusCode).toBe(500);
  expect(lines[0]!.fields['duration_ms']).toBeLessThan(500);
});

test('without a store of its own the handler talks to the S3 of its environment', async () => {
  const down = { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
  const lines: LogFields[] = [];
  const log = { error: (fields: LogFields) => void lines.push(fields) };
  const handler = createIngestHandler({ env: { ...env, ...down }, log });
  expect((await handler(gatewayEvent('{"eventName":"a"}'))).statusCode).toBe(500);
  expect(lines[0]).toMatchObject({ code: 'store_failed', causeCode: 'ECONNREFUSED', attempts: 3 });
});
