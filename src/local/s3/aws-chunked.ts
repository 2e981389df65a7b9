import { S3Error } from './s3-error.ts';

/** Longer than any size with a signature, or any checksum. */
const MAX_LINE_BYTES = 8 * 1024;

/**
 * Decodes the `aws-chunked` encoding, in which SDKs send a stream whose checksum is only known at its end:
 *
 *     <size in hex>[;chunk-signature=...]\r\n<bytes>\r\n ... 0[;...]\r\n[<trailer>:<value>\r\n ...]\r\n
 *
 * Signatures are not checked, since a local endpoint takes any credentials.
 */
export class AwsChunkedDecoder {
  /** By name in lower case; complete once the body is. */
  readonly trailers = new Map<string, string>();
  #state: 'size' | 'bytes' | 'end-of-chunk' | 'trailer' | 'done' = 'size';
  #remaining = 0;
  #line = '';

  /** Takes the next bytes of the body and returns what they hold, without copying. */
  decode(input: Buffer): Buffer[] {
    const output: Buffer[] = [];
    let position = 0;
    while (position < input.length) {
      if (this.#state === 'bytes') {
        const piece = input.subarray(position, position + this.#remaining);
        output.push(piece);
        position += piece.length;
        this.#remaining -= piece.length;
        if (this.#remaining === 0) this.#state = 'end-of-chunk';
        continue;
      }
      const newline = input.indexOf(0x0a, position);
      const end = newline === -1 ? input.length : newline;
      this.#line += input.toString('latin1', position, end);
      if (this.#line.length > MAX_LINE_BYTES) throw malformed('a line is too long');
      if (newline === -1) break;
      position = newline + 1;
      const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
      this.#line = '';
      this.#takeLine(line);
    }
    return output;
  }

  /** To be called at the end of the body; fails if it came too early. */
  finish(): void {
    // Some clients leave out the empty line at the very end.
    if (this.#state === 'done' || (this.#state === 'trailer' && this.#line === '')) return;
    throw new S3Error({
      status: 400,
      code: 'IncompleteBody',
      message: 'The request body terminated unexpectedly.',
    });
  }

  #takeLine(line: string): void {
    switch (this.#state) {
      case 'size': {
        const size = /^[0-9a-f]{1,12}(?=;|$)/i.exec(line)?.[0];
        if (size === undefined) throw malformed('a chunk has no size');
        this.#remaining = Number.parseInt(size, 16);
        this.#state = this.#remaining === 0 ? 'trailer' : 'bytes';
        return;
      }
      case 'end-of-chunk':
        if (line !== '') throw malformed('a chunk is longer than its size');
        this.#state = 'size';
        return;
      case 'trailer': {
        if (line === '') {
          this.#state = 'done';
          return;
        }
        const colon = line.indexOf(':');
        if (colon === -1) throw malformed('a trailer has no value');
        this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
        return;
      }
      default:
        if (line !== '') throw malformed('there is more after its end');
    }
  }
}

function malformed(reason: string): S3Error {
  return new S3Error({
    status: 400,
    code: 'InvalidRequest',
    message: `The aws-chunked request body is malformed: ${reason}.`,
  });
}
