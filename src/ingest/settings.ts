import { bucketName, endpointUrl } from '../config/setting-kinds.ts';
import { configError } from '../errors.ts';

/** 1 MiB: hundreds of events at the size a tracker sends them. */
const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

/** Any origin, or the origins that a browser may call from, in lower case as browsers send them. */
export type AllowedOrigins = '*' | ReadonlySet<string>;

/** What the ingest handler is told by its environment. */
export interface IngestSettings {
  readonly bucket: string;
  readonly maxBody_bytes: number;
  readonly allowedOrigins: AllowedOrigins;
  /** Set for S3-compatible stores; undefined means AWS. */
  readonly endpoint: string | undefined;
}

/**
 * Reads and validates `RAW_BUCKET_NAME`, `MAX_BODY_BYTES`, `ALLOWED_ORIGINS` and `AWS_ENDPOINT_URL_S3`. An empty value
 * counts as not set, which is how templates and compose files say "no value". Messages name the variable and never its
 * value.
 *
 * @throws ClickstreamError `invalid_config`
 */
export function readSettings(env: NodeJS.ProcessEnv): IngestSettings {
  return {
    bucket: readBucket(env),
    maxBody_bytes: readMaxBodyBytes(env),
    allowedOrigins: readAllowedOrigins(env),
    endpoint: readEndpoint(env),
  };
}

/**
 * Reads `ALLOWED_ORIGINS` on its own, because every answer carries CORS headers, those that come before the other
 * settings are looked at included.
 *
 * @throws ClickstreamError `invalid_config`
 */
export function readAllowedOrigins(env: NodeJS.ProcessEnv): AllowedOrigins {
  const value = valueOf(env, 'ALLOWED_ORIGINS')?.trim() ?? '*';
  if (value === '*') return '*';
  const origins = value.split(',').map((origin) => origin.trim().toLowerCase());
  for (const origin of origins) {
    // A path or a trailing slash would never match an Origin header; better said now than searched for in a browser.
    if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#*]+$/.test(origin)) {
      throw configError(
        'ALLOWED_ORIGINS must be * alone, or a comma-separated list of origins such as https://shop.example without a path or a trailing slash',
      );
    }
  }
  return new Set(origins);
}

function readBucket(env: NodeJS.ProcessEnv): string {
  const bucket = valueOf(env, 'RAW_BUCKET_NAME');
  if (bucket === undefined) throw configError('RAW_BUCKET_NAME is required: the bucket that raw events are stored in');
  // By the ETL's own rule, since the variable is the same; it catches "bucket/prefix" and "s3://bucket", too.
  if (bucketName.parse(bucket) === undefined) {
    throw configError(`RAW_BUCKET_NAME must be ${bucketName.allowed}, without s3:// and without a prefix`);
  }
  return bucket;
}

function readMaxBodyBytes(env: NodeJS.ProcessEnv): number {
  const text = valueOf(env, 'MAX_BODY_BYTES');
  if (text === undefined) return DEFAULT_MAX_BODY_BYTES;
  const bytes = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(bytes) || bytes < 1) throw configError('MAX_BODY_BYTES must be a positive whole number');
  return bytes;
}

function readEndpoint(env: NodeJS.ProcessEnv): string | undefined {
  const endpoint = valueOf(env, 'AWS_ENDPOINT_URL_S3');
  if (endpoint === undefined) return undefined;
  if (endpointUrl.parse(endpoint) === undefined) {
    throw configError('AWS_ENDPOINT_URL_S3 must be an http or https URL without user, query and fragment');
  }
  return endpoint;
}

function valueOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}
