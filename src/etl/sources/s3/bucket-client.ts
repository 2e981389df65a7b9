import { setTimeout as sleep } from 'node:timers/promises';
import type { AccessOptions } from './access.ts';
import { ABORTED, againOf, NO_CREDENTIALS, S3Failure } from './failure.ts';
import { HttpPool, type AllTimeouts, type Answer } from './http.ts';
import { Session } from './session.ts';
import { encodePath } from './signer.ts';
import { firstText } from './xml-text.ts';

export interface BucketOptions extends AccessOptions {
  readonly timeouts?: Partial<ClientTimeouts>;
}

interface ClientTimeouts extends AllTimeouts {
  /** For whatever gives credentials: a role's service, a file, or a program that may ask its user something. */
  readonly credentials_ms: number;
}

/** Without these a server that accepts a request and never answers would be waited for to the end of the budget. */
const TIMEOUTS: ClientTimeouts = {
  connect_ms: 3_000,
  answer_ms: 15_000,
  idle_ms: 15_000,
  whole_ms: 60_000,
  credentials_ms: 60_000,
};
/** S3's error documents have some 500 bytes. */
const ERROR_LIMIT_BYTES = 64 * 1024;

/** Sends one request; `body` is whatever its caller reads answers into. */
type Send<Body> = (http: HttpPool, target: string, headers: string[]) => Promise<Answer<Body>>;

/** Signed GET requests to one bucket, each made once: what its caller does about a failure is its own affair. */
export class BucketClient {
  readonly #options: BucketOptions;
  readonly #timeouts: ClientTimeouts;
  #connected: Promise<Connected> | undefined;
  /** The same, once it is there. */
  #ready: Connected | undefined;

  constructor(options: BucketOptions) {
    this.#options = options;
    this.#timeouts = { ...TIMEOUTS, ...options.timeouts };
  }

  /** The longest that an answer, or a part of one that counts as progress, may take to come. */
  get whole_ms(): number {
    return this.#timeouts.whole_ms;
  }

  /** The whole answer to `{bucket}/{key}?{query}`, the key and the query as they are to be sent. */
  get(request: BucketRequest, limit_bytes: number, signal: AbortSignal): Promise<Answer<Buffer>> {
    const limit = Math.max(limit_bytes, ERROR_LIMIT_BYTES);
    return this.#request(
      request,
      signal,
      (http, target, headers) => http.get(target, headers, limit, signal),
      (body) => body.toString(),
    );
  }

  /** The same with a body that is read piece by piece. */
  open(request: BucketRequest, signal: AbortSignal): Promise<Answer<AsyncIterable<Buffer>>> {
    return this.#request<AsyncIterable<Buffer>>(
      request,
      signal,
      (http, target, headers) => http.open(target, headers, signal),
      (body) => textOf(body, this.whole_ms),
    );
  }

  /** Whether nobody between here and the bucket can change a byte unnoticed: TLS authenticates each of them. */
  async isSafe(signal: AbortSignal): Promise<boolean> {
    const { session } = this.#ready ?? (await this.#credentials(this.#connect(), signal));
    return session.access.origin.startsWith('https:');
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    // What still waits for credentials has no connections, and may wait for ever.
    await this.#ready?.http.close();
  }

  async #request<Body>(
    { key = '', query = '', headers = {} }: BucketRequest,
    signal: AbortSignal,
    send: Send<Body>,
    read: (body: Body) => string | Promise<string>,
  ): Promise<Answer<Body>> {
    const { session, http } = this.#ready ?? (await this.#credentials(this.#connect(), signal));
    const path = session.access.basePath + encodePath(key);
    const target = query === '' ? path : `${path}?${query}`;
    for (let isFirst = true; ; isFirst = false) {
      if (session.isDue) await this.#credentials(session.refresh(), signal);
      const signed = session.sign(path, query, headers);
      const answer = await send(http, target, signed.headers);
      if (answer.status < 300) return answer;
      const failure = failureOf(answer, await read(answer.body));
      // Once: credentials that were rotated away, and a clock that is off, are no fault of the request's.
      const again = isFirst ? againOf(failure) : 'never';
      if (again === 'renewed') await this.#credentials(session.renew(signed.credentials), signal);
      else if (again === 'by its clock') session.setClock(dateOf(answer));
      else throw failure;
    }
  }

  /** Waits for what needs credentials, but not for ever: the SDK's providers know no signal, and some no time-out. */
  async #credentials<T>(needing: Promise<T>, signal: AbortSignal): Promise<T> {
    const done = new AbortController();
    const enough = sleep(this.#timeouts.credentials_ms, undefined, { signal: AbortSignal.any([signal, done.signal]) });
    const late = enough.then(
      () => Promise.reject(new S3Failure({ code: NO_CREDENTIALS, message: 'They did not come in time.' })),
      () => Promise.reject(new S3Failure({ code: ABORTED })),
    );
    try {
      return await Promise.race([needing, late]);
    } finally {
      done.abort();
    }
  }

  async #connect(): Promise<Connected> {
    this.#connected ??= connect(this.#options, this.#timeouts);
    try {
      this.#ready = await this.#connected;
      return this.#ready;
    } catch (error) {
      // The next request looks for credentials again.
      this.#connected = undefined;
      throw error;
    }
  }
}

export interface BucketRequest {
  readonly key?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Connected {
  readonly session: Session;
  readonly http: HttpPool;
}

async function connect(options: BucketOptions, timeouts: AllTimeouts): Promise<Connected> {
  const session = await Session.begin(options);
  return { session, http: new HttpPool(session.access.origin, timeouts) };
}

async function textOf(body: AsyncIterable<Buffer>, whole_ms: number): Promise<string> {
  const chunks: Buffer[] = [];
  const end_ms = performance.now() + whole_ms;
  let size_bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size_bytes += chunk.length;
      if (size_bytes > ERROR_LIMIT_BYTES || performance.now() > end_ms) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(chunks).toString();
}

/** An answer that is no success. Its document may be a proxy's, or missing. */
function failureOf({ status, headers }: Answer<unknown>, document: string): S3Failure {
  const code = codeOf(document);
  const region = headers['x-amz-bucket-region'] ?? firstText(document, 'Region');
  return new S3Failure({
    code: code ?? (status === 412 ? 'PreconditionFailed' : ''),
    status,
    bucketRegion: isElsewhere(code, status) && typeof region === 'string' ? region : undefined,
    message: firstText(document, 'Message'),
  });
}

/** S3's name for what went wrong. It is told in errors, so that whatever else stands in its place is not. */
function codeOf(document: string): string | undefined {
  const code = firstText(document, 'Code');
  return code !== undefined && /^[A-Za-z][\w.]{0,63}$/.test(code) ? code : undefined;
}

/** A bucket in another region answers in one of these ways, depending on how old it is and how it was asked. */
function isElsewhere(code: string | undefined, status: number): boolean {
  return status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed';
}

function dateOf({ headers }: Answer<unknown>): number {
  return Date.parse(String(headers['date']));
}
