import { AsyncLocalStorage } from 'node:async_hooks';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { BODY_LIMIT_BYTES } from './gateway-event.ts';
import { type Gateway, type GatewayOptions, RECEIVED_AT_HEADER, startGateway } from './gateway.ts';

let open: Gateway[] = [];
afterEach(async () => {
  await Promise.all(open.map((gateway) => gateway.close()));
  open = [];
});

async function start(options: GatewayOptions): Promise<Gateway> {
  const gateway = await startGateway(options);
  open.push(gateway);
  return gateway;
}

/** A gateway whose handler keeps its events and answers with `result`. */
async function recording(result: unknown = { statusCode: 200, body: 'ok' }, options: Partial<GatewayOptions> = {}) {
  const events: APIGatewayProxyEventV2[] = [];
  const handler = (event: APIGatewayProxyEventV2) => {
    events.push(event);
    return Promise.resolve(result as APIGatewayProxyStructuredResultV2);
  };
  return { events, gateway: await start({ handler, ...options }) };
}

/** Sends bytes as they are, for requests that fetch would not send. */
async function sendRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('the event', () => {
  it('is what API Gateway makes of a request in payload format 2.0', async () => {
    const { gateway, events } = await recording();
    await fetch(`${gateway.url}/clickstream?a=1&b=x%20y&a=2`, {
      method: 'POST',
      body: '{"eventName":"page_view €"}',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Browser/1',
        Cookie: 'one=1; two=2',
        'X-Other': 'y',
      },
    });
    const event = events[0]!;
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/clickstream',
      rawQueryString: 'a=1&b=x%20y&a=2',
      queryStringParameters: { a: '1,2', b: 'x y' },
      cookies: ['one=1', 'two=2'],
      headers: { 'content-type': 'application/json', 'x-other': 'y', 'x-forwarded-for': '127.0.0.1' },
      body: '{"eventName":"page_view €"}',
      isBase64Encoded: false,
      requestContext: {
        stage: '$default',
        http: {
          method: 'POST',
          path: '/clickstream',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'Browser/1',
        },
      },
    });
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event.headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(event.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect(Math.abs(event.requestContext.timeEpoch - Date.now())).toBeLessThan(10_000);
  });

  it('has no body, no query and no cookies when the request has none', async () => {
    const { gateway, events } = await recording();
    await fetch(gateway.url);
    expect(events[0]).toMatchObject({ rawPath: '/', rawQueryString: '', isBase64Encoded: false });
    for (const name of ['body', 'cookies', 'queryStringParameters']) expect(events[0]).not.toHaveProperty(name);
  });

  it('joins headers that come more than once with commas', async () => {
    const { gateway, events } = await recording();
    await sendRaw(
      gateway.port,
      'GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\nConnection: close\r\n\r\n',
    );
    expect(events[0]?.headers['x-a']).toBe('1,2');
    expect(events[0]?.cookies).toEqual(['a=1', 'b=2']);
  });

  it.each([
    ['application/json; charset=utf-8', Buffer.from('{}'), false],
    ['application/vnd.api+json', Buffer.from('{}'), false],
    ['text/plain;charset=UTF-8', Buffer.from('{}'), false],
    ['text/plain', Buffer.from([0x7b, 0xff, 0x7d]), true],
    ['application/x-www-form-urlencoded', Buffer.from('{}'), true],
    ['application/jsonlines', Buffer.from('{}'), true],
    ['image/gif', Buffer.from('GIF89a'), true],
  ])('with the content type %s and the body %s is base64: %s', async (contentType, body, isBase64Encoded) => {
    const { gateway, events } = await recording();
    await fetch(gateway.url, { method: 'POST', body, headers: { 'content-type': contentType } });
    expect(events[0]?.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(events[0]?.body ?? '', isBase64Encoded ? 'base64' : 'utf8')).toEqual(body);
  });

  it('has the forwarded address as its source only where that is trusted', async () => {
    const distrusting = await recording();
    const trusting = await recording(undefined, { trustForwardedFor: true });
    const headers = { 'x-forwarded-for': '203.0.113.7, 10.0.0.1' };
    for (const { gateway } of [distrusting, trusting]) await fetch(gateway.url, { headers });
    expect(distrusting.events[0]?.requestContext.http.sourceIp).toBe('127.0.0.1');
    expect(distrusting.events[0]?.headers['x-forwarded-for']).toBe('203.0.113.7, 10.0.0.1, 127.0.0.1');
    expect(trusting.events[0]?.requestContext.http.sourceIp).toBe('203.0.113.7');
  });
});

describe('the response', () => {
  it('is what the handler returned', async () => {
    const { gateway } = await recording({
      statusCode: 201,
      headers: { 'Content-Type': 'application/json', 'x-number': 5 },
      cookies: ['a=1; Secure', 'b=2'],
      body: '{"ok":"ü"}',
    });
    const response = await fetch(gateway.url);
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-number')).toBe('5');
    expect(response.headers.getSetCookie()).toEqual(['a=1; Secure', 'b=2']);
    expect(await response.text()).toBe('{"ok":"ü"}');
  });

  it('is decoded when the handler says that it is base64', async () => {
    const { gateway } = await recording({
      statusCode: 200,
      isBase64Encoded: true,
      body: Buffer.from([0, 255]).toString('base64'),
    });
    expect([...new Uint8Array(await (await fetch(gateway.url)).arrayBuffer())]).toEqual([0, 255]);
  });

  it('has no body with 204', async () => {
    const { gateway } = await recording({ statusCode: 204, headers: { 'access-control-allow-origin': '*' } });
    const response = await fetch(gateway.url, { method: 'OPTIONS' });
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('is the result as JSON when the result has no status code', async () => {
    const { gateway } = await recording({ hello: 1 });
    const response = await fetch(gateway.url);
    expect([response.status, await response.json()]).toEqual([200, { hello: 1 }]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('secret'))],
    [
      'throws before it returns a promise',
      () => {
        throw new Error('secret');
      },
    ],
    ['returns no status code that is one', () => Promise.resolve({ statusCode: 42 })],
    ['returns a header that cannot be sent', () => Promise.resolve({ statusCode: 200, headers: { a: 'b\nc' } })],
  ])('is 500 without details when the handler %s', async (_, handler) => {
    const errors: unknown[] = [];
    const gateway = await start({ handler, onError: (error) => errors.push(error) });
    const response = await fetch(gateway.url);
    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    expect(errors).toHaveLength(1);
  });

  it('is 503 when the handler takes too long', async () => {
    const gateway = await start({ handler: () => new Promise(() => undefined), timeout_ms: 20 });
    const response = await fetch(gateway.url);
    expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
  });

  it('is 413 for a body over 10 MB, which the handler never sees', async () => {
    const { gateway, events } = await recording();
    const headers = { 'content-type': 'text/plain' };
    const most = await fetch(gateway.url, { method: 'POST', body: Buffer.alloc(BODY_LIMIT_BYTES, 'x'), headers });
    const over = await fetch(gateway.url, { method: 'POST', body: Buffer.alloc(BODY_LIMIT_BYTES + 1, 'x'), headers });
    expect([most.status, over.status]).toEqual([200, 413]);
    expect(await over.json()).toEqual({ message: 'Request Entity Too Large' });
    expect(events).toHaveLength(1);
  });
});

describe('the simulated clock', () => {
  const clock = new AsyncLocalStorage<number>();
  const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const seen = {
      now: clock.getStore() ?? null,
      timeEpoch: event.requestContext.timeEpoch,
      time: event.requestContext.time,
    };
    return { statusCode: 200, body: JSON.stringify({ ...seen, header: event.headers[RECEIVED_AT_HEADER] ?? null }) };
  };
  const at = (received: string) => ({ headers: { [RECEIVED_AT_HEADER]: received } });

  it('gives each of several requests under way its own time', async () => {
    const gateway = await start({ handler, clock });
    const times = Array.from({ length: 30 }, (_, index) => Date.UTC(2025, 11, 6, 5) + index * 1000);
    const seen = await Promise.all(times.map(async (time) => (await fetch(gateway.url, at(String(time)))).json()));
    expect(seen.map((answer) => (answer as { now: number }).now)).toEqual(times);
    expect(seen[1]).toEqual({ now: times[1], timeEpoch: times[1], time: '06/Dec/2025:05:00:01 +0000', header: null });
  });

  it('is the real one for a request without the header', async () => {
    const gateway = await start({ handler, clock });
    expect(await (await fetch(gateway.url)).json()).toMatchObject({ now: null });
  });

  it.each(['soon', '-1', '1.5', '9999999999999999'])('refuses the time %s', async (time) => {
    const gateway = await start({ handler, clock });
    expect((await fetch(gateway.url, at(time))).status).toBe(400);
  });

  it('is not there unless asked for: the header is then a header like any other', async () => {
    const gateway = await start({ handler });
    expect(await (await fetch(gateway.url, at('5'))).json()).toMatchObject({ now: null, header: '5' });
  });
});

describe('starting and stopping', () => {
  it('says which port cannot be had', async () => {
    const { gateway } = await recording();
    const again = startGateway({ handler: () => Promise.resolve({}), port: gateway.port });
    await expect(again).rejects.toMatchObject({
      code: 'port_unavailable',
      stage: 'local',
      message: /Choose another port/,
    });
  });

  it('answers requests under way before it closes, and does not wait for idle connections', async () => {
    let finish: (result: APIGatewayProxyStructuredResultV2) => void = () => undefined;
    const gateway = await startGateway({ handler: () => new Promise((resolve) => (finish = resolve)) });
    const answer = fetch(gateway.url);
    await new Promise((done) => setTimeout(done, 30));
    const closed = gateway.close();
    finish({ statusCode: 200, body: 'late' });
    expect(await (await answer).text()).toBe('late');
    await closed;
    await expect(fetch(gateway.url)).rejects.toThrow();
  });

  it('survives a client that hangs up in the middle of a body', async () => {
    const { gateway, events } = await recording();
    const half = httpRequest(gateway.url, { method: 'POST', headers: { 'content-length': 100 } });
    half.on('error', () => undefined);
    half.write('{"eventName"');
    await new Promise((done) => setTimeout(done, 20));
    half.destroy();
    expect((await fetch(gateway.url)).status).toBe(200);
    expect(events).toHaveLength(1);
  });
});
