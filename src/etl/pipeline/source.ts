import type { Origin } from './record.ts';

/** Where raw objects come from. All of it may throw coded errors; none of it is silent about an object. */
export interface ObjectStore {
  /**
   * The objects whose keys begin with `prefix`, in pages, in order of their keys' UTF-8 bytes. An empty listing yields
   * no page or empty ones; one that fails throws.
   */
  list(prefix: string, options: ListOptions): AsyncIterable<readonly Origin[]>;
  /** A whole object's bytes; for small ones. */
  read(origin: Origin, signal: AbortSignal): Promise<StoredObject<Buffer>>;
  /** An object's bytes from `from_bytes` on; for large ones. Goes on by itself after a connection was lost. */
  stream(origin: Origin, from_bytes: number, signal: AbortSignal): Promise<StoredObject<AsyncIterable<Uint8Array>>>;
  /** Ends what would keep the process alive, such as connections. Nothing may be asked of the store afterwards. */
  close?(): Promise<void>;
}

export interface ListOptions {
  /** Only keys after this one. */
  readonly startAfter?: string;
  readonly signal: AbortSignal;
}

/** An object as it is now. */
export interface StoredObject<Body> {
  /** The listing's, unless the object was replaced since: then what was read. */
  readonly origin: Origin;
  readonly body: Body;
}

/** Codes of {@link import('../../errors.ts').ClickstreamError} that concern one object, which is then rejected whole. */
export const UNREADABLE_OBJECT: ReadonlySet<string> = new Set(['object_missing', 'object_archived']);
