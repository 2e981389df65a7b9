import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
  type GetObjectCommandOutput,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ClickstreamError } from '../../errors.ts';
import type { Origin } from '../pipeline/record.ts';
import type { ListOptions, ObjectStore, StoredObject } from '../pipeline/source.ts';
import { isPreconditionFailed, isRetryable, readError, sourceError } from './s3-errors.ts';

/** How to reach the raw bucket. Credentials and region come from where the AWS SDK looks for them. */
export interface S3StoreOptions {
  readonly bucket: string;
  /** An S3 that is not Amazon's; addressed path-style. */
  readonly endpoint?: string;
}

// Without these the SDK waits for ever for a server that accepts a request and never answers, or stalls in a body.
const CONNECT_TIMEOUT_MS = 3_000;
const ANSWER_TIMEOUT_MS = 15_000;
const MAX_ATTEMPTS = 5;
/** More sockets than GETs at once, so that listing never waits behind reading. */
const MAX_SOCKETS = 80;

/** The raw bucket, read through the AWS SDK. */
export class S3Store implements ObjectStore {
  readonly #bucket: string;
  readonly #client: S3Client;

  constructor({ bucket, endpoint }: S3StoreOptions) {
    this.#bucket = bucket;
    this.#client = new S3Client({
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(endpoint !== undefined && process.env['AWS_REGION'] === undefined ? { region: 'us-east-1' } : {}),
      maxAttempts: MAX_ATTEMPTS,
      requestHandler: new NodeHttpHandler({
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: ANSWER_TIMEOUT_MS,
        throwOnRequestTimeout: true,
        socketTimeout: ANSWER_TIMEOUT_MS,
        httpAgent: { maxSockets: MAX_SOCKETS, keepAlive: true },
        httpsAgent: { maxSockets: MAX_SOCKETS, keepAlive: true },
      }),
    });
  }

  async *list(prefix: string, { startAfter, signal }: ListOptions): AsyncGenerator<readonly Origin[], void, undefined> {
    let token: string | undefined;
    let last: Buffer = Buffer.from(startAfter ?? '');
    // The next page is asked for while this one is worked on.
    let page: Promise<ListObjectsV2CommandOutput> | undefined = this.#listPage(prefix, startAfter, undefined, signal);
    while (page) {
      const answer: ListObjectsV2CommandOutput = await page;
      page = undefined;
      // An answer that is no listing at all, such as a proxy's page, would look like an empty hour.
      if (answer.KeyCount === undefined) throw this.#listingError('invalid_listing', 'the answer is no listing');
      token = answer.NextContinuationToken;
      if (answer.IsTruncated === true) {
        if (token === undefined) throw this.#listingError('invalid_listing', 'a truncated page names no next one');
        page = this.#listPage(prefix, undefined, token, signal);
        page.catch(() => undefined);
      }
      const origins = (answer.Contents ?? []).map(({ Key, ETag, Size, LastModified }): Origin => {
        if (Key === undefined || ETag === undefined || Size === undefined || LastModified === undefined) {
          throw this.#listingError('invalid_listing', 'a key has no ETag, size or time');
        }
        return { key: Key, etag: ETag, size_bytes: Size, lastModified_ms: LastModified.getTime() };
      });
      for (const { key } of origins) {
        const bytes = Buffer.from(key);
        // A token that repeats or loops shows in keys that come again; reading on would double or never end.
        if (Buffer.compare(bytes, last) <= 0)
          throw this.#listingError('disordered_listing', 'its keys are not in order');
        last = bytes;
      }
      yield origins;
    }
  }

  async read(origin: Origin, signal: AbortSignal): Promise<StoredObject<Buffer>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const stored = await this.#get(origin, 0, signal);
        const body = Buffer.from(await stored.answer.Body!.transformToByteArray());
        if (body.length !== stored.answer.ContentLength) throw readError('truncated', origin.key);
        return { origin: stored.origin, body };
      } catch (error) {
        await this.#beforeNextTry(error, attempt, origin, signal);
      }
    }
  }

  async stream(
    origin: Origin,
    from_bytes: number,
    signal: AbortSignal,
  ): Promise<StoredObject<AsyncIterable<Uint8Array>>> {
    const first = await this.#get(origin, from_bytes, signal).catch((error: unknown) => {
      throw sourceError(error, this.#bucket, origin.key);
    });
    return { origin: first.origin, body: this.#body(first, from_bytes, signal) };
  }

  /** A body to its end, asked for again from where it broke off; If-Match makes sure that it is the same object. */
  async *#body(
    { origin, answer }: Answer,
    from_bytes: number,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let at_bytes = from_bytes;
    let current = answer;
    for (let attempt = 1; ; attempt += 1) {
      try {
        for await (const chunk of current.Body as Readable) {
          at_bytes += (chunk as Uint8Array).length;
          // Progress was made, so the count of tries begins anew.
          attempt = 1;
          yield chunk as Uint8Array;
        }
        if (at_bytes >= origin.size_bytes) return;
        throw readError('truncated', origin.key);
      } catch (error) {
        await this.#beforeNextTry(error, attempt, origin, signal);
        const again = await this.#get(origin, at_bytes, signal);
        if (again.origin.etag !== origin.etag) throw readError('replaced', origin.key);
        current = again.answer;
      }
    }
  }

  /** Asks for an object; one that was replaced since it was listed is read as it is now, and said to be so. */
  async #get(origin: Origin, from_bytes: number, signal: AbortSignal): Promise<Answer> {
    const range = from_bytes === 0 ? {} : { Range: `bytes=${from_bytes}-` };
    const input = { Bucket: this.#bucket, Key: origin.key, ...range };
    try {
      const answer = await this.#client.send(new GetObjectCommand({ ...input, IfMatch: origin.etag }), {
        abortSignal: signal,
      });
      return { origin, answer };
    } catch (error) {
      if (!isPreconditionFailed(error) || from_bytes > 0) throw error;
      const answer = await this.#client.send(new GetObjectCommand(input), { abortSignal: signal });
      const { ETag, ContentLength, LastModified } = answer;
      return {
        origin: {
          key: origin.key,
          etag: ETag ?? '',
          size_bytes: ContentLength ?? 0,
          lastModified_ms: LastModified?.getTime() ?? origin.lastModified_ms,
        },
        answer,
      };
    }
  }

  async #listPage(
    prefix: string,
    startAfter: string | undefined,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<ListObjectsV2CommandOutput> {
    try {
      return await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: prefix,
          ...(startAfter === undefined ? {} : { StartAfter: startAfter }),
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      throw sourceError(error, this.#bucket);
    }
  }

  /** Waits before trying again, or throws when that would not help. The SDK has tried the request itself already. */
  async #beforeNextTry(error: unknown, attempt: number, { key }: Origin, signal: AbortSignal): Promise<void> {
    if (signal.aborted || attempt >= MAX_ATTEMPTS || !isRetryable(error)) throw sourceError(error, this.#bucket, key);
    await sleep(Math.random() * 100 * 2 ** attempt, undefined, { signal });
  }

  #listingError(code: string, reason: string): ClickstreamError {
    return new ClickstreamError({
      code,
      stage: 'list',
      message: `The listing of ${this.#bucket} cannot be trusted: ${reason}. Check AWS_ENDPOINT_URL_S3 and what stands before it.`,
    });
  }
}

interface Answer {
  readonly origin: Origin;
  readonly answer: GetObjectCommandOutput;
}
