import { gatewayEvent } from './gateway-event.ts';

/** What a gateway, a test invocation or another trigger may hand over, and the status that it comes to. */
export interface GatewayCase {
  readonly name: string;
  readonly event: unknown;
  readonly status: number;
}

const GOOD = '{"eventName":"hostile"}';

const request = (name: string, status: number, changes: object): GatewayCase => ({
  name,
  status,
  event: { ...gatewayEvent(GOOD), ...changes },
});

const at = (name: string, path: string, status: number, stage = '$default'): GatewayCase =>
  request(name, status, { rawPath: path, requestContext: { stage, http: { method: 'POST', path } } });

const by = (name: string, method: unknown, status: number): GatewayCase =>
  request(name, status, { requestContext: { stage: '$default', http: { method, path: '/clickstream' } } });

export const GATEWAY_CASES: readonly GatewayCase[] = [
  request('a good request', 200, {}),
  ...[undefined, null, 0, '', 'POST', true, [], {}, [{ rawPath: '/clickstream' }]].map((event) => ({
    name: `${JSON.stringify(event)} for an event`,
    event,
    status: 404,
  })),
  request('no context', 400, { requestContext: null }),
  request('a context that is text', 400, { requestContext: 'POST' }),
  request('a context without http', 400, { requestContext: { http: [] } }),
  request('no headers', 200, { headers: undefined }),
  request('headers that are a list', 200, { headers: [['origin', 'x']] }),
  request('headers that are objects', 200, { headers: { origin: {}, 'user-agent': [], 'x-amzn-trace-id': 7 } }),
  request('headers called __proto__ and constructor', 200, {
    headers: JSON.parse('{"__proto__":{"polluted":true},"constructor":"x","ORIGIN":"https://x"}') as object,
  }),
  request('a header of a megabyte', 200, { headers: { 'x-amzn-trace-id': 't'.repeat(1_000_000) } }),
  request('an origin that would break a header', 200, { headers: { origin: 'https://x\r\nset-cookie: a=b' } }),
  request('a body that is an object', 400, { body: { eventName: 'hostile' } }),
  request('a body that is a number', 400, { body: 7 }),
  request('no body', 400, { body: undefined }),
  request('null for a body', 400, { body: null }),
  request('text that is said to be base64', 400, { isBase64Encoded: true }),
  request('base64 that is said to be text', 400, { body: Buffer.from(GOOD).toString('base64') }),
  request('base64 of the URL alphabet', 200, {
    body: Buffer.from('{"eventName":"h??>>"}').toString('base64url'),
    isBase64Encoded: true,
  }),
  request('base64 with line ends', 400, {
    body: Buffer.from(GOOD)
      .toString('base64')
      .replace(/(.{8})/, '$1\r\n'),
    isBase64Encoded: true,
  }),
  request('base64 of one character', 400, { body: 'A', isBase64Encoded: true }),
  request('base64 with padding amid it', 400, { body: 'e30=e30=', isBase64Encoded: true }),
  request('isBase64Encoded that is text', 200, { isBase64Encoded: 'true' }),
  request('half a surrogate pair in the body', 200, { body: '{"eventName":"\ud83d"}' }),
  at('a slash at the end', '/clickstream/', 200),
  at('two slashes at the end', '/clickstream//', 404),
  at('a slash too many', '//clickstream', 404),
  at('capitals in the path', '/ClickStream', 404),
  at('a path that climbs', '/x/../clickstream', 404),
  at('a path in percent signs', '/%63lickstream', 404),
  at('a query in the path', '/clickstream?x=1', 404),
  at('U+0000 in the path', '/clickstream\0', 404),
  at('the stage before the path', '/prod/clickstream', 200, 'prod'),
  at('another stage before the path', '/dev/clickstream', 404, 'prod'),
  at('a stage that is a pattern', '/x/clickstream', 404, '.*'),
  request('a path that is a list', 404, { rawPath: ['/clickstream'], requestContext: { http: {} } }),
  by('a method in lower case', 'post', 200),
  by('a method with a blank', 'POST ', 405),
  by('a method that is none', '__proto__', 405),
  by('GET', 'GET', 405),
  by('PUT', 'PUT', 405),
  by('TRACE', 'TRACE', 405),
  by('a preflight', 'OPTIONS', 204),
  by('a method that is a number', 7, 400),
];
