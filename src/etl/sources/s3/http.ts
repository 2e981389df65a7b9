import { Pool, type Dispatcher } from 'undici';
import { ABORTED, S3Failure, TOO_LARGE, TOO_SLOW, TRUNCATED } from './failure.ts';

/** Limits on a request; a test sets shorter ones. */
export interface Timeouts {
  readonly connect_ms: number;
  /** From sending a request to its answer's headers. */
  readonly answer_ms: number;
  /** Between two pieces of a body, while somebody wants the next one. */
  readonly idle_ms: number;
}

/** Limits on an answer as a whole, too. */
export interface AllTimeouts extends Timeouts {
  /** From sending a request to the end of an answer that is read at one go: pieces that trickle in are never idle. */
  readonly whole_ms: number;
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** More sockets than GETs at once, so that listing never waits behind reading. */
const MAX_SOCKETS = 144;

/** GET requests to one host; those of one signal share connections, which are kept. */
export class HttpPool {
  readonly #origin: string;
  readonly #timeouts: AllTimeouts;
  /**
   * A pool for each signal, since only a pool that is ended frees its sockets at once: undici answers an aborted request
   * by connecting anew, which for 128 of them is 128 TLS handshakes at the very end of a run. Nor does any request then
   * listen to the signal.
   */
  readonly #pools = new Map<AbortSignal, Pool>();

  constructor(origin: string, timeouts: AllTimeouts) {
    this.#origin = origin;
    this.#timeouts = timeouts;
  }

  /**
   * A whole answer. Handed to undici's `dispatch`, which saves the stream that `request` makes for each body.
   *
   * @throws S3Failure when there was none, or no whole one, or one of more than `limit_bytes`.
   */
  get(path: string, headers: string[], limit_bytes: number, signal: AbortSignal): Promise<Answer<Buffer>> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) reject(new S3Failure({ code: ABORTED }));
      else {
        const end_ms = performance.now() + this.#timeouts.whole_ms;
        const exchange = new Exchange({ limit_bytes, end_ms, signal, resolve, reject });
        this.#poolOf(signal).dispatch({ method: 'GET', path, headers }, exchange);
      }
    });
  }

  /**
   * An answer whose body is read piece by piece, no faster than it is wanted.
   *
   * @throws S3Failure when there was none. What is thrown while the body is read is for {@link networkFailure}.
   */
  async open(path: string, headers: string[], signal: AbortSignal): Promise<Answer<Dispatcher.ResponseData['body']>> {
    if (signal.aborted) throw new S3Failure({ code: ABORTED });
    try {
      const {
        statusCode,
        headers: received,
        body,
      } = await this.#poolOf(signal).request({ method: 'GET', path, headers });
      return { status: statusCode, headers: received, body };
    } catch (error) {
      throw networkFailure(error, signal);
    }
  }

  /** Ends all connections, whatever is still on them. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#pools.values(), (pool) => pool.destroy()));
    this.#pools.clear();
  }

  #poolOf(signal: AbortSignal): Pool {
    const known = this.#pools.get(signal);
    if (known) return known;
    const { connect_ms, answer_ms, idle_ms } = this.#timeouts;
    const pool = new Pool(this.#origin, {
      connections: MAX_SOCKETS,
      connect: { timeout: connect_ms },
      headersTimeout: answer_ms,
      bodyTimeout: idle_ms,
    });
    this.#pools.set(signal, pool);
    const end = (): void => {
      this.#pools.delete(signal);
      void pool.destroy();
    };
    signal.addEventListener('abort', end, { once: true });
    return pool;
  }
}

/** Who waits for an answer, and how much of one. */
interface Waiting {
  readonly limit_bytes: number;
  /** By `performance.now()`. */
  readonly end_ms: number;
  readonly signal: AbortSignal;
  readonly resolve: (answer: Answer<Buffer>) => void;
  readonly reject: (failure: S3Failure) => void;
}

/** One request, from being sent to the end of its answer. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #waiting: Waiting;
  #status = 0;
  #headers: Headers = {};
  #chunks: Buffer[] = [];
  #size_bytes = 0;

  constructor(waiting: Waiting) {
    this.#waiting = waiting;
  }

  onRequestStart(): void {
    // Part of the interface, and what undici tells its newer handlers by from older ones.
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // An interim answer, such as 100, has the real one after it.
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size_bytes += chunk.length;
    if (this.#size_bytes > this.#waiting.limit_bytes) controller.abort(new S3Failure({ code: TOO_LARGE }));
    // No timer is needed: a piece comes within the idle time, or none does.
    else if (performance.now() > this.#waiting.end_ms) controller.abort(new S3Failure({ code: TOO_SLOW }));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    // A small body comes in one piece, whose memory holds the headers beside it and nothing else.
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#size_bytes);
    this.#waiting.resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const failure = networkFailure(error, this.#waiting.signal);
    this.#waiting.reject(this.#status > 0 ? inBody(failure) : failure);
  }
}

/** What undici or a socket threw. */
export function networkFailure(error: unknown, signal: AbortSignal): S3Failure {
  if (error instanceof S3Failure) return error;
  if (signal.aborted) return new S3Failure({ code: ABORTED });
  const { code, name } = error as NodeJS.ErrnoException;
  return new S3Failure({ code: code ?? name, message: String(error), cause: error });
}

/** A connection that ends within a body has truncated it; a time-out has not, or not yet. */
export function inBody(failure: S3Failure): S3Failure {
  return BROKEN.has(failure.code) ? new S3Failure({ code: TRUNCATED, cause: failure }) : failure;
}

const BROKEN = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);
