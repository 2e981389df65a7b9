import type { Origin } from '../../pipeline/record.ts';
import { listingError } from './failure.ts';
import type { ListingPage } from './listing-page.ts';

/** What a listing is of. */
export interface ListingOf {
  readonly bucket: string;
  readonly prefix: string;
  readonly startAfter: string | undefined;
}

/** Pages without a key in a row: S3 has some where it passes over many delete markers. */
const MAX_EMPTY_PAGES = 10_000;

/**
 * The pages of a listing, one asked for ahead, and each held against the one before.
 *
 * @param fetchPage gives the first page, or the one of a token.
 * @throws ClickstreamError `disordered_listing`, `invalid_listing`, and what `fetchPage` throws.
 */
export async function* pagesOf(
  { bucket, prefix, startAfter = '' }: ListingOf,
  fetchPage: (token: string | undefined) => Promise<ListingPage>,
): AsyncGenerator<readonly Origin[], void, undefined> {
  let last = startAfter;
  let next: Promise<ListingPage> | undefined = fetchPage(undefined);
  /** Since the last key: a page may be empty, but one that comes again would do so for ever. */
  const tokens = new Set<string>();
  while (next) {
    const { origins, nextToken }: ListingPage = await next;
    next = undefined;
    if (origins.length > 0) tokens.clear();
    if (nextToken !== undefined) {
      if (tokens.has(nextToken)) throw listingError(bucket, 'a page names itself as the next', 'disordered_listing');
      if (tokens.size >= MAX_EMPTY_PAGES) throw listingError(bucket, 'it goes on without keys', 'disordered_listing');
      tokens.add(nextToken);
      next = fetchPage(nextToken);
      // Thrown when it is its turn.
      next.catch(() => undefined);
    }
    for (const { key } of origins) {
      // A token that loops shows in keys that come again; reading on would double them or never end.
      if (!isBefore(last, key)) throw listingError(bucket, 'its keys are not in order', 'disordered_listing');
      if (!key.startsWith(prefix)) throw listingError(bucket, 'it has keys that were not asked for');
      last = key;
    }
    yield origins;
  }
}

/** From here on UTF-16, by which JavaScript compares, and UTF-8, by which S3 does, are in different orders. */
const ABOVE_ORDER = /[\ud800-\uffff]/;

/** Whether a key comes before another in S3's order, that of UTF-8 bytes. */
export function isBefore(a: string, b: string): boolean {
  if (!ABOVE_ORDER.test(b) && !ABOVE_ORDER.test(a)) return a < b;
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}
