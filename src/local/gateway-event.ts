import { isUtf8 } from 'node:buffer';
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** API Gateway's limit on a request body; it cannot be raised there, so it is no option here. */
export const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

/** The body. What comes after the limit is read and forgotten: a client that still sends would not see the answer. */
export function readBody(request: IncomingMessage): Promise<Buffer | 'too large' | 'aborted'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size_bytes = 0;
    request.on('data', (chunk: Buffer) => {
      size_bytes += chunk.length;
      if (size_bytes <= BODY_LIMIT_BYTES) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on('end', () => resolve(size_bytes > BODY_LIMIT_BYTES ? 'too large' : Buffer.concat(chunks, size_bytes)));
    request.on('error', () => resolve('aborted'));
  });
}

/** Lower-case names; what came more than once is joined with commas, as API Gateway does. */
export function joinedHeaders({ rawHeaders }: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    const value = rawHeaders[at + 1]!;
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ','}${value}`;
  }
  return headers;
}

/** What an event is made of. */
export interface EventSource {
  readonly request: IncomingMessage;
  /** As {@link joinedHeaders} gives them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Epoch milliseconds. */
  readonly received_ms: number;
  /** Take the first address of X-Forwarded-For as the source IP. */
  readonly trustForwardedFor: boolean;
}

/** The event of payload format 2.0 that API Gateway would make of a request. */
export function toEvent({
  request,
  body,
  received_ms,
  trustForwardedFor,
  ...given
}: EventSource): APIGatewayProxyEventV2 {
  // Format 2.0 has the cookies in a field of their own and not among the headers.
  const { cookie, ...others } = given.headers;
  const headers: Record<string, string> = others;
  const [rawPath, rawQueryString] = splitOnce(request.url ?? '/', '?');
  const socketIp = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const forwarded = headers['x-forwarded-for'];
  const sourceIp = (trustForwardedFor && forwarded?.split(',', 1)[0]?.trim()) || socketIp;
  // Like API Gateway, which adds the caller's address and the trace id to what the client sent.
  if (!trustForwardedFor || forwarded === undefined) {
    headers['x-forwarded-for'] = forwarded === undefined ? socketIp : `${forwarded}, ${socketIp}`;
  }
  headers['x-forwarded-proto'] ??= 'http';
  headers['x-amzn-trace-id'] ??= traceId(received_ms);
  const cookies = cookie?.split(/;\s*/).filter((text) => text !== '');
  const isText = TEXT_TYPE.test(headers['content-type'] ?? '') && isUtf8(body);
  const domainName = headers['host'] ?? 'localhost';
  const method = request.method ?? 'GET';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookies && { cookies }),
    headers,
    ...(rawQueryString !== '' && { queryStringParameters: queryParameters(rawQueryString) }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName,
      domainPrefix: domainName.split('.', 1)[0] ?? domainName,
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(received_ms),
      timeEpoch: received_ms,
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** What API Gateway passes on as text; everything else, form data and no type at all included, it encodes in base64. */
const TEXT_TYPE = /^\s*(?:text\/|application\/(?:[\w.+-]+\+)?(?:json|xml|javascript)\s*(?:;|$))/i;

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function queryParameters(query: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters[name];
    parameters[name] = before === undefined ? value : `${before},${value}`;
  }
  return parameters;
}

function traceId(received_ms: number): string {
  const seconds = Math.floor(received_ms / 1000).toString(16);
  return `Root=1-${seconds.padStart(8, '0')}-${randomBytes(12).toString('hex')}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `06/Dec/2025:05:00:00 +0000`, in whatever locale and time zone this runs. */
function commonLogTime(moment_ms: number): string {
  const iso = new Date(moment_ms).toISOString();
  const month = MONTHS[Number(iso.slice(-19, -17)) - 1] ?? '';
  return `${iso.slice(-16, -14)}/${month}/${iso.slice(0, -20)}:${iso.slice(-13, -5)} +0000`;
}
