import type { AsyncLocalStorage } from 'node:async_hooks';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { ClickstreamError } from '../errors.ts';
import { joinedHeaders, readBody, toEvent } from './gateway-event.ts';

/** Tells a gateway that has a simulated clock when the request counts as received, in epoch milliseconds. */
export const RECEIVED_AT_HEADER = 'x-local-received-at';

/** What stands behind the gateway: a Lambda handler for HTTP API events, payload format 2.0. */
export type GatewayHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

export interface GatewayOptions {
  readonly handler: GatewayHandler;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Default `127.0.0.1`: nothing outside this machine can send events. */
  readonly host?: string;
  /** Take the first address of X-Forwarded-For as the source IP, so that replayed shoppers have their own. Default false. */
  readonly trustForwardedFor?: boolean;
  /**
   * A simulated clock. When given, a request may carry {@link RECEIVED_AT_HEADER}; its handler then runs with that time
   * in the store, each request with its own, so requests of different simulated moments can be under way at once. Give
   * the handler `now: () => clock.getStore() ?? Date.now()`. The handler never sees the header.
   */
  readonly clock?: AsyncLocalStorage<number>;
  /** How long the handler may take before the client gets 503; API Gateway's own limit, 30 s, is the default. */
  readonly timeout_ms?: number;
  /** Told of what the handler throws, which the client must not see. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}

export interface Gateway {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests and resolves when those under way are answered. */
  close(): Promise<void>;
}

/**
 * Starts a local HTTP server that stands for API Gateway: every request, whatever its path, becomes an HTTP API event of
 * payload format 2.0 for the handler, and the handler's result becomes the response.
 *
 * @throws ClickstreamError `port_unavailable` when it cannot listen there.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { host = '127.0.0.1', port = 0, onError = console.error } = options;
  let closing = false;
  const server = createServer((request, response) => {
    void answer(request, options)
      .catch((error: unknown) => {
        onError(error);
        return failure(500, 'Internal Server Error');
      })
      .then((reply) => reply && write(response, reply, closing))
      .catch((error: unknown) => {
        // What the handler returned cannot be sent, for instance because a header has a line break in it.
        onError(error);
        if (response.headersSent) response.destroy();
        else write(response, failure(500, 'Internal Server Error'), closing);
      });
  });
  // Longer than a client keeps an idle socket: the default of 5 s makes a paused replay run into resets.
  server.keepAliveTimeout = 60_000;

  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `Cannot listen on ${host}:${port}: ${cause.message}. Choose another port, or 0 for any free one.`;
      reject(new ClickstreamError({ code: 'port_unavailable', stage: 'local', message, cause }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve, reject) => {
        closing = true;
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeIdleConnections();
      }),
  };
}

interface Reply {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer | string;
}

function failure(status: number, message: string): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }) };
}

/** The answer to a request, or undefined when the client has gone before it had sent all of it. */
async function answer(request: IncomingMessage, options: GatewayOptions): Promise<Reply | undefined> {
  const body = await readBody(request);
  if (body === 'aborted') return undefined;
  if (body === 'too large') return failure(413, 'Request Entity Too Large');
  const { clock, handler, timeout_ms = 30_000, trustForwardedFor = false } = options;
  const sentHeaders = joinedHeaders(request);
  const { [RECEIVED_AT_HEADER]: simulated, ...otherHeaders } = sentHeaders;
  const isSimulated = clock !== undefined && simulated !== undefined;
  // 8.64e15 ms is where JavaScript's dates end.
  if (isSimulated && !(/^\d+$/.test(simulated) && Number(simulated) <= 8.64e15)) return failure(400, 'Bad Request');
  const received_ms = isSimulated ? Number(simulated) : Date.now();
  const event = toEvent({ request, headers: clock ? otherHeaders : sentHeaders, body, received_ms, trustForwardedFor });
  const run = async () => handler(event);
  const result = await within(timeout_ms, isSimulated ? clock.run(received_ms, run) : run());
  return result === TIMED_OUT ? failure(503, 'Service Unavailable') : toReply(result, event.requestContext.requestId);
}

const TIMED_OUT = Symbol('timed out');

async function within<T>(timeout_ms: number, work: Promise<T>): Promise<T | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(resolve, timeout_ms, TIMED_OUT);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads a handler's result as API Gateway does: without a status code, the whole result is the JSON body of a 200. */
function toReply(result: APIGatewayProxyStructuredResultV2 | undefined, requestId: string): Reply {
  const headers: OutgoingHttpHeaders = { 'apigw-requestid': requestId };
  if (result?.statusCode === undefined) {
    headers['content-type'] = 'application/json';
    return { status: 200, headers, body: typeof result === 'string' ? result : JSON.stringify(result ?? null) };
  }
  if (!Number.isInteger(result.statusCode) || result.statusCode < 100 || result.statusCode > 599) {
    throw new TypeError(`the handler returned the status code ${result.statusCode}`);
  }
  for (const [name, value] of Object.entries(result.headers ?? {})) headers[name.toLowerCase()] = String(value);
  if (result.cookies) headers['set-cookie'] = result.cookies;
  const body = result.body ?? '';
  if (body !== '') headers['content-type'] ??= 'text/plain;charset=UTF-8';
  return { status: result.statusCode, headers, body: result.isBase64Encoded ? Buffer.from(body, 'base64') : body };
}

function write(response: ServerResponse, { status, headers, body }: Reply, closing: boolean): void {
  if (response.destroyed) return;
  // A kept connection would hold up close() until it times out.
  if (closing) response.shouldKeepAlive = false;
  const bodiless = status === 204 || status === 304;
  response.writeHead(status, bodiless ? headers : { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(bodiless ? undefined : body);
}
