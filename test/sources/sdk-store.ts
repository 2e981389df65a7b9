import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
  type GetObjectCommandOutput,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Origin } from '../../src/etl/pipeline/record.ts';
import type { ListOptions, ObjectStore, StoredObject } from '../../src/etl/pipeline/source.ts';
import {
  ABORTED,
  codedError,
  CORRUPT,
  listingError,
  REPLACED,
  S3Failure,
  TRUNCATED,
} from '../../src/etl/sources/s3/failure.ts';
import type { Timeouts } from '../../src/etl/sources/s3/http.ts';
import type { ListingPage } from '../../src/etl/sources/s3/listing-page.ts';
import { pagesOf, type PageStart } from '../../src/etl/sources/s3/listing.ts';
import { Retries, RETRIES, type RetryOptions } from '../../src/etl/sources/s3/retries.ts';

export interface SdkStoreOptions {
  readonly bucket: string;
  readonly endpoint: string;
  readonly timeouts?: Timeouts;
  readonly retries?: RetryOptions;
}

/**
 * A bucket read through the AWS SDK: what the store of requests of our own is held against, in behaviour and in speed.
 * Retries are the same ones, so that only the requests differ.
 */
export class SdkStore implements ObjectStore {
  readonly #bucket: string;
  readonly #client: S3Client;
  readonly #retries: Retries;

  constructor({ bucket, endpoint, timeouts, retries = RETRIES }: SdkStoreOptions) {
    this.#bucket = bucket;
    this.#retries = new Retries(retries);
    const { connect_ms, answer_ms, idle_ms } = timeouts ?? { connect_ms: 3_000, answer_ms: 15_000, idle_ms: 15_000 };
    this.#client = new S3Client({
      endpoint,
      forcePathStyle: true,
      region: process.env['AWS_REGION'] ?? 'us-east-1',
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({
        connectionTimeout: connect_ms,
        requestTimeout: answer_ms,
        throwOnRequestTimeout: true,
        socketTimeout: idle_ms,
        httpAgent: { maxSockets: 80, keepAlive: true },
      }),
    });
  }

  async *list(prefix: string, { startAfter, signal }: ListOptions): AsyncGenerator<readonly Origin[], void, undefined> {
    const enough = new AbortController();
    const either = AbortSignal.any([signal, enough.signal]);
    try {
      yield* pagesOf({ bucket: this.#bucket, prefix, startAfter }, (from) => this.#page(prefix, from, either));
    } finally {
      enough.abort();
    }
  }

  async read(listed: Origin, signal: AbortSignal): Promise<StoredObject<Buffer>> {
    return this.#coded(listed.key, () =>
      this.#retries.run(async () => {
        const { origin, answer } = await this.#get(listed, 0, signal);
        const body = await answer.Body!.transformToByteArray().catch((error: unknown) => {
          throw bodyFailure(error, signal);
        });
        checkLength(body.length, origin);
        return { origin, body: Buffer.from(body) };
      }, signal),
    );
  }

  async stream(
    listed: Origin,
    from_bytes: number,
    signal: AbortSignal,
  ): Promise<StoredObject<AsyncIterable<Uint8Array>>> {
    const first = await this.#coded(listed.key, () =>
      this.#retries.run(() => this.#get(listed, from_bytes, signal), signal),
    );
    return { origin: first.origin, body: this.#body(first, from_bytes, signal) };
  }

  close(): Promise<void> {
    this.#client.destroy();
    return Promise.resolve();
  }

  async *#body(
    { origin, answer }: Opened,
    from_bytes: number,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let at_bytes = from_bytes;
    let body: Readable | undefined = answer.Body as Readable;
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (!body) {
          const again = await this.#get(origin, at_bytes, signal);
          if (again.origin !== origin) throw new S3Failure({ code: REPLACED });
          body = again.answer.Body as Readable;
        }
        for await (const chunk of body as AsyncIterable<Buffer>) {
          at_bytes += chunk.length;
          attempt = 1;
          yield chunk;
        }
        checkLength(at_bytes, origin);
        return;
      } catch (error) {
        body = undefined;
        const failure = bodyFailure(error, signal);
        // The bytes were handed on, so another try would not take them back.
        if (failure.code === CORRUPT) throw codedError(failure, this.#bucket, origin.key);
        await this.#coded(origin.key, () => this.#retries.wait(failure, attempt, signal));
      }
    }
  }

  async #get(listed: Origin, from_bytes: number, signal: AbortSignal): Promise<Opened> {
    const range = from_bytes === 0 ? {} : { Range: `bytes=${from_bytes}-` };
    const input = { Bucket: this.#bucket, Key: listed.key, ...range };
    const ask = (condition: { IfMatch?: string }): Promise<GetObjectCommandOutput> =>
      this.#client
        .send(new GetObjectCommand({ ...input, ...condition }), { abortSignal: signal })
        .catch((error: unknown) => {
          throw failureOf(error, signal);
        });
    const answer = await ask({ IfMatch: listed.etag }).catch((error: unknown) => {
      if (error instanceof S3Failure && error.status === 412 && from_bytes === 0) return ask({});
      throw error;
    });
    const { ETag, ContentLength, LastModified } = answer;
    if (ETag === undefined) throw new S3Failure({ code: 'NoETag', status: 200 });
    if (ETag === listed.etag) return { origin: listed, answer };
    const origin = {
      key: listed.key,
      etag: ETag,
      size_bytes: ContentLength!,
      lastModified_ms: LastModified!.getTime(),
    };
    return { origin, answer };
  }

  async #page(prefix: string, { token, startAfter }: PageStart, signal: AbortSignal): Promise<() => ListingPage> {
    const answer = await this.#coded(undefined, () =>
      this.#retries.run(
        () =>
          this.#client
            .send(
              new ListObjectsV2Command({
                Bucket: this.#bucket,
                Prefix: prefix,
                ...(token === undefined ? {} : { ContinuationToken: token }),
                ...(startAfter === undefined ? {} : { StartAfter: startAfter }),
              }),
              { abortSignal: signal },
            )
            .catch((error: unknown) => {
              throw failureOf(error, signal);
            }),
        signal,
      ),
    );
    return () => this.#pageOf(answer);
  }

  #pageOf({ KeyCount, Contents = [], IsTruncated, NextContinuationToken }: ListObjectsV2CommandOutput): ListingPage {
    // A proxy's page comes out as an answer without anything in it.
    if (KeyCount === undefined) throw listingError(this.#bucket, 'the answer is no listing');
    const origins = Contents.map(({ Key, ETag, Size, LastModified }): Origin => {
      const lastModified_ms = Math.floor(LastModified!.getTime() / 1000) * 1000;
      return { key: Key!, etag: ETag!, size_bytes: Size!, lastModified_ms };
    });
    if (IsTruncated !== true) return { origins };
    if (NextContinuationToken === undefined) throw listingError(this.#bucket, 'a truncated page names no next one');
    return { origins, nextToken: NextContinuationToken };
  }

  async #coded<T>(key: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof S3Failure ? codedError(error, this.#bucket, key) : error;
    }
  }
}

interface Opened {
  readonly origin: Origin;
  readonly answer: GetObjectCommandOutput;
}

/** What the SDK puts on its errors. */
interface SdkError extends Error {
  readonly code?: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Record<string, string> };
}

function failureOf(error: unknown, signal: AbortSignal): S3Failure {
  if (error instanceof S3Failure) return error;
  if (signal.aborted) return new S3Failure({ code: ABORTED });
  const { name, code, message, Region, $metadata, $response } = error as SdkError;
  if (name === 'CredentialsProviderError') return new S3Failure({ code: 'NoCredentials', cause: error });
  const status = $metadata?.httpStatusCode;
  const elsewhere = status === 301 || status === 307 || name === 'AuthorizationHeaderMalformed';
  return new S3Failure({
    code: code ?? name,
    status: status !== undefined && status >= 300 ? status : undefined,
    bucketRegion: elsewhere ? ($response?.headers?.['x-amz-bucket-region'] ?? Region) : undefined,
    message,
    cause: error,
  });
}

function bodyFailure(error: unknown, signal: AbortSignal): S3Failure {
  const failure = failureOf(error, signal);
  if (/checksum mismatch/i.test(failure.message)) return new S3Failure({ code: CORRUPT, cause: error });
  const isBroken = failure.code === 'ECONNRESET' || failure.code === 'ERR_STREAM_PREMATURE_CLOSE';
  return isBroken ? new S3Failure({ code: TRUNCATED, cause: error }) : failure;
}

function checkLength(length_bytes: number, { size_bytes }: Origin): void {
  if (length_bytes !== size_bytes) throw new S3Failure({ code: length_bytes < size_bytes ? TRUNCATED : CORRUPT });
}
