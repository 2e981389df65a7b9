import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Up to here bytes are kept in memory. */
const MEMORY_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Bytes that are written once and read in any order: in memory while there are few, then in a file that nobody else sees. */
export class Spool {
  length = 0;
  readonly #memory_bytes: number;
  #parts: Buffer[] = [];
  #file: FileHandle | undefined;

  constructor(memory_bytes = MEMORY_BYTES) {
    this.#memory_bytes = memory_bytes;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const at = this.length;
    this.length += bytes.length;
    if (this.#file === undefined) {
      // A copy: what comes off a socket is a slice of something larger.
      this.#parts.push(Buffer.from(bytes));
      if (this.length <= this.#memory_bytes) return;
      this.#file = await nameless();
      await writeAll(this.#file, Buffer.concat(this.#parts), 0);
      this.#parts = [];
    } else await writeAll(this.#file, bytes, at);
  }

  /** Takes the last bytes away again. */
  shorten(by_bytes: number): void {
    if (this.#file === undefined) this.#parts = [this.#joined().subarray(0, this.length - by_bytes)];
    this.length -= by_bytes;
  }

  /** The bytes from one place up to another. */
  async read(from: number, to: number): Promise<Buffer> {
    if (this.#file === undefined) return this.#joined().subarray(from, to);
    const bytes = Buffer.allocUnsafe(to - from);
    for (let filled = 0; filled < bytes.length;) {
      const { bytesRead } = await this.#file.read(bytes, filled, bytes.length - filled, from + filled);
      if (bytesRead === 0) throw new RangeError('the spool ends before what was asked for');
      filled += bytesRead;
    }
    return bytes;
  }

  /** The same piece by piece. */
  async *chunks(from = 0, to = this.length): AsyncGenerator<Buffer, void, undefined> {
    for (let at = from; at < to; at += CHUNK_BYTES) yield await this.read(at, Math.min(to, at + CHUNK_BYTES));
  }

  /** All of it as a request's body: a buffer, which can be sent again, or a stream. */
  get body(): Buffer | Readable {
    return this.#file === undefined ? this.#joined() : Readable.from(this.chunks(), { objectMode: false });
  }

  /** Frees the bytes. */
  async close(): Promise<void> {
    this.#parts = [];
    await this.#file?.close();
  }

  #joined(): Buffer {
    if (this.#parts.length !== 1) this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0]!;
  }
}

/** A file without a name: whoever is killed leaves nothing of it behind. */
async function nameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'clickstream-'));
  try {
    return await open(join(folder, 'spool'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, at + written);
    written += bytesWritten;
  }
}
