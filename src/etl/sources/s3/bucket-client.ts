import type { AccessOptions } from './access.ts';
import { isOfCredentials, S3Failure } from './failure.ts';
import { HttpPool, type Answer, type Timeouts } from './http.ts';
import { Session } from './session.ts';
import { encodePath } from './signer.ts';
import { firstText } from './xml-text.ts';

export interface BucketOptions extends AccessOptions {
  readonly timeouts?: Timeouts;
}

/** Without these a server that accepts a request and never answers would be waited for to the end of the budget. */
const TIMEOUTS: Timeouts = { connect_ms: 3_000, answer_ms: 15_000, idle_ms: 15_000 };
/** S3's error documents have some 500 bytes. */
const ERROR_LIMIT_BYTES = 64 * 1024;

/** Sends one request; `body` is whatever its caller reads answers into. */
type Send<Body> = (http: HttpPool, target: string, headers: string[]) => Promise<Answer<Body>>;

/** Signed GET requests to one bucket, each made once: what its caller does about a failure is its own affair. */
export class BucketClient {
  readonly #options: BucketOptions;
  #connected: Promise<Connected> | undefined;

  constructor(options: BucketOptions) {
    this.#options = options;
  }

  /** The whole answer to `{bucket}/{key}?{query}`, the key and the query as they are to be sent. */
  get(request: BucketRequest, limit_bytes: number, signal: AbortSignal): Promise<Answer<Buffer>> {
    const limit = Math.max(limit_bytes, ERROR_LIMIT_BYTES);
    return this.#request(
      request,
      (http, target, headers) => http.get(target, headers, limit, signal),
      (body) => body.toString(),
    );
  }

  /** The same with a body that is read piece by piece. */
  open(request: BucketRequest, signal: AbortSignal): Promise<Answer<AsyncIterable<Buffer>>> {
    return this.#request<AsyncIterable<Buffer>>(
      request,
      (http, target, headers) => http.open(target, headers, signal),
      textOf,
    );
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    // One that could not be made needs no closing, and its error was thrown to whoever asked.
    const connected = await this.#connected?.catch(() => undefined);
    await connected?.http.close();
  }

  async #request<Body>(
    { key = '', query = '', headers = {} }: BucketRequest,
    send: Send<Body>,
    read: (body: Body) => string | Promise<string>,
  ): Promise<Answer<Body>> {
    const { session, http } = await this.#connect();
    const path = session.access.basePath + encodePath(key);
    const target = query === '' ? path : `${path}?${query}`;
    for (let isFirst = true; ; isFirst = false) {
      const signed = await session.sign(path, query, headers);
      const answer = await send(http, target, signed.headers);
      if (answer.status < 300) return answer;
      const failure = failureOf(answer, await read(answer.body));
      // Once: credentials that were rotated away, and a clock that is off, are no fault of the request's.
      if (isFirst && isOfCredentials(failure)) await session.renew(signed.credentials);
      else if (isFirst && failure.code === 'RequestTimeTooSkewed') session.setClock(dateOf(answer));
      else throw failure;
    }
  }

  async #connect(): Promise<Connected> {
    this.#connected ??= connect(this.#options);
    try {
      return await this.#connected;
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

async function connect(options: BucketOptions): Promise<Connected> {
  const session = await Session.begin(options);
  return { session, http: new HttpPool(session.access.origin, options.timeouts ?? TIMEOUTS) };
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size_bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size_bytes += chunk.length;
      if (size_bytes > ERROR_LIMIT_BYTES) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(chunks).toString();
}

/** An answer that is no success. Its document may be a proxy's, or missing. */
function failureOf({ status, headers }: Answer<unknown>, document: string): S3Failure {
  const code = firstText(document, 'Code');
  const region = headers['x-amz-bucket-region'] ?? firstText(document, 'Region');
  return new S3Failure({
    code: code ?? (status === 412 ? 'PreconditionFailed' : ''),
    status,
    bucketRegion: isElsewhere(code, status) && typeof region === 'string' ? region : undefined,
    message: firstText(document, 'Message'),
  });
}

/** A bucket in another region answers in one of these ways, depending on how old it is and how it was asked. */
function isElsewhere(code: string | undefined, status: number): boolean {
  return status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed';
}

function dateOf({ headers }: Answer<unknown>): number {
  return Date.parse(String(headers['date']));
}
