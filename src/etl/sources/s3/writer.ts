import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { HeadObjectCommandOutput, PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import type { Origin } from '../../pipeline/record.ts';
import type { AccessOptions } from './access.ts';
import { conditionsIgnored, statusOf, tooLargeToWrite, writerError } from './write-error.ts';

/** An object as it is now, and all that is kept of it when it is replaced. */
export interface ObjectHead {
  readonly origin: Origin;
  readonly kept: Partial<PutObjectCommandInput>;
}

/** What is stored in an object's place; `body` is asked for once for each try. */
export interface Replacement {
  readonly length: number;
  readonly body: Buffer | Readable;
}

/**
 * - `changed`: the object is another one by now, or gone; nothing was written
 * - `versioned`: the bucket keeps the version that was replaced
 */
export type Replaced = 'changed' | 'written' | 'versioned';

/** S3 takes no more at one go. */
const MOST_BYTES = 5 * 2 ** 30;
const ATTEMPTS = 3;
const NO_ETAG = '"00000000000000000000000000000000"';

/** Replaces objects of the raw bucket, each only if it is still the one that was read. By the AWS SDK: few are. */
export class BucketWriter {
  readonly #options: AccessOptions;
  #client: Promise<S3Client> | undefined;
  #proof: Promise<void> | undefined;
  /** How a condition's ETag is written, first the way that was understood last. Ceph's gateway takes none in quotes here. */
  readonly #spellings = [(etag: string) => etag, (etag: string) => etag.replace(/^"(.*)"$/, '$1')];

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /**
   * An object as it is now; undefined when there is none.
   *
   * @throws ClickstreamError `access_denied` or `store_unavailable`.
   */
  async head(key: string): Promise<ObjectHead | undefined> {
    const { GetObjectTaggingCommand, HeadObjectCommand } = await import('@aws-sdk/client-s3');
    const client = await this.#connect();
    const object = { Bucket: this.#options.bucket, Key: key };
    try {
      const head = await client.send(new HeadObjectCommand(object));
      const tags = (head.TagCount ?? 0) > 0 ? await client.send(new GetObjectTaggingCommand(object)) : undefined;
      const pairs = (tags?.TagSet ?? []).map(({ Key = '', Value = '' }): [string, string] => [Key, Value]);
      const Tagging = tags && new URLSearchParams(pairs).toString();
      return { origin: originOf(key, head), kept: { ...keptOf(head), Tagging } };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw writerError(error, key, 'look at');
    }
  }

  /**
   * Stores other bytes under an object's key, with its type, encoding, metadata, tags, storage class and KMS key.
   *
   * @throws ClickstreamError `write_denied`, `conditions_ignored` (by this store nothing can be replaced safely),
   *   `object_too_large` or `store_unavailable`.
   */
  async replace(head: ObjectHead, replacement: Replacement): Promise<Replaced> {
    const { key } = head.origin;
    if (replacement.length > MOST_BYTES) throw tooLargeToWrite(key);
    this.#proof ??= this.#prove(head, replacement);
    try {
      await this.#proof;
    } catch (error) {
      this.#proof = undefined;
      throw error;
    }
    for (const spell of [...this.#spellings]) {
      const replaced = await this.#put(head, spell(head.origin.etag), replacement);
      if (replaced === 'changed') continue;
      if (spell !== this.#spellings[0]) this.#spellings.reverse();
      return replaced;
    }
    return 'changed';
  }

  async close(): Promise<void> {
    (await this.#client?.catch(() => undefined))?.destroy();
  }

  /**
   * Whether the store refuses a write whose condition does not hold, since some take it without a word. Were it so, what
   * it takes is no worse than the write that was to follow.
   */
  async #prove(head: ObjectHead, replacement: Replacement): Promise<void> {
    for (const spell of this.#spellings)
      if ((await this.#put(head, spell(NO_ETAG), replacement)) !== 'changed') throw conditionsIgnored();
  }

  async #put({ origin: { key }, kept }: ObjectHead, IfMatch: string, replacement: Replacement): Promise<Replaced> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const client = await this.#connect();
    const object = { Bucket: this.#options.bucket, Key: key, IfMatch, ContentLength: replacement.length };
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { ETag, VersionId } = await client.send(
          new PutObjectCommand({ ...kept, ...object, Body: replacement.body }),
        );
        // A proxy answers 200, too; only a store gives the object's ETag.
        if (ETag === undefined) throw new Error('no ETag');
        return VersionId === undefined || VersionId === 'null' ? 'written' : 'versioned';
      } catch (error) {
        const status = statusOf(error);
        // 409: another write is under way. After a lost answer 412 may mean that the write before was stored.
        if (status === 412 || status === 409 || status === 404) return 'changed';
        const isFinal = status !== undefined && status < 500 && status !== 429;
        if (isFinal || status === 501 || attempt === ATTEMPTS) throw writerError(error, key, 'write');
        await sleep(500 * 2 ** attempt);
      }
    }
  }

  #connect(): Promise<S3Client> {
    this.#client ??= connect(this.#options);
    return this.#client;
  }
}

const quiet = (): void => undefined;

async function connect({ endpoint }: AccessOptions): Promise<S3Client> {
  const [{ S3Client }, { NodeHttpHandler }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@smithy/node-http-handler'),
  ]);
  const region =
    process.env['AWS_REGION'] ??
    process.env['AWS_DEFAULT_REGION'] ??
    (endpoint === undefined ? undefined : 'us-east-1');
  return new S3Client({
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(region === undefined ? {} : { region }),
    expectContinueHeader: false,
    // It warns of bodies that it cannot send again; that is done here.
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 3_000,
      // Of a whole upload, 5 GiB at most.
      requestTimeout: 3_600_000,
      throwOnRequestTimeout: true,
      socketTimeout: 60_000,
    }),
  });
}

function originOf(key: string, { ETag, ContentLength, LastModified }: HeadObjectCommandOutput): Origin {
  if (ETag === undefined || ContentLength === undefined) throw new Error('no ETag');
  return { key, etag: ETag, size_bytes: ContentLength, lastModified_ms: LastModified?.getTime() ?? 0 };
}

function keptOf(head: HeadObjectCommandOutput): Partial<PutObjectCommandInput> {
  const { ContentType, ContentEncoding, ContentDisposition, ContentLanguage, CacheControl, Metadata } = head;
  const { ExpiresString, StorageClass, WebsiteRedirectLocation, ServerSideEncryption } = head;
  const expires = new Date(ExpiresString ?? NaN);
  const isKms = ServerSideEncryption !== undefined && ServerSideEncryption !== 'AES256';
  return {
    ContentType,
    ContentEncoding,
    ContentDisposition,
    ContentLanguage,
    CacheControl,
    Metadata,
    StorageClass,
    WebsiteRedirectLocation,
    ...(Number.isNaN(expires.getTime()) ? {} : { Expires: expires }),
    // What the bucket encrypts with by itself needs no word.
    ...(isKms ? { ServerSideEncryption, SSEKMSKeyId: head.SSEKMSKeyId, BucketKeyEnabled: head.BucketKeyEnabled } : {}),
  };
}
