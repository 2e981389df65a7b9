import type { Origin } from '../../pipeline/record.ts';
import type { ListOptions, ObjectStore, StoredObject } from '../../pipeline/source.ts';
import { BucketClient, type BucketOptions } from './bucket-client.ts';
import { openChecked } from './checked-body.ts';
import { codedError, listingError, S3Failure } from './failure.ts';
import { pagesOf, type PageStart } from './listing.ts';
import { readListingPage, type ListingPage } from './listing-page.ts';
import { objectBody, type Resumption } from './object-body.ts';
import { openFrom, readWhole } from './object-reader.ts';
import { Retries, RETRIES, type RetryOptions } from './retries.ts';
import { encodeQuery } from './signer.ts';

/** How to reach the raw bucket. Credentials and region come from where the AWS SDK looks for them. */
export interface S3StoreOptions extends BucketOptions {
  readonly retries?: RetryOptions;
}

/** A thousand keys of 1,024 bytes, each written as `%XX`, and what stands around them. */
const PAGE_LIMIT_BYTES = 16 * 2 ** 20;

/**
 * The raw bucket, read by requests of our own: a fifteenth of the client CPU per small object that the AWS SDK takes.
 * Where the bucket is and who may read it is still the SDK's to say (`access.ts`).
 */
export class S3Store implements ObjectStore {
  readonly #bucket: string;
  readonly #client: BucketClient;
  readonly #retries: Retries;

  constructor(options: S3StoreOptions) {
    this.#bucket = options.bucket;
    this.#client = new BucketClient(options);
    this.#retries = new Retries(options.retries ?? RETRIES);
  }

  async *list(prefix: string, { startAfter, signal }: ListOptions): AsyncGenerator<readonly Origin[], void, undefined> {
    const enough = new AbortController();
    const either = AbortSignal.any([signal, enough.signal]);
    try {
      yield* pagesOf({ bucket: this.#bucket, prefix, startAfter }, (from) => this.#page(prefix, from, either));
    } finally {
      // Whoever stops early leaves a page under way.
      enough.abort();
    }
  }

  async read(origin: Origin, signal: AbortSignal): Promise<StoredObject<Buffer>> {
    try {
      return await this.#retries.run(() => readWhole(this.#client, origin, signal), signal);
    } catch (error) {
      throw this.#coded(error, origin.key);
    }
  }

  async stream(
    origin: Origin,
    from_bytes: number,
    signal: AbortSignal,
  ): Promise<StoredObject<AsyncIterable<Uint8Array>>> {
    const resumption = this.#resumption(signal);
    try {
      if (!(await this.#client.isSafe(signal))) {
        const checked = await openChecked(origin, from_bytes, resumption);
        return { origin: checked.origin, body: this.#body(checked.body, origin.key) };
      }
      const first = await this.#retries.run(() => resumption.reopen(origin, from_bytes), signal);
      return { origin: first.origin, body: this.#body(objectBody(first, from_bytes, resumption), origin.key) };
    } catch (error) {
      throw this.#coded(error, origin.key);
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #resumption(signal: AbortSignal): Resumption {
    return {
      retries: this.#retries,
      signal,
      whole_ms: this.#client.whole_ms,
      reopen: (origin, at_bytes) => openFrom(this.#client, origin, at_bytes, signal),
    };
  }

  async *#body(body: AsyncIterable<Uint8Array>, key: string): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* body;
    } catch (error) {
      throw this.#coded(error, key);
    }
  }

  async #page(prefix: string, { token, startAfter }: PageStart, signal: AbortSignal): Promise<() => ListingPage> {
    // In the order that the signature wants. `encoding-type` because XML cannot hold every key.
    const query =
      (token === undefined ? '' : `continuation-token=${encodeQuery(token)}&`) +
      `encoding-type=url&list-type=2&prefix=${encodeQuery(prefix)}` +
      (startAfter !== undefined ? `&start-after=${encodeQuery(startAfter)}` : '');
    try {
      const { body } = await this.#retries.run(() => this.#client.get({ query }, PAGE_LIMIT_BYTES, signal), signal);
      return () => this.#readPage(body);
    } catch (error) {
      throw this.#coded(error);
    }
  }

  #readPage(body: Buffer): ListingPage {
    try {
      return readListingPage(body.toString());
    } catch (error) {
      throw error instanceof SyntaxError ? listingError(this.#bucket, error.message) : error;
    }
  }

  #coded(error: unknown, key?: string): unknown {
    return error instanceof S3Failure ? codedError(error, this.#bucket, key) : error;
  }
}
