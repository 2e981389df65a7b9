import { createHmac, hash } from 'node:crypto';

/** AWS credentials; never logged. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What requests are signed for. */
export interface SigningScope {
  /** With the port, unless it is the protocol's own. */
  readonly host: string;
  readonly region: string;
  readonly service: string;
}

/** SHA-256 of no body, which is what a GET has. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Signature version 4 of GET requests, with the day's key kept. A signature takes 5.5 us here and 28 us through
 * `@smithy/signature-v4`, which the tests hold it against.
 */
export class Signer {
  readonly #scope: SigningScope;
  #time = { second: NaN, day: '', text: '' };
  #key: { day: string; credentials: Credentials; bytes: Buffer } | undefined;

  constructor(scope: SigningScope) {
    this.#scope = scope;
  }

  /**
   * All headers to send, as `[name, value, name, value …]`.
   *
   * @param path encoded as it is sent, see {@link encodePath}
   * @param query as it is sent: encoded, and sorted by name
   * @param headers further ones by lower-case name; signed as well
   */
  sign(
    path: string,
    query: string,
    headers: Readonly<Record<string, string>>,
    credentials: Credentials,
    now_ms: number,
  ): string[] {
    const { day, text } = this.#timeOf(now_ms);
    const all: Record<string, string> = {
      host: this.#scope.host,
      ...headers,
      'x-amz-content-sha256': EMPTY_SHA256,
      'x-amz-date': text,
    };
    if (credentials.sessionToken !== undefined) all['x-amz-security-token'] = credentials.sessionToken;
    const names = Object.keys(all).sort();
    const sent: string[] = [];
    let canonical = '';
    for (const name of names) {
      const value = all[name]!;
      canonical += `${name}:${value}\n`;
      sent.push(name, value);
    }
    const signed = names.join(';');
    const request = `GET\n${path}\n${query}\n${canonical}\n${signed}\n${EMPTY_SHA256}`;
    const scope = `${day}/${this.#scope.region}/${this.#scope.service}/aws4_request`;
    const toSign = `AWS4-HMAC-SHA256\n${text}\n${scope}\n${hash('sha256', request)}`;
    const signature = createHmac('sha256', this.#keyOf(day, credentials)).update(toSign).digest('hex');
    sent.push(
      'authorization',
      `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
    );
    return sent;
  }

  #timeOf(now_ms: number): { day: string; text: string } {
    const second = Math.floor(now_ms / 1000);
    if (second !== this.#time.second) {
      const text = `${new Date(second * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
      this.#time = { second, day: text.slice(0, 8), text };
    }
    return this.#time;
  }

  #keyOf(day: string, credentials: Credentials): Buffer {
    if (this.#key?.day !== day || this.#key.credentials !== credentials) {
      const { region, service } = this.#scope;
      let bytes: Buffer = Buffer.from(`AWS4${credentials.secretAccessKey}`);
      for (const part of [day, region, service, 'aws4_request'])
        bytes = createHmac('sha256', bytes).update(part).digest();
      this.#key = { day, credentials, bytes };
    }
    return this.#key.bytes;
  }
}

/** Percent-encodes all but what RFC 3986 leaves alone, as signature version 4 wants names and values of a query. */
export function encodeQuery(text: string): string {
  if (!ENCODED.test(text)) return text;
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The same for an object's key, whose slashes stay. Once, and without tidying: to S3 `..` and `//` are part of a key. */
export function encodePath(key: string): string {
  if (!ENCODED_IN_PATH.test(key)) return key;
  return encodeQuery(key).replaceAll('%2F', '/');
}

const ENCODED = /[^A-Za-z0-9\-._~]/;
const ENCODED_IN_PATH = /[^A-Za-z0-9\-._~/]/;
