import type { Origin } from '../../pipeline/record.ts';
import { expectedChecksum } from './checksum.ts';
import { CORRUPT, REPLACED, S3Failure } from './failure.ts';
import { inBody, networkFailure } from './http.ts';
import { checkLength, discard, type OpenObject } from './object-reader.ts';
import type { Retries } from './retries.ts';

/** How a body goes on after its connection was lost. */
export interface Resumption {
  readonly retries: Retries;
  readonly signal: AbortSignal;
  /** Opens the same version of the object from a later byte on. */
  readonly reopen: (origin: Origin, at_bytes: number) => Promise<OpenObject>;
}

/**
 * A body to its end, asked for again from where it broke off or stalled. The bytes are handed on as they come, so a wrong
 * checksum can only be told at the end; a caller commits nothing of an object whose reading throws.
 *
 * @throws S3Failure
 */
export async function* objectBody(
  { origin, answer }: OpenObject,
  from_bytes: number,
  { retries, signal, reopen }: Resumption,
): AsyncGenerator<Uint8Array, void, undefined> {
  const expected = from_bytes === 0 ? expectedChecksum(answer.headers) : undefined;
  const checksum = expected?.start();
  let at_bytes = from_bytes;
  let attempt = 1;
  let body: AsyncIterable<Buffer> | undefined = answer.body;
  while (at_bytes < origin.size_bytes || body) {
    try {
      body ??= await reopened(origin, reopen(origin, at_bytes));
      for await (const chunk of body) {
        at_bytes += chunk.length;
        checksum?.update(chunk);
        // Progress was made, so the count of tries begins anew.
        retries.succeeded(attempt);
        attempt = 1;
        yield chunk;
      }
      checkLength(at_bytes, origin);
      break;
    } catch (error) {
      body = undefined;
      await retries.wait(inBody(networkFailure(error, signal)), attempt, signal);
      attempt += 1;
    }
  }
  if (checksum && checksum.digest() !== expected?.value) throw new S3Failure({ code: CORRUPT });
}

/** The body to go on with. From the first byte on, a newer version may have been opened. */
async function reopened(origin: Origin, again: Promise<OpenObject>): Promise<AsyncIterable<Buffer>> {
  const { origin: found, answer } = await again;
  if (found.etag === origin.etag) return answer.body;
  await discard(answer);
  throw new S3Failure({ code: REPLACED });
}
