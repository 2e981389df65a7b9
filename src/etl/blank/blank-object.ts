import { ClickstreamError } from '../../errors.ts';
import type { IsErased } from '../../warehouse/erased-ids.ts';
import type { Origin } from '../pipeline/record.ts';
import { UNREADABLE_OBJECT, type ObjectStore } from '../pipeline/source.ts';
import { conditionsRefused } from '../sources/s3/write-error.ts';
import type { BucketWriter } from '../sources/s3/writer.ts';
import { rewriteObject, type Rewritten } from './rewrite.ts';

/** What became of an object. */
export interface BlankedObject {
  /** Records that were blanked, or would be. */
  readonly records: number;
  /** Whether the bucket keeps the version with the records in it. */
  readonly versioned: boolean;
}

export interface BlankObjectOptions {
  readonly store: ObjectStore;
  readonly writer: BucketWriter;
  readonly isErased: IsErased;
  /** Writes nothing. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** How often an object that is another one each time is read anew. */
const ATTEMPTS = 5;

/**
 * Blanks the records of erased persons in an object, as it is now. One that is replaced by somebody meanwhile is read
 * again. Undefined when there is nothing to blank, or no such object any more.
 *
 * @throws ClickstreamError `object_replaced` when it never stays the same, `conditions_refused` when the store refuses all
 *   conditions; what {@link rewriteObject} and the writer throw.
 */
export async function blankObject(key: string, options: BlankObjectOptions): Promise<BlankedObject | undefined> {
  const { store, writer, isErased, dryRun, signal } = options;
  let tried: BlankedObject | undefined;
  const etags = new Set<string>();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const head = await writer.head(key);
    if (!head) return undefined;
    etags.add(head.origin.etag);
    const read = await rewrittenAsStored(head.origin, store, isErased, signal);
    if (read === 'replaced') continue;
    if (!read) return undefined;
    const { records, blanked, body, etag } = read;
    // An answer that was lost: what was written then is there now.
    if (!body) return blanked > 0 ? tried : undefined;
    try {
      if (dryRun) return { records, versioned: false };
      // Not the one that was looked at: its type and metadata may be others.
      if (etag !== head.origin.etag) continue;
      const replaced = await writer.replace(head, body);
      if (replaced !== 'changed') return { records, versioned: replaced === 'versioned' };
      tried = { records, versioned: false };
    } finally {
      await body.close();
    }
  }
  // Nobody did: it is the condition that is refused.
  if (etags.size === 1) throw conditionsRefused(key);
  throw new ClickstreamError({
    code: 'object_replaced',
    stage: 'write',
    message: `${key} was replaced by somebody each time it was to be written. Run it again.`,
  });
}

/** An object rewritten, with the ETag of what was read; undefined when it cannot be had. */
async function rewrittenAsStored(
  origin: Origin,
  store: ObjectStore,
  isErased: IsErased,
  signal: AbortSignal,
): Promise<(Rewritten & { readonly etag: string }) | 'replaced' | undefined> {
  try {
    const stored = await store.stream(origin, 0, signal);
    return { ...(await rewriteObject(stored.body, isErased)), etag: stored.origin.etag };
  } catch (error) {
    if (!(error instanceof ClickstreamError)) throw error;
    if (error.code === 'object_replaced') return 'replaced';
    if (UNREADABLE_OBJECT.has(error.code)) return undefined;
    throw error;
  }
}
