import { type FileHandle, open, readFile, unlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** The bytes of one object, wherever they are kept. They never change; a new version of an object is a new body. */
export interface Body {
  readonly size: number;
  /** The bytes from `start` to `end`, both included; a stream if there are many and they are on disk. */
  read(start: number, end: number): Buffer | Promise<Buffer | Readable>;
  /** Frees the bytes, as soon as nobody reads them any more. */
  discard(): void;
}

/** Takes the bytes of a new body as they arrive. */
export interface BodyWriter {
  write(bytes: Buffer): void | Promise<void>;
  finish(): Body | Promise<Body>;
  /** Throws away what was written. */
  abort(): void | Promise<void>;
}

/** Up to here, one read into memory is faster than a stream. */
const SMALL_BYTES = 256 * 1024;

export class MemoryBody implements Body {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(start: number, end: number): Buffer {
    return this.#bytes.subarray(start, end + 1);
  }

  discard(): void {
    // The garbage collector's work.
  }
}

export class MemoryWriter implements BodyWriter {
  #pieces: Buffer[] = [];

  write(bytes: Buffer): void {
    this.#pieces.push(bytes);
  }

  finish(): Body {
    // Copied even if it is one piece: that is a slice of the 64 KB which came off the socket, and would keep all of them.
    return new MemoryBody(Buffer.concat(this.#pieces));
  }

  abort(): void {
    this.#pieces = [];
  }
}

export class FileBody implements Body {
  readonly size: number;
  readonly #path: string;

  constructor(path: string, size: number) {
    this.#path = path;
    this.size = size;
  }

  async read(start: number, end: number): Promise<Buffer | Readable> {
    if (this.size <= SMALL_BYTES) return (await readFile(this.#path)).subarray(start, end + 1);
    // Opened here, so that a file that is missing is an error before the answer has begun.
    const file = await open(this.#path);
    return file.createReadStream({ start, end, highWaterMark: SMALL_BYTES });
  }

  discard(): void {
    // Readers that have it open keep it. A file that stays behind is removed at the next start.
    unlink(this.#path).catch(() => undefined);
  }
}

export class FileWriter implements BodyWriter {
  readonly #path: string;
  #file: FileHandle | undefined;
  #size = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async write(bytes: Buffer): Promise<void> {
    this.#file ??= await open(this.#path, 'wx');
    // FileHandle.write may write less than it was given; this does not.
    await this.#file.appendFile(bytes);
    this.#size += bytes.length;
  }

  async finish(): Promise<Body> {
    this.#file ??= await open(this.#path, 'wx');
    await this.#file.close();
    return new FileBody(this.#path, this.#size);
  }

  async abort(): Promise<void> {
    await this.#file?.close().catch(() => undefined);
    await unlink(this.#path).catch(() => undefined);
  }
}
