import type { Origin } from '../../pipeline/record.ts';
import { expectedChecksum } from './checksum.ts';
import { CORRUPT, REPLACED, S3Failure, TOO_SLOW } from './failure.ts';
import { inBody, networkFailure } from './http.ts';
import { checkLength, discard, type OpenObject } from './object-reader.ts';
import type { Retries } from './retries.ts';

/** How a body goes on after its connection was lost. */
export interface Resumption {
  readonly retries: Retries;
  readonly signal: AbortSignal;
  /** The longest that is waited for {@link PROGRESS_BYTES} of it. */
  readonly whole_ms: number;
  /** Opens the same version of the object from a later byte on. */
  readonly reopen: (origin: Origin, at_bytes: number) => Promise<OpenObject>;
}

/** So much has to come before tries are counted anew; else a body of a byte at a time would take for ever. */
const PROGRESS_BYTES = 64 * 1024;

/**
 * A body to its end, asked for again from where it broke off or stalled. The bytes are handed on as they come, so a wrong
 * checksum can only be told at the end, when a caller has long used them: see `checked-body.ts`.
 *
 * @throws S3Failure
 */
export async function* objectBody(
  { origin, answer }: OpenObject,
  from_bytes: number,
  { retries, signal, whole_ms, reopen }: Resumption,
): AsyncGenerator<Uint8Array, void, undefined> {
  const expected = from_bytes === 0 ? expectedChecksum(answer.headers) : undefined;
  const checksum = expected?.start();
  let at_bytes = from_bytes;
  let attempt = 1;
  let progress_bytes = 0;
  let waited_ms = 0;
  let body: AsyncIterable<Buffer> | undefined = answer.body;
  while (at_bytes < origin.size_bytes || body) {
    try {
      body ??= await reopened(origin, reopen(origin, at_bytes));
      let asked_ms = performance.now();
      for await (const chunk of body) {
        at_bytes += chunk.length;
        checksum?.update(chunk);
        progress_bytes += chunk.length;
        waited_ms += performance.now() - asked_ms;
        if (progress_bytes >= PROGRESS_BYTES) {
          retries.succeeded(attempt);
          attempt = 1;
          progress_bytes = 0;
          waited_ms = 0;
        }
        yield chunk;
        if (waited_ms > whole_ms) throw new S3Failure({ code: TOO_SLOW });
        asked_ms = performance.now();
      }
      checkLength(at_bytes, origin);
      break;
    } catch (error) {
      body = undefined;
      await retries.wait(inBody(networkFailure(error, signal)), attempt, signal);
      attempt += 1;
      progress_bytes = 0;
      waited_ms = 0;
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
