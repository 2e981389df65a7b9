import type { GatewayEvent } from '../../src/ingest/request.ts';

/** A request that is made to cost more than it should, and what it is answered. */
export interface HostileRequest {
  readonly name: string;
  readonly status: number;
  /** `scale` of 1 is the largest body that is taken, less a size of its own. */
  readonly request: (max_bytes: number) => GatewayEvent;
}

/** Pieces until the text has its length; the last one is cut, the first and the end stay. */
function filled(max_bytes: number, begin: string, piece: (at: number) => string, end: string): string {
  const pieces = [begin];
  let length = Buffer.byteLength(begin + end);
  for (let at = 0; ; at += 1) {
    const next = piece(at);
    length += Buffer.byteLength(next);
    if (length > max_bytes) break;
    pieces.push(next);
  }
  return pieces.join('') + end;
}

const post = (body: string, more: Partial<GatewayEvent> = {}): GatewayEvent => ({
  rawPath: '/clickstream',
  requestContext: { http: { method: 'POST', path: '/clickstream', sourceIp: '203.0.113.1' } },
  body,
  isBase64Encoded: false,
  ...more,
});

const base64 = (body: string): GatewayEvent => post(body, { isBase64Encoded: true });
const EVENT = '{"eventName":"a"}';

/** A batch of 500 events that share the body's bytes. */
function batch(max_bytes: number, fields: (at: number) => string): string {
  const own_bytes = Math.floor(max_bytes / 500) - 1;
  const events = Array.from({ length: 500 }, () =>
    filled(own_bytes, '{"eventName":"a"', (at) => `,${fields(at)}`, '}'),
  );
  return `[${events.join(',')}]`.padEnd(max_bytes);
}

const one = (piece: (at: number) => string) => (max_bytes: number) =>
  post(filled(max_bytes, '{"eventName":"a"', (at) => `,${piece(at)}`, '}').padEnd(max_bytes));

const HEADERS = (): Record<string, string> =>
  Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`X-Flood-${at}`, 'v'.repeat(20)]));

export const HOSTILE_REQUESTS: readonly HostileRequest[] = [
  { name: 'opening brackets', status: 400, request: (max) => post('['.repeat(max)) },
  { name: 'opening braces', status: 400, request: (max) => post(filled(max, '', () => '{"a":', '')) },
  { name: 'brackets that close', status: 400, request: (max) => post('['.repeat(max / 2) + ']'.repeat(max / 2)) },
  {
    name: 'an event nested to the bottom',
    status: 400,
    request: (max) => post(`{"eventName":"a","b":${'['.repeat(max / 2 - 16)}${']'.repeat(max / 2 - 16)}}`),
  },
  {
    name: 'a good event beside one nested to the bottom',
    status: 200,
    request: (max) => post(`[${EVENT},{"eventName":"a","b":${'['.repeat(max / 2 - 32)}${']'.repeat(max / 2 - 32)}}]`),
  },
  { name: 'empty arrays', status: 413, request: (max) => post(filled(max, '[[]', () => ',[]', ']')) },
  {
    name: 'empty arrays within an event',
    status: 200,
    request: (max) => post(filled(max, '{"eventName":"a","b":[[]', () => ',[]', ']}')),
  },
  { name: 'events without end', status: 413, request: (max) => post(filled(max, `[${EVENT}`, () => `,${EVENT}`, ']')) },
  { name: '500 scalars', status: 400, request: (max) => post(`[${'1,'.repeat(499)}1]`.padEnd(max)) },
  { name: 'commas', status: 400, request: (max) => post(`[${','.repeat(max - 2)}]`) },
  { name: 'spaces', status: 400, request: (max) => post(' '.repeat(max)) },
  { name: 'a number without end', status: 400, request: (max) => post('1'.repeat(max)) },
  {
    name: 'a number within an event',
    status: 200,
    request: (max) => post(filled(max, '{"eventName":"a","b":1', () => '1', '}')),
  },
  { name: 'quotes', status: 400, request: (max) => post('"'.repeat(max)) },
  { name: 'a string that never ends', status: 400, request: (max) => post(`"${'\\"'.repeat(max / 2 - 1)}`) },
  { name: 'escapes', status: 200, request: (max) => post(filled(max, '{"eventName":"', () => '\\u0041', '"}')) },
  { name: 'escapes that grow', status: 200, request: (max) => post(filled(max, '{"eventName":"a', () => '\\b', '"}')) },
  { name: 'surrogates', status: 200, request: (max) => post(filled(max, '{"eventName":"a', () => '\\ud83d', '"}')) },
  {
    name: 'a name of white space',
    status: 400,
    request: (max) => post(filled(max, '{"eventName":"', () => ' ', '"}')),
  },
  { name: 'an event of many keys', status: 200, request: one((at) => `"key${at}":${at}`) },
  { name: 'an event of one key, again and again', status: 200, request: one(() => '"k":{"a":1}') },
  {
    name: 'an event of numbered keys, far apart',
    status: 200,
    request: one((at) => `"${(at * 2_654_435_761) % 4_294_967_296}":1`),
  },
  { name: '500 events of many keys', status: 200, request: (max) => post(batch(max, (at) => `"key${at}":${at}`)) },
  {
    name: '500 events with keys of their prototypes',
    status: 200,
    request: (max) => post(batch(max, () => '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}')),
  },
  {
    name: 'numbers that grow when they are written',
    status: 200,
    request: (max) => post(filled(max, '{"eventName":"a","b":[0', () => ',1e20', ']}')),
  },
  {
    name: 'infinities',
    status: 200,
    request: (max) => post(filled(max, '{"eventName":"a","b":[0', () => ',9e999', ']}')),
  },
  {
    name: 'nulls',
    status: 200,
    request: (max) => post(filled(max, '{"eventName":"a","b":[null', () => ',null', ']}')),
  },
  { name: 'one byte too many', status: 413, request: (max) => post(`${EVENT}${' '.repeat(max)}`) },
  { name: 'a body of 64 times the limit', status: 413, request: (max) => post(' '.repeat(max * 64)) },
  { name: 'base64 of 64 times the limit', status: 413, request: (max) => base64('A'.repeat(max * 64)) },
  { name: 'base64 of zeros', status: 400, request: (max) => base64('A'.repeat(max)) },
  { name: 'base64 that is padding', status: 400, request: (max) => base64('='.repeat(max)) },
  {
    name: 'base64 that ends in something else',
    status: 400,
    request: (max) => base64(`${'A'.repeat(max)}==?`),
  },
  {
    name: 'base64 of opening brackets',
    status: 400,
    request: (max) => base64(Buffer.from('['.repeat(max - 3)).toString('base64')),
  },
  { name: 'a flood of headers', status: 200, request: () => post(EVENT, { headers: HEADERS() }) },
  {
    name: 'texts of megabytes around 500 events',
    status: 200,
    request: (max) => ({
      ...post(batch(max, (at) => `"k${at}":1`)),
      headers: { 'user-agent': 'u'.repeat(max), origin: 'o'.repeat(max), 'x-amzn-trace-id': 't'.repeat(max) },
      requestContext: {
        requestId: 'r'.repeat(max),
        apiId: 'a'.repeat(max),
        stage: '\\'.repeat(max),
        http: { method: 'POST', path: '/clickstream', sourceIp: '"'.repeat(max), userAgent: '"'.repeat(max) },
      },
    }),
  },
  {
    name: 'a path of megabytes',
    status: 404,
    request: (max) => post(EVENT, { rawPath: `/${'clickstream/'.repeat(max / 12)}` }),
  },
  {
    name: 'a method of megabytes',
    status: 405,
    request: (max) => post(EVENT, { requestContext: { http: { method: 'POST'.repeat(max / 4) } } }),
  },
];
