import type { IncomingHttpHeaders } from 'node:http';
import { preconditionFailed, S3Error } from './s3-error.ts';

/** What conditions are about. */
export interface Version {
  /** Without quotes. */
  readonly etag: string;
  /** In ms, whole seconds. */
  readonly lastModified: number;
}

/** First and last byte, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Checks a GET's or HEAD's conditions in the order that HTTP and S3 give them.
 *
 * @returns false if the answer is 304. Throws `PreconditionFailed`.
 */
export function checkReadConditions(headers: IncomingHttpHeaders, version: Version): boolean {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, version.etag)) throw preconditionFailed('If-Match');
  } else if (version.lastModified > parseDate(headers['if-unmodified-since'], Infinity)) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (ifNoneMatch !== undefined) return !matches(ifNoneMatch, version.etag);
  return version.lastModified > parseDate(headers['if-modified-since'], -Infinity);
}

/** Checks a PUT's conditions against the object that is there, if any. */
export function checkWriteConditions(headers: IncomingHttpHeaders, existing: Version | undefined): void {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifNoneMatch !== undefined && existing && matches(ifNoneMatch, existing.etag))
    throw preconditionFailed('If-None-Match');
  if (ifMatch !== undefined && (!existing || !matches(ifMatch, existing.etag))) throw preconditionFailed('If-Match');
}

/**
 * The part of an object of `size` bytes that a `Range` header asks for, or undefined for all of it: S3 ignores a header that
 * it does not understand, several ranges at once included. Throws `InvalidRange` if no byte of it exists.
 */
export function requestedRange(header: string | undefined, size: number): ByteRange | undefined {
  const parts = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!parts || (parts[1] === '' && parts[2] === '')) return undefined;
  const [, first, last] = parts;
  if (first === '') {
    const length = Math.min(Number(last), size);
    if (length === 0) throw invalidRange(size);
    return { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) throw invalidRange(size);
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

function matches(header: string, etag: string): boolean {
  return header.split(',').some((part) => {
    const wanted = part.trim().replace(/^W\//, '');
    return wanted === '*' || wanted === etag || wanted === `"${etag}"`;
  });
}

function parseDate(header: string | undefined, otherwise: number): number {
  const time = header === undefined ? NaN : Date.parse(header);
  return Number.isNaN(time) ? otherwise : time;
}

function invalidRange(size: number): S3Error {
  return new S3Error({
    status: 416,
    code: 'InvalidRange',
    message: 'The requested range is not satisfiable',
    headers: { 'content-range': `bytes */${size}` },
  });
}
