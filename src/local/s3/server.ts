import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { ClickstreamError } from '../../errors.ts';
import type { Answer } from './answer.ts';
import { type DirectAccess, directAccess } from './direct-access.ts';
import { type Fault, faultyWrite } from './faults.ts';
import { perform } from './operations.ts';
import { parseRequest, type S3Request } from './request.ts';
import { errorDocument, S3Error } from './s3-error.ts';
import { Store } from './store.ts';

export interface S3ServerOptions {
  /** 0 (the default) takes any free port. */
  readonly port?: number;
  readonly host?: '127.0.0.1';
  /** Where objects are kept; without one they are in memory and gone at the end. */
  readonly dataDir?: string;
  readonly onRequest?: RequestHook;
}

/**
 * Called before each request is looked at. A test may wait in it, throw an `S3Error`, or return a fault; a promise that
 * never settles is a server that never answers.
 */
export type RequestHook =
  | ((request: S3Request) => Fault | undefined)
  | ((request: S3Request) => Promise<Fault | undefined>)
  | ((request: S3Request) => Promise<void>)
  | ((request: S3Request) => void);

/** A running endpoint; its own methods reach the objects without HTTP. */
export interface S3Server extends DirectAccess {
  /** For `AWS_ENDPOINT_URL_S3`. */
  readonly url: string;
  readonly port: number;
  /** Ends all connections, requests in hand included. */
  close(): Promise<void>;
}

/** Longer than any client keeps an idle connection, so that none meets one that is just being closed. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Starts a small S3 on this machine: path-style addresses, any credentials, one process. What it does not know it refuses
 * with `NotImplemented`.
 */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const { host = '127.0.0.1', onRequest } = options;
  const store = new Store(options.dataDir);
  const server = createServer({ keepAlive: true, requestTimeout: 0 }, (incoming, response) => {
    void handle(store, onRequest, incoming, response);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, options.port ?? 0)));
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as { port: number };

  return {
    ...directAccess(store),
    url: `http://${host}:${port}`,
    port,
    async close() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      store.close();
    },
  };
}

async function handle(
  store: Store,
  onRequest: RequestHook | undefined,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = newRequestId();
  response.setHeader('x-amz-request-id', requestId);
  const url = incoming.url ?? '/';
  try {
    let fault: Fault | undefined;
    let answer: Answer;
    try {
      const request = parseRequest(incoming.method ?? '', url, incoming.headers);
      fault = (await onRequest?.(request)) ?? undefined;
      answer = fault?.kind === 'answer' ? fault : await perform(store, request, incoming);
    } catch (error) {
      answer = errorAnswer(error, url, requestId, incoming.method === 'HEAD');
    }
    if (fault && fault.kind !== 'answer') await sendFaulty(response, answer, fault);
    else await send(response, answer);
  } catch {
    // The client went away, or a file could not be read to its end: a broken connection is all we can still say.
    response.destroy();
  }
}

async function send(response: ServerResponse, { status, headers = {}, body }: Answer): Promise<void> {
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) {
    const hasLength = 'content-length' in headers || status === 204 || status === 304;
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    response.writeHead(status, hasLength ? headers : { ...headers, 'content-length': length }).end(body);
    return;
  }
  response.writeHead(status, headers);
  await pipeline(body, response);
}

async function sendFaulty(
  response: ServerResponse,
  answer: Answer,
  fault: Fault & { kind: 'cut' | 'stall' },
): Promise<void> {
  if (fault.afterBytes < 0) {
    if (fault.kind === 'cut') response.destroy();
    return;
  }
  const { status, headers, body = '' } = answer;
  response.writeHead(status, headers);
  response.flushHeaders();
  const write = faultyWrite(response, fault);
  const pieces = typeof body === 'string' || Buffer.isBuffer(body) ? [Buffer.from(body)] : body;
  for await (const piece of pieces as AsyncIterable<Buffer>) {
    if (!write(piece)) return;
  }
  response.end();
}

function errorAnswer(error: unknown, resource: string, requestId: string, isHead: boolean): Answer {
  const s3Error =
    error instanceof S3Error
      ? error
      : new S3Error({ status: 500, code: 'InternalError', message: `The local S3 endpoint failed: ${String(error)}` });
  const { status, headers } = s3Error;
  if (isHead) return { status, headers };
  return {
    status,
    headers: { ...headers, 'content-type': 'application/xml' },
    body: errorDocument(s3Error, resource, requestId),
  };
}

const REQUEST_ID_START = randomBytes(5).toString('hex').toUpperCase();
let requestCount = 0;

/** Sixteen characters, as S3's have. Random ones would cost more than the rest of a small request's head. */
function newRequestId(): string {
  requestCount = (requestCount + 1) % 0x1000000;
  return REQUEST_ID_START + requestCount.toString(16).toUpperCase().padStart(6, '0');
}

function listenError(cause: NodeJS.ErrnoException, port: number): ClickstreamError {
  return new ClickstreamError({
    code: cause.code === 'EADDRINUSE' ? 'port_in_use' : 's3_listen_failed',
    stage: 'local',
    message:
      cause.code === 'EADDRINUSE'
        ? `Port ${port} on 127.0.0.1 is taken by another program. Stop it, or choose another port for the local S3.`
        : `The local S3 endpoint could not listen on port ${port}: ${cause.message}`,
    cause,
  });
}
