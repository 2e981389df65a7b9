import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './s3-error.ts';

/** A request, taken apart. */
export interface S3Request {
  readonly method: string;
  /** Empty for the list of buckets. */
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

const MAX_KEY_BYTES = 1024;
const NO_QUERY = new URLSearchParams();

/**
 * Reads a path-style address, `/{bucket}/{key}`. It is taken as it is: to S3, `..`, `//` and a `/` at the end are parts of
 * a key like any other, which a URL parser would tidy away.
 */
export function parseRequest(method: string, url: string, headers: IncomingHttpHeaders): S3Request {
  const questionMark = url.indexOf('?');
  const path = questionMark === -1 ? url : url.slice(0, questionMark);
  const query = questionMark === -1 ? NO_QUERY : new URLSearchParams(url.slice(questionMark + 1));
  const slash = path.indexOf('/', 1);
  const bucket = decode(slash === -1 ? path.slice(1) : path.slice(1, slash));
  const key = slash === -1 ? '' : decode(path.slice(slash + 1));
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new S3Error({ status: 400, code: 'KeyTooLongError', message: 'Your key is too long' });
  }
  return { method, bucket, key, query, headers };
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error({ status: 400, code: 'InvalidURI', message: "Couldn't parse the specified URI." });
  }
}
