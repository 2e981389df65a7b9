import { createHash } from 'node:crypto';
import { ClickstreamError } from '../../../errors.ts';
import type { Origin } from '../record.ts';
import type { ListOptions, ObjectStore, StoredObject } from '../source.ts';

/** Objects in memory. Its hooks inject what a real store does to one: latency, failures, changes between two requests. */
export class MemoryStore implements ObjectStore {
  readonly #objects = new Map<string, Buffer>();
  /** Runs before an object is given, whole or as a stream. */
  beforeGet: (key: string, signal: AbortSignal) => void | Promise<void> = () => undefined;
  /** Objects per page of a listing. */
  pageLength = 2;
  /** Bytes per chunk of a stream. */
  chunk_bytes = 64 * 1024;
  /** Keys in the order in which they were asked for. */
  readonly gets: string[] = [];

  put(key: string, body: string | Buffer): this {
    this.#objects.set(key, Buffer.from(body));
    return this;
  }

  delete(key: string): void {
    this.#objects.delete(key);
  }

  origin(key: string): Origin {
    const body = this.#objects.get(key);
    if (!body) throw new ClickstreamError({ code: 'object_missing', stage: 'read', message: `${key} is gone` });
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    return { key, etag, size_bytes: body.length, lastModified_ms: Date.parse('2025-12-06T05:59:00Z') };
  }

  async *list(prefix: string, { startAfter = '' }: ListOptions): AsyncGenerator<readonly Origin[]> {
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix) && key > startAfter).sort();
    for (let at = 0; at < keys.length; at += this.pageLength) {
      await Promise.resolve();
      yield keys.slice(at, at + this.pageLength).map((key) => this.origin(key));
    }
  }

  async read({ key }: Origin, signal: AbortSignal): Promise<StoredObject<Buffer>> {
    this.gets.push(key);
    await this.beforeGet(key, signal);
    return { origin: this.origin(key), body: this.#objects.get(key)! };
  }

  async stream(
    { key }: Origin,
    from_bytes: number,
    signal: AbortSignal,
  ): Promise<StoredObject<AsyncIterable<Uint8Array>>> {
    this.gets.push(key);
    await this.beforeGet(key, signal);
    const origin = this.origin(key);
    if (from_bytes >= origin.size_bytes) throw new Error(`416: ${key} has no byte ${from_bytes}`);
    return { origin, body: this.#chunks(this.#objects.get(key)!, from_bytes) };
  }

  async *#chunks(body: Buffer, from_bytes: number): AsyncGenerator<Uint8Array> {
    for (let at = from_bytes; at < body.length; at += this.chunk_bytes) {
      await Promise.resolve();
      yield Buffer.from(body.subarray(at, at + this.chunk_bytes));
    }
  }
}
