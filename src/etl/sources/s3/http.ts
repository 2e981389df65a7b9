import { Pool, type Dispatcher } from 'undici';
import { ABORTED, S3Failure, TOO_LARGE, TRUNCATED } from './failure.ts';

/** Limits on a request; a test sets shorter ones. */
export interface Timeouts {
  readonly connect_ms: number;
  /** From sending a request to its answer's headers. */
  readonly answer_ms: number;
  /** Between two pieces of a body, while somebody wants the next one. */
  readonly idle_ms: number;
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** More sockets than GETs at once, so that listing never waits behind reading. */
const MAX_SOCKETS = 80;

/** GET requests to one host over connections that are kept. */
export class HttpPool {
  readonly #pool: Pool;
  /** One listener per signal instead of one per request: adding and removing 64 of them took 6 us per object. */
  readonly #inFlight = new WeakMap<AbortSignal, Set<Exchange>>();

  constructor(origin: string, { connect_ms, answer_ms, idle_ms }: Timeouts) {
    this.#pool = new Pool(origin, {
      connections: MAX_SOCKETS,
      connect: { timeout: connect_ms },
      headersTimeout: answer_ms,
      bodyTimeout: idle_ms,
    });
  }

  /**
   * A whole answer. Handed to undici's `dispatch`, which saves the stream that `request` makes for each body: 20 us.
   *
   * @throws S3Failure when there was none, or no whole one, or one of more than `limit_bytes`.
   */
  get(path: string, headers: string[], limit_bytes: number, signal: AbortSignal): Promise<Answer<Buffer>> {
    const inFlight = this.#inFlightOf(signal);
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(inFlight, limit_bytes, resolve, reject);
      if (signal.aborted) exchange.abort();
      else this.#pool.dispatch({ method: 'GET', path, headers }, exchange);
    });
  }

  /**
   * An answer whose body is read piece by piece, no faster than it is wanted.
   *
   * @throws S3Failure when there was none. What is thrown while the body is read is for {@link networkFailure}.
   */
  async open(path: string, headers: string[], signal: AbortSignal): Promise<Answer<Dispatcher.ResponseData['body']>> {
    try {
      const {
        statusCode,
        headers: received,
        body,
      } = await this.#pool.request({ method: 'GET', path, headers, signal });
      return { status: statusCode, headers: received, body };
    } catch (error) {
      throw networkFailure(error, signal);
    }
  }

  /** Ends all connections, whatever is still on them. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  #inFlightOf(signal: AbortSignal): Set<Exchange> {
    let inFlight = this.#inFlight.get(signal);
    if (!inFlight) {
      const exchanges = new Set<Exchange>();
      inFlight = exchanges;
      this.#inFlight.set(signal, exchanges);
      signal.addEventListener('abort', () => exchanges.forEach((exchange) => exchange.abort()), { once: true });
    }
    return inFlight;
  }
}

/** One request, from being sent to the end of its answer. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #inFlight: Set<Exchange>;
  readonly #limit_bytes: number;
  readonly #resolve: (answer: Answer<Buffer>) => void;
  readonly #reject: (failure: S3Failure) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #failure: S3Failure | undefined;
  #status = 0;
  #headers: Headers = {};
  #chunks: Buffer[] = [];
  #size_bytes = 0;

  constructor(
    inFlight: Set<Exchange>,
    limit_bytes: number,
    resolve: (answer: Answer<Buffer>) => void,
    reject: (failure: S3Failure) => void,
  ) {
    this.#inFlight = inFlight;
    this.#limit_bytes = limit_bytes;
    this.#resolve = resolve;
    this.#reject = reject;
    inFlight.add(this);
  }

  /** Also while it still waits for a connection, which it then gives back. */
  abort(): void {
    this.#fail(new S3Failure({ code: ABORTED }));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure) controller.abort(this.#failure);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // An interim answer, such as 100, has the real one after it.
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size_bytes += chunk.length;
    if (this.#size_bytes > this.#limit_bytes) this.#fail(new S3Failure({ code: TOO_LARGE }));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#inFlight.delete(this);
    // A small body comes in one piece, whose memory holds the headers beside it and nothing else.
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#size_bytes);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const failure = networkFailure(error);
    this.#fail(this.#status > 0 ? inBody(failure) : failure);
  }

  #fail(failure: S3Failure): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#chunks = [];
    this.#inFlight.delete(this);
    this.#reject(failure);
    this.#controller?.abort(failure);
  }
}

/** What undici or a socket threw. */
export function networkFailure(error: unknown, signal?: AbortSignal): S3Failure {
  if (error instanceof S3Failure) return error;
  if (signal?.aborted === true) return new S3Failure({ code: ABORTED });
  const { code, name } = error as NodeJS.ErrnoException;
  return new S3Failure({ code: code ?? name, message: String(error), cause: error });
}

/** A connection that ends within a body has truncated it; a time-out has not, or not yet. */
export function inBody(failure: S3Failure): S3Failure {
  return BROKEN.has(failure.code) ? new S3Failure({ code: TRUNCATED, cause: failure }) : failure;
}

const BROKEN = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);
