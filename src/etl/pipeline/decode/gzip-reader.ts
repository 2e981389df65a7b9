import { crc32 } from 'node:zlib';

import { type Flaw, FLAWS } from './flaw.ts';
import { gzipHeaderLength, isGzip } from './gzip-header.ts';
import { Inflater } from './inflater.ts';
import { EMPTY } from './text.ts';

const TRAILER_BYTES = 8;

/**
 * Inflates a gzip object: any number of members, with zeros as padding after any of them. Node's own Gunzip is not used
 * as it passes over whatever follows padding, and on a fault throws away what it has just inflated, good members too.
 *
 * What comes out depends on the portions only if the data is corrupt, so give it portions of a fixed size.
 */
export class GzipReader {
  /** What is wrong with the data, once something is; nothing comes out any more then. */
  flaw: Flaw | undefined;
  /** What was found where a member should begin, as far as it was given. */
  junk: Buffer = EMPTY;
  /** Within a member's data. Else `held` is the beginning of a header, or of a trailer if `inTrailer`. */
  private inflater: Inflater | undefined;
  private inTrailer = false;
  private held: Buffer = EMPTY;
  private members = 0;
  private checksum = 0;
  private length_bytes = 0;

  /** Inflates the next portion of the object. Never rejects: see {@link flaw}. */
  async read(portion: Buffer): Promise<readonly Buffer[]> {
    const output: Buffer[] = [];
    let rest = portion;
    while (rest.length > 0 && this.flaw === undefined) {
      if (this.inflater !== undefined) rest = await this.readData(this.inflater, rest, output);
      else if (this.inTrailer) rest = this.readTrailer(rest);
      else rest = this.readHeader(rest);
    }
    return output;
  }

  /** Says that the object ends here. */
  end(): void {
    const isWhole = this.inflater === undefined && !this.inTrailer && this.held.length === 0;
    if (!isWhole) this.flaw ??= FLAWS.gzipTruncated;
    this.close();
  }

  /** Frees what inflating holds; what is being read then never settles. */
  close(): void {
    this.inflater?.close();
    this.inflater = undefined;
  }

  private readHeader(bytes: Buffer): Buffer {
    if (this.held.length === 0 && this.members > 0) {
      const begin = bytes.findIndex((byte) => byte !== 0);
      if (begin < 0) return EMPTY;
      bytes = bytes.subarray(begin);
    }
    const head = this.held.length === 0 ? bytes : Buffer.concat([this.held, bytes]);
    const length = gzipHeaderLength(head);
    if (length === 'more') {
      this.held = head;
      return EMPTY;
    }
    this.held = EMPTY;
    if (length === 'bad') {
      const isMember = this.members === 0 || isGzip(head);
      this.flaw = isMember ? FLAWS.gzipCorrupt : FLAWS.gzipTrailingJunk;
      this.junk = head;
      return head;
    }
    this.members++;
    this.checksum = 0;
    this.length_bytes = 0;
    this.inflater = new Inflater();
    return head.subarray(length);
  }

  private async readData(inflater: Inflater, bytes: Buffer, output: Buffer[]): Promise<Buffer> {
    const inflated = await inflater.inflate(bytes);
    for (const part of inflated.output) {
      this.checksum = crc32(part, this.checksum);
      this.length_bytes += part.length;
      output.push(part);
    }
    if (inflated.state === 'corrupt') this.flaw = FLAWS.gzipCorrupt;
    if (inflated.state !== 'goes on') {
      this.close();
      this.inTrailer = true;
    }
    return bytes.subarray(inflated.used);
  }

  private readTrailer(bytes: Buffer): Buffer {
    const trailer = Buffer.concat([this.held, bytes.subarray(0, TRAILER_BYTES - this.held.length)]);
    const rest = bytes.subarray(trailer.length - this.held.length);
    if (trailer.length < TRAILER_BYTES) {
      this.held = trailer;
      return rest;
    }
    this.held = EMPTY;
    this.inTrailer = false;
    const isSound =
      trailer.readUInt32LE(0) === this.checksum && trailer.readUInt32LE(4) === this.length_bytes % 2 ** 32;
    if (!isSound) this.flaw = FLAWS.gzipCorrupt;
    return rest;
  }
}
