import type { Origin } from '../../pipeline/record.ts';
import type { StoredObject } from '../../pipeline/source.ts';
import type { BucketClient } from './bucket-client.ts';
import { expectedChecksum, isIntact } from './checksum.ts';
import { CORRUPT, REPLACED, S3Failure, TRUNCATED } from './failure.ts';
import type { Answer } from './http.ts';

/** An object that is being read: which version, and the answer that has it. */
export interface OpenObject {
  readonly origin: Origin;
  readonly answer: Answer<AsyncIterable<Buffer>>;
}

/** What an object that was small when it was listed may have been replaced by. */
const REPLACED_LIMIT_BYTES = 16 * 2 ** 20;
/** Asks for the checksum that the object was stored with. */
const CHECKSUM = { 'x-amz-checksum-mode': 'ENABLED' };

/**
 * Reads an object at one go, as it was listed or, if it was replaced since, as it is now.
 *
 * @throws S3Failure, also when the bytes are not those that were stored.
 */
export async function readWhole(
  client: BucketClient,
  listed: Origin,
  signal: AbortSignal,
): Promise<StoredObject<Buffer>> {
  const limit_bytes = Math.max(listed.size_bytes, REPLACED_LIMIT_BYTES);
  const answer = await orReplaced((condition) =>
    client.get({ key: listed.key, headers: { ...condition, ...CHECKSUM } }, limit_bytes, signal),
  )(listed);
  const origin = originOf(listed, answer);
  const { body, headers } = answer;
  checkLength(body.length, origin);
  const expected = expectedChecksum(headers);
  if (expected && !isIntact(body, expected)) throw new S3Failure({ code: CORRUPT });
  return { origin, body };
}

/**
 * Begins to read an object from a byte on. From its first byte it may be a newer version than the one listed.
 *
 * @throws S3Failure `Replaced` when it is one, and reading was to go on from a later byte.
 */
export async function openFrom(
  client: BucketClient,
  listed: Origin,
  from_bytes: number,
  signal: AbortSignal,
): Promise<OpenObject> {
  const { key } = listed;
  if (from_bytes === 0) {
    const answer = await orReplaced((condition) =>
      client.open({ key, headers: { ...condition, ...CHECKSUM } }, signal),
    )(listed);
    return { origin: originOf(listed, answer), answer };
  }
  const headers = { 'if-match': listed.etag, range: `bytes=${from_bytes}-` };
  const answer = await client.open({ key, headers }, signal);
  const range = answer.headers['content-range'];
  if (answer.status !== 206 || typeof range !== 'string' || !range.startsWith(`bytes ${from_bytes}-`)) {
    await discard(answer);
    throw new S3Failure({ code: 'RangeIgnored', status: answer.status });
  }
  if (originOf(listed, answer) !== listed) {
    await discard(answer);
    throw new S3Failure({ code: REPLACED });
  }
  return { origin: listed, answer };
}

/** @throws S3Failure when these are not all of an object's bytes, or more than that. */
export function checkLength(length_bytes: number, { size_bytes }: Origin): void {
  if (length_bytes < size_bytes) throw new S3Failure({ code: TRUNCATED });
  if (length_bytes > size_bytes) throw new S3Failure({ code: CORRUPT });
}

/** Asks for the version that was listed, and if it is gone for whichever there is. */
function orReplaced<Body>(ask: (condition: { 'if-match'?: string }) => Promise<Answer<Body>>) {
  return async (listed: Origin): Promise<Answer<Body>> => {
    try {
      return await ask({ 'if-match': listed.etag });
    } catch (error) {
      if (error instanceof S3Failure && error.status === 412) return ask({});
      throw error;
    }
  };
}

/** The object that was answered with: the one listed, that very value, or a newer one. */
function originOf(listed: Origin, { status, headers }: Answer<unknown>): Origin {
  const { etag } = headers;
  // All of S3's answers have one; without it this is a proxy's page.
  if (typeof etag !== 'string') throw new S3Failure({ code: 'NoETag', status });
  if (unquoted(etag) === unquoted(listed.etag)) return listed;
  const size_bytes = Number(headers['content-length'] ?? NaN);
  if (!Number.isSafeInteger(size_bytes)) throw new S3Failure({ code: 'NoContentLength', status });
  const lastModified_ms = Date.parse(String(headers['last-modified']));
  return {
    key: listed.key,
    etag,
    size_bytes,
    lastModified_ms: Number.isNaN(lastModified_ms) ? listed.lastModified_ms : lastModified_ms,
  };
}

/** Some stores leave the quotes out in a listing. */
function unquoted(etag: string): string {
  return etag.startsWith('"') ? etag.slice(1, -1) : etag;
}

/** Ends a body that is not read, and its connection with it. */
export async function discard({ body }: Answer<AsyncIterable<Buffer>>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}
