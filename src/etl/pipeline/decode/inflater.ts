import { createInflateRaw } from 'node:zlib';

/** What came of some deflated bytes. */
export interface Inflated {
  readonly output: readonly Buffer[];
  /** How many of the bytes were used; all of them unless the data ended. */
  readonly used: number;
  readonly state: 'goes on' | 'ended' | 'corrupt';
}

/** Inflated bytes come in buffers of this size: gzip lines decode at 183 MB/s, and at 101 with zlib's own 16 KB. */
const OUTPUT_BYTES = 128 * 1024;

/** Inflates one deflate stream, portion by portion, in zlib's thread. */
export class Inflater {
  private output: Buffer[] = [];
  private settle: ((state: Inflated['state']) => void) | undefined;
  private readonly stream = createInflateRaw({ chunkSize: OUTPUT_BYTES })
    .on('data', (bytes: Buffer) => this.output.push(bytes))
    .on('end', () => this.settle?.('ended'))
    .on('error', () => this.settle?.('corrupt'));

  /**
   * Inflates the next portion. Only when it has settled may the next one be given, so that what is inflated before a
   * fault does not depend on timing. Never rejects; does not settle once {@link close} was called.
   */
  async inflate(bytes: Buffer): Promise<Inflated> {
    const usedBefore = this.stream.bytesWritten;
    const state = await new Promise<Inflated['state']>((resolve) => {
      this.settle = resolve;
      this.stream.write(bytes, (error) => {
        if (error) return;
        // Whatever still waits in the stream is handed to the listener now, before the portion counts as done.
        while (this.stream.read() !== null);
        resolve('goes on');
      });
    });
    const { output } = this;
    this.output = [];
    return { output, used: this.stream.bytesWritten - usedBefore, state };
  }

  /** Frees zlib's memory. */
  close(): void {
    this.settle = undefined;
    this.stream.destroy();
  }
}
