import { createHash, type Hash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import { type Checksum, type ChecksumAlgorithm, checkForm, checksumAlgorithm, createChecksum } from './checksums.ts';
import { badDigest, S3Error } from './s3-error.ts';

/** What is known of a body once it has been read to its end and found to be what the client said. */
export interface ReceivedBody {
  /** MD5 in hex. */
  readonly md5: string;
  readonly size: number;
  readonly checksum: { algorithm: ChecksumAlgorithm; value: string } | undefined;
}

/**
 * Reads a request's body, passing its bytes on decoded and no faster than `write` takes them, and compares it with every
 * length and checksum that came with it, before or after.
 *
 * @throws S3Error `BadDigest`, `XAmzContentSHA256Mismatch`, `IncompleteBody`, `MissingContentLength`, `InvalidRequest`.
 */
export async function receiveBody(
  request: IncomingMessage,
  write: (bytes: Buffer) => void | Promise<void>,
): Promise<ReceivedBody> {
  const { headers } = request;
  const decoder = isAwsChunked(headers) ? new AwsChunkedDecoder() : undefined;
  const declared = declaredLength(headers, decoder !== undefined);
  const expected = new Expectations(headers);

  const md5 = createHash('md5');
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      for (const piece of decoder ? decoder.decode(chunk) : [chunk]) {
        size += piece.length;
        md5.update(piece);
        expected.update(piece);
        const written = write(piece);
        if (written) await written;
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') throw incompleteBody();
    throw error;
  }
  decoder?.finish();
  if (size !== declared) throw incompleteBody();
  const digest = md5.digest();
  const contentMd5 = headers['content-md5'];
  if (typeof contentMd5 === 'string' && contentMd5 !== digest.toString('base64')) throw badDigest('Content-MD5');
  return { md5: digest.toString('hex'), size, checksum: expected.verify(decoder?.trailers ?? new Map()) };
}

/** Whether the client wrapped the body so that a checksum can follow it. */
function isAwsChunked(headers: IncomingHttpHeaders): boolean {
  return header(headers, 'x-amz-content-sha256')?.startsWith('STREAMING-') === true || hasAwsChunked(headers);
}

function hasAwsChunked(headers: IncomingHttpHeaders): boolean {
  return headers['content-encoding']?.split(',').some((part) => part.trim() === 'aws-chunked') === true;
}

function declaredLength(headers: IncomingHttpHeaders, wrapped: boolean): number {
  const text = wrapped ? header(headers, 'x-amz-decoded-content-length') : headers['content-length'];
  if (text !== undefined && /^\d+$/.test(text)) return Number(text);
  throw new S3Error({
    status: 411,
    code: 'MissingContentLength',
    message: 'You must provide the Content-Length HTTP header.',
  });
}

/** The checksums that a request announces, computed along with the body and compared at its end. */
class Expectations {
  readonly #given = new Map<ChecksumAlgorithm, { running: Checksum; value: string | undefined }>();
  readonly #payload: { hash: Hash; value: string } | undefined;

  constructor(headers: IncomingHttpHeaders) {
    for (const name of Object.keys(headers)) {
      if (!name.startsWith('x-amz-checksum-')) continue;
      const algorithm = checksumAlgorithm(name);
      if (algorithm) this.#expect(algorithm, header(headers, name));
    }
    for (const name of header(headers, 'x-amz-trailer')?.split(',') ?? []) {
      const algorithm = checksumAlgorithm(name.trim());
      if (algorithm) this.#expect(algorithm, undefined);
    }
    const value = header(headers, 'x-amz-content-sha256');
    if (value !== undefined && /^[0-9a-f]{64}$/.test(value)) this.#payload = { hash: createHash('sha256'), value };
  }

  update(bytes: Buffer): void {
    for (const { running } of this.#given.values()) running.update(bytes);
    this.#payload?.hash.update(bytes);
  }

  verify(trailers: ReadonlyMap<string, string>): ReceivedBody['checksum'] {
    if (this.#payload && this.#payload.hash.digest('hex') !== this.#payload.value) {
      throw new S3Error({
        status: 400,
        code: 'XAmzContentSHA256Mismatch',
        message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
      });
    }
    let checksum: ReceivedBody['checksum'];
    for (const [algorithm, { running, value }] of this.#given) {
      const stated = value ?? trailers.get(`x-amz-checksum-${algorithm}`);
      if (stated === undefined) {
        throw new S3Error({
          status: 400,
          code: 'MalformedTrailerError',
          message: `The request announced a trailer x-amz-checksum-${algorithm} that did not come.`,
        });
      }
      checkForm(algorithm, stated);
      if (stated !== running.digest()) throw badDigest(algorithm.toUpperCase());
      checksum = { algorithm, value: stated };
    }
    return checksum;
  }

  #expect(algorithm: ChecksumAlgorithm, value: string | undefined): void {
    this.#given.set(algorithm, { running: createChecksum(algorithm), value });
  }
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function incompleteBody(): S3Error {
  return new S3Error({
    status: 400,
    code: 'IncompleteBody',
    message: 'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  });
}
