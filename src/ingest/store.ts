import { PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ClickstreamError } from '../errors.ts';

/** An object to be stored, all of it in memory. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: string;
  readonly contentType: string;
}

/** Where ingest puts objects. Resolving means that the object is stored for good; anything else must reject. */
export interface ObjectWriter {
  put(object: StoredObject, options: { readonly signal: AbortSignal }): Promise<void>;
}

export interface S3WriterOptions {
  /** Of an S3-compatible store, then addressed by path; undefined means AWS. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly credentials?: S3ClientConfig['credentials'];
  /** For one attempt; 3 s by default, so that two fit into the handler's 8 s and a third may begin. */
  readonly attemptTimeout_ms?: number;
}

/** Takes the region and static credentials from an environment; what it does not have, the SDK looks for itself. */
export function s3OptionsFrom(env: NodeJS.ProcessEnv): Pick<S3WriterOptions, 'region' | 'credentials'> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const sessionToken = env['AWS_SESSION_TOKEN'];
  const region = env['AWS_REGION'];
  if (!accessKeyId || !secretAccessKey) return { region };
  return { region, credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } };
}

/**
 * Writes to S3 by `PutObject`. Connections are kept from request to request, so make one writer and keep it.
 *
 * Rejects with the SDK's error after its retries, or with `store_unconfirmed` when whatever answered was not S3.
 */
export function createS3Writer(options: S3WriterOptions = {}): ObjectWriter {
  const { endpoint, credentials, attemptTimeout_ms = 3_000 } = options;
  const region = options.region ?? (endpoint === undefined ? undefined : 'us-east-1');
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: 3,
    // Waiting for a "100 Continue" holds an error back for up to 6 s, and saves nothing on bodies this small.
    expectContinueHeader: false,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: Math.min(1_000, attemptTimeout_ms),
      requestTimeout: attemptTimeout_ms,
      // Without this a server that never answers is only warned about, and the request hangs.
      throwOnRequestTimeout: true,
      socketTimeout: attemptTimeout_ms,
    }),
  });
  return {
    async put({ bucket, key, body, contentType }, { signal }) {
      const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType });
      const result = await client.send(command, { abortSignal: signal });
      // A proxy or a captive portal answers 200 too; only a store gives the object's ETag.
      if (!result.ETag) {
        const message = 'The store answered without an ETag, so it is not S3 that answered; check AWS_ENDPOINT_URL_S3';
        throw new ClickstreamError({ code: 'store_unconfirmed', stage: 'ingest', message });
      }
    },
  };
}
