import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A moment in a client's talk with the server, as the protocol's bytes tell it. A fault takes the place of what would
 * pass at that moment.
 *
 * - `connect`: the client asks to begin a session
 * - `statement`: the client sends a statement
 * - `data`: the client sends rows of a COPY
 * - `done`: the client has sent all rows of a COPY
 * - `answer`: the server has done the statement, and says so
 * - `goodbye`: the client ends the session
 */
export interface Moment {
  readonly at: 'connect' | 'statement' | 'data' | 'done' | 'answer' | 'goodbye';
  /** The statement in hand; empty before the first. */
  readonly statement: string;
  /** What the client calls itself. */
  readonly application: string;
}

/**
 * - `reset`: the connection breaks, both ways
 * - `silence`: nothing passes any more in either direction, while both sides believe in the connection
 * - `delay`: it passes later, as does all behind it
 * - `abandon`: the connection breaks for the client, and what it said last still reaches the server, later
 * - `refuse`: the client gets an error with a SQLSTATE, and the server never sees the statement; a fatal one ends the
 *   session
 */
export type PostgresFault =
  | { readonly kind: 'reset' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'delay' | 'abandon'; readonly ms: number }
  | { readonly kind: 'refuse'; readonly sqlstate: string; readonly fatal?: boolean };

/** Says at each moment whether a fault happens. */
export type FaultPlan = (moment: Moment) => PostgresFault | undefined;

export interface PostgresProxy {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Set by a test; undefined lets everything pass. */
  plan: FaultPlan | undefined;
  /** SQLSTATEs of the errors that came from the server, in order. */
  readonly errors: string[];
  /** Connections that clients have not closed. */
  readonly open: number;
  /** Breaks all connections, silenced ones included; new ones are taken. */
  reset(): void;
  close(): Promise<void>;
}

/** A TCP proxy before a PostgreSQL server that reads what passes, without TLS. */
export async function startPostgresProxy(target: { host: string; port: number }): Promise<PostgresProxy> {
  const sessions = new Set<Session>();
  const errors: string[] = [];
  // Half open sockets are what silence is made of: a client that says goodbye to one gets no answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const session = new Session(client, connect({ ...target, allowHalfOpen: true, noDelay: true }), {
      plan: (moment) => proxy.plan?.(moment),
      error: (sqlstate) => errors.push(sqlstate),
    });
    sessions.add(session);
    client.once('close', () => sessions.delete(session));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reset = (): void => sessions.forEach((session) => session.break());
  const proxy: PostgresProxy = {
    host: '127.0.0.1',
    port: (server.address() as { port: number }).port,
    plan: undefined,
    errors,
    get open() {
      return Array.from(sessions).filter((session) => !session.clientGone).length;
    },
    reset,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      reset();
      await closed;
    },
  };
  return proxy;
}

interface Observer {
  readonly plan: (moment: Moment) => PostgresFault | undefined;
  readonly error: (sqlstate: string) => void;
}

/** One client's connection and the one to the server that goes with it. */
class Session {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #observer: Observer;
  /** Whether the client has closed its side. */
  clientGone = false;
  #application = '';
  #statement = '';
  #silent = false;
  /** Set while a refused extended query's messages are swallowed, up to its Sync. */
  #refusing = false;
  #dataSeen = false;

  constructor(client: Socket, server: Socket, observer: Observer) {
    this.#client = client;
    this.#server = server;
    this.#observer = observer;
    for (const socket of [client, server]) socket.on('error', () => this.break());
    client.once('end', () => this.#gone(server));
    client.once('close', () => this.#gone(server));
    server.once('end', () => this.#silent || client.end());
    void this.#pass(new Frontend(client), (message) => this.#fromClient(message));
    void this.#pass(new Backend(server), (message) => this.#fromServer(message));
  }

  /** Ends both connections at once, with nothing more said. */
  break(): void {
    this.clientGone = true;
    if (!this.#client.destroyed) this.#client.resetAndDestroy();
    if (!this.#server.destroyed) this.#server.resetAndDestroy();
  }

  #gone(server: Socket): void {
    this.clientGone = true;
    if (!this.#silent) server.end();
  }

  async #pass(messages: AsyncIterable<Message>, one: (message: Message) => Promise<void>): Promise<void> {
    try {
      for await (const message of messages) await one(message);
    } catch {
      this.break();
    }
  }

  async #fromClient(message: Message): Promise<void> {
    const { type, body } = message;
    if (type === 'startup') this.#application = startupValue(body, 'application_name');
    if (type === 'Q' || type === 'P') {
      const text = body.toString('utf8', 0, body.length - 1);
      // Parse has the statement's name before its text.
      this.#statement = type === 'Q' ? text : text.slice(text.indexOf('\0') + 1).split('\0', 1)[0]!;
      this.#dataSeen = false;
    }
    const at = this.#clientMoment(type);
    if (type === 'd') this.#dataSeen = true;
    const fault = at && this.#faultAt(at);
    if (this.#silent) return;
    if (this.#refusing) {
      if (type === 'S') this.#refusing = false;
      return;
    }
    if (fault?.kind === 'refuse') this.#refuse(fault, type);
    else if (await this.#survives(fault)) {
      this.#server.write(message.bytes);
      if (fault?.kind === 'abandon') this.#server.end();
    }
  }

  #clientMoment(type: string): Moment['at'] | undefined {
    if (type === 'startup') return 'connect';
    if (type === 'Q' || type === 'P') return 'statement';
    if (type === 'd') return this.#dataSeen ? undefined : 'data';
    if (type === 'c') return 'done';
    return type === 'X' ? 'goodbye' : undefined;
  }

  async #fromServer(message: Message): Promise<void> {
    if (message.type === 'E') this.#observer.error(errorField(message.body, 'C'));
    const fault = message.type === 'C' ? this.#faultAt('answer') : undefined;
    if (this.#silent) return;
    if (await this.#survives(fault)) this.#client.write(message.bytes);
  }

  #faultAt(at: Moment['at']): PostgresFault | undefined {
    if (this.#silent) return undefined;
    return this.#observer.plan({ at, statement: this.#statement, application: this.#application });
  }

  /** Whether a message passes after a fault. */
  async #survives(fault: PostgresFault | undefined): Promise<boolean> {
    if (fault?.kind === 'reset') this.break();
    if (fault?.kind === 'silence') this.#silent = true;
    if (fault?.kind === 'delay') await sleep(fault.ms);
    if (fault?.kind === 'abandon') {
      this.#silent = true;
      this.clientGone = true;
      this.#client.resetAndDestroy();
      await sleep(fault.ms);
      return true;
    }
    return fault === undefined || (fault.kind === 'delay' && !this.#silent);
  }

  #refuse({ sqlstate, fatal = false }: PostgresFault & { kind: 'refuse' }, type: string): void {
    const severity = fatal ? 'FATAL' : 'ERROR';
    const fields = [`S${severity}`, `V${severity}`, `C${sqlstate}`, 'Minjected by a test', ''].join('\0') + '\0';
    this.#client.write(framed('E', Buffer.from(fields)));
    if (fatal) {
      this.#client.end();
      this.#server.destroy();
      return;
    }
    this.#refusing = type === 'P';
    this.#client.write(framed('Z', Buffer.from('E')));
  }
}

/** A message of the protocol: its type, its body, and all of its bytes. `startup` has no type byte of its own. */
interface Message {
  readonly type: string;
  readonly body: Buffer;
  readonly bytes: Buffer;
}

/** Cuts what a socket receives into messages. */
class Backend implements AsyncIterable<Message> {
  readonly #socket: Socket;
  protected untyped = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message> {
    let rest: Buffer = Buffer.alloc(0);
    // Not the socket's own iterator, which would destroy it at its end, with what is still to be written.
    for await (const chunk of this.#socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (;;) {
        const start = this.untyped ? 0 : 1;
        if (rest.length < start + 4) break;
        const length = start + rest.readUInt32BE(start);
        if (rest.length < length) break;
        const type = this.untyped ? 'startup' : String.fromCharCode(rest[0]!);
        yield { type, body: rest.subarray(start + 4, length), bytes: rest.subarray(0, length) };
        this.untyped = false;
        rest = rest.subarray(length);
      }
    }
  }
}

class Frontend extends Backend {
  protected override untyped = true;
}

function framed(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function startupValue(body: Buffer, name: string): string {
  const texts = body.toString('utf8', 4).split('\0');
  const at = texts.indexOf(name);
  return at === -1 ? '' : (texts[at + 1] ?? '');
}

function errorField(body: Buffer, field: string): string {
  const found = body
    .toString('utf8')
    .split('\0')
    .find((text) => text.startsWith(field));
  return found?.slice(1) ?? '';
}
