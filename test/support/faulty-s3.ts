import { createServer, request, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket } from './bucket.ts';

/** A request as the server saw it. */
export interface SeenRequest {
  /** Empty for a listing. */
  readonly key: string;
  /** Of a listing's later pages. */
  readonly token: string | undefined;
  /** Of a listing that does not begin with the first key. */
  readonly startAfter: string | undefined;
  readonly headers: IncomingMessage['headers'];
  /** How often the same object, or the same page, was asked for, from 1. */
  readonly nth: number;
}

/** An answer as a whole. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** What goes wrong with one request. */
export type S3Fault =
  /** Nothing comes back, though the connection stays. */
  | { readonly kind: 'silence' }
  /** Bytes that are no HTTP. */
  | { readonly kind: 'garbage' }
  /** Another answer than the real one, which has `status`, `headers` and `body`. */
  | { readonly kind: 'answer'; readonly answer: (real: WholeAnswer) => WholeAnswer }
  /** The answer stops within its headers or its body, after that share (0 to 1) of its bytes. */
  | {
      readonly kind: 'stop';
      readonly within: 'headers' | 'body';
      readonly share: number;
      /** What the connection does then: stay, end in order, or break. */
      readonly then: 'stall' | 'end' | 'reset';
      /** Sent in chunks, without a length; `end` then ends the chunks in order, too. */
      readonly chunked?: boolean;
    }
  /** The body comes, but only `piece_bytes` at a time. */
  | { readonly kind: 'drip'; readonly piece_bytes: number; readonly pause_ms: number }
  /** Something happens to the bucket before the request is looked at. */
  | { readonly kind: 'meanwhile'; readonly happens: () => Promise<unknown> };

export type S3Plan = (request: SeenRequest) => S3Fault | undefined;

/** The local S3 with faults of its network, and of whatever may stand before it. */
export interface FaultyS3 extends S3Server {
  plan: S3Plan | undefined;
  /** All requests since the last `forget`. */
  readonly seen: SeenRequest[];
  forget(): void;
}

/**
 * A server of HTTP in front of the local S3, which asks it for each answer and sends that on as planned. So the bytes on
 * the wire can be anything, which a hook within a server that behaves could not do.
 *
 * @param pageKeys Keys on a page of a listing, in place of 1,000.
 */
export async function startFaultyS3({ pageKeys = 1000 } = {}): Promise<FaultyS3> {
  const inner = await freshBucket();
  const sockets = new Set<Socket>();
  const server = createServer({ keepAlive: true }, (incoming, response) => {
    void handle(faulty, inner.url, pageKeys, incoming, response).catch(() => response.destroy());
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const seen: SeenRequest[] = [];
  const faulty: FaultyS3 = {
    ...inner,
    url: `http://127.0.0.1:${port}`,
    port,
    plan: undefined,
    seen,
    forget: () => void (seen.length = 0),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      await inner.close();
    },
  };
  return faulty;
}

/** Takes note of a request, and sends what the plan says. */
async function handle(
  faulty: FaultyS3,
  innerUrl: string,
  pageKeys: number,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url!, innerUrl);
  const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
  const token = url.searchParams.get('continuation-token') ?? undefined;
  const startAfter = url.searchParams.get('start-after') ?? undefined;
  const isSame = (one: SeenRequest): boolean => one.key === key && one.token === token && one.startAfter === startAfter;
  const before = faulty.seen.filter(isSame).length;
  const seen: SeenRequest = { key, token, startAfter, headers: incoming.headers, nth: before + 1 };
  faulty.seen.push(seen);
  const fault = faulty.plan?.(seen);
  if (fault?.kind === 'silence') return;
  if (fault?.kind === 'garbage') return void incoming.socket.end('SSH-2.0-OpenSSH_9.2p1\r\n');
  if (fault?.kind === 'meanwhile') await fault.happens();
  if (key === '') url.searchParams.set('max-keys', String(pageKeys));
  const real = await ask(url, incoming.headers);
  if (fault?.kind === 'stop') return sendUpTo(incoming.socket, real, fault);
  if (fault?.kind === 'drip') return drip(response, real, fault);
  const { status, headers, body } = fault?.kind === 'answer' ? fault.answer(real) : real;
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}

async function ask(url: URL, headers: IncomingMessage['headers']): Promise<WholeAnswer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { headers: { ...headers, connection: 'close' } }, resolve)
      .on('error', reject)
      .end();
  });
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = answer.headers;
  return { status: answer.statusCode!, headers: kept, body: await buffer(answer) };
}

/** Written to the socket itself: node's own response would keep its promises. */
function sendUpTo(
  socket: Socket,
  { status, headers, body }: WholeAnswer,
  { within, share, then, chunked = false }: S3Fault & { kind: 'stop' },
): void {
  const { 'content-length': _, ...others } = headers;
  const framing = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length };
  const lines = Object.entries({ ...others, ...framing }).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  const head = Buffer.from(`HTTP/1.1 ${status} Some\r\n${lines.join('')}\r\n`);
  const part = body.subarray(0, Math.floor(body.length * share));
  const text = within === 'headers' ? head.subarray(0, Math.floor(head.length * share)) : head;
  const rest = within === 'headers' ? [] : chunked && part.length > 0 ? inChunk(part) : [part];
  const end = chunked && then === 'end' && within === 'body' ? [Buffer.from('0\r\n\r\n')] : [];
  const sent = (): void => {
    if (then === 'end') socket.end();
    // A little later, or the peer's kernel throws away with the connection what has come before.
    else if (then === 'reset') setTimeout(() => socket.resetAndDestroy(), 20);
  };
  socket.write(Buffer.concat([text, ...rest, ...end]), sent);
}

function inChunk(bytes: Buffer): Buffer[] {
  return [Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')];
}

async function drip(
  response: ServerResponse,
  { status, headers, body }: WholeAnswer,
  { piece_bytes, pause_ms }: S3Fault & { kind: 'drip' },
): Promise<void> {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  for (let at = 0; at < body.length && !response.destroyed; at += piece_bytes) {
    response.write(body.subarray(at, at + piece_bytes));
    await sleep(pause_ms);
  }
  response.end();
}
