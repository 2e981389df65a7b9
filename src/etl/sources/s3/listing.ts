import type { Origin } from '../../pipeline/record.ts';
import { listingError } from './failure.ts';
import { KeySpacing } from './key-spacing.ts';
import type { ListingPage } from './listing-page.ts';

/** What a listing is of. */
export interface ListingOf {
  readonly bucket: string;
  readonly prefix: string;
  readonly startAfter: string | undefined;
}

/** Where a page begins: where another one ended, or after a key. */
export interface PageStart {
  readonly token?: string | undefined;
  readonly startAfter?: string | undefined;
}

/**
 * Asks for a page, and gives what reads the answer. It is read at its turn: keys that wait to be wanted outlive the young
 * generation, and collecting them took more CPU than reading them.
 */
export type FetchPage = (from: PageStart) => Promise<() => ListingPage>;

/** Pages without a key in a row: S3 has some where it passes over many delete markers. */
const MAX_EMPTY_PAGES = 10_000;
/** Pages that are asked for at once, of a thousand keys and some 0.3 MB each. */
const MAX_AHEAD = 16;

/**
 * The pages of a listing in order, each held against the one before.
 *
 * One page is asked for ahead. While its reader waits for pages none the less, twice as many are: a page says only at its end
 * where the next one begins, so that what lies ahead is cut into ranges of keys at a guess, each nearly as wide as the page
 * just read. Where a guess is wrong, a range has few keys, or several pages; every key is in one.
 *
 * @throws ClickstreamError `disordered_listing`, `invalid_listing`, and what `fetchPage` throws.
 */
export async function* pagesOf(
  { bucket, prefix, startAfter }: ListingOf,
  fetchPage: FetchPage,
): AsyncGenerator<readonly Origin[], void, undefined> {
  const rangeAfter = (key: string | undefined): Range => new Range({ bucket, prefix }, fetchPage, key);
  let last = startAfter ?? '';
  /** What is not read yet, in order. The last range has no end. */
  let ranges = [rangeAfter(startAfter)];
  let ahead = 1;
  while (ranges.length > 0) {
    const range = ranges[0]!;
    ahead = range.isHere ? Math.max(1, ahead - 1) : Math.min(2 * ahead, MAX_AHEAD);
    const origins = await range.page();
    // A range reads a page to its end, beyond its own: the next ones have these keys again.
    const fresh = keysAfter(last, origins);
    last = fresh.at(-1)?.key ?? last;
    ranges = range.isAll ? [] : ranges.filter(({ end }) => end === undefined || isBefore(last, end));
    if (ranges[0] === range) range.next();
    const spacing = ranges.length < ahead ? KeySpacing.of(origins.map(({ key }) => key)) : undefined;
    while (spacing && ranges.length > 0 && ranges.length < ahead) {
      const tail = ranges.at(-1)!;
      tail.end = spacing.after(tail.start);
      if (tail.end === undefined) break;
      ranges.push(rangeAfter(tail.end));
    }
    yield fresh;
  }
}

/** The keys after one key, up to another. Its first page is asked for at once. */
class Range {
  /** Up to and with this key; undefined for all there are. */
  end: string | undefined;
  /** The key after which the page begins that was asked for. */
  start: string;
  /** Whether that page has come. */
  isHere = false;
  /** Whether the listing ends with the page that was read. */
  isAll = false;
  readonly #listing: Omit<ListingOf, 'startAfter'>;
  readonly #fetchPage: FetchPage;
  #answer: Promise<() => ListingPage>;
  #nextToken: string | undefined;
  /** Since the last key: a page may be empty, but one that comes again would do so for ever. */
  readonly #tokens = new Set<string>();

  constructor(listing: Omit<ListingOf, 'startAfter'>, fetchPage: FetchPage, startAfter: string | undefined) {
    this.#listing = listing;
    this.#fetchPage = fetchPage;
    this.start = startAfter ?? '';
    this.#answer = this.#ask({ startAfter });
  }

  /** The page that was asked for. */
  async page(): Promise<readonly Origin[]> {
    const read = await this.#answer;
    const { origins, nextToken } = read();
    this.#nextToken = nextToken;
    this.isAll = nextToken === undefined;
    this.#checkTokens(origins.length);
    this.#checkKeys(origins);
    return origins;
  }

  /** Asks for the page after the one that was read. */
  next(): void {
    this.isHere = false;
    this.#answer = this.#ask({ token: this.#nextToken });
  }

  #ask(from: PageStart): Promise<() => ListingPage> {
    const answer = this.#fetchPage(from);
    const arrived = (): void => void (this.isHere = true);
    // Thrown when it is its turn.
    answer.then(arrived, arrived);
    return answer;
  }

  #checkTokens(keys: number): void {
    const { bucket } = this.#listing;
    if (keys > 0) this.#tokens.clear();
    if (this.#nextToken === undefined) return;
    if (this.#tokens.has(this.#nextToken)) {
      throw listingError(bucket, 'a page names itself as the next', 'disordered_listing');
    }
    if (this.#tokens.size >= MAX_EMPTY_PAGES) {
      throw listingError(bucket, 'it goes on without keys', 'disordered_listing');
    }
    this.#tokens.add(this.#nextToken);
  }

  #checkKeys(origins: readonly Origin[]): void {
    const { bucket, prefix } = this.#listing;
    for (const { key } of origins) {
      // A token that loops shows in keys that come again; reading on would double them or never end.
      if (!isBefore(this.start, key)) throw listingError(bucket, 'its keys are not in order', 'disordered_listing');
      if (!key.startsWith(prefix)) throw listingError(bucket, 'it has keys that were not asked for');
      this.start = key;
    }
  }
}

function keysAfter(last: string, origins: readonly Origin[]): readonly Origin[] {
  const first = origins.findIndex(({ key }) => isBefore(last, key));
  return first === 0 ? origins : first === -1 ? [] : origins.slice(first);
}

/** From here on UTF-16, by which JavaScript compares, and UTF-8, by which S3 does, are in different orders. */
const ABOVE_ORDER = /[\ud800-\uffff]/;

/** Whether a key comes before another in S3's order, that of UTF-8 bytes. */
export function isBefore(a: string, b: string): boolean {
  if (!ABOVE_ORDER.test(b) && !ABOVE_ORDER.test(a)) return a < b;
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}
