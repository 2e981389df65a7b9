import { compareKeys, firstPosition } from './key-index.ts';

/** What a page of a listing is asked for with. */
export interface PageRequest {
  readonly prefix: string;
  /** Empty for none. */
  readonly delimiter: string;
  /** List only keys after this one; empty for all. */
  readonly startAfter: string;
  /** Where the last page ended: a key, or a common prefix and everything below it. */
  readonly continueAfter?: string | undefined;
  readonly maxKeys: number;
}

export interface Page {
  readonly keys: string[];
  readonly commonPrefixes: string[];
  /** The last key or common prefix of the page, if there is more after it. */
  readonly next: string | undefined;
}

/** One page of a listing over sorted keys: two binary searches, and one more for every common prefix. */
export function listPage(sorted: readonly string[], request: PageRequest): Page {
  const { prefix, delimiter, startAfter, continueAfter, maxKeys } = request;
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let position = firstPosition(sorted, (key) => compareKeys(key, prefix) >= 0);
  if (startAfter !== '') position = firstPosition(sorted, (key) => compareKeys(key, startAfter) > 0, position);
  if (continueAfter !== undefined) {
    position = isCommonPrefix(continueAfter, prefix, delimiter)
      ? positionAfterPrefix(sorted, continueAfter, position)
      : firstPosition(sorted, (key) => compareKeys(key, continueAfter) > 0, position);
  }

  let last: string | undefined;
  while (position < sorted.length) {
    const key = sorted[position]!;
    if (!key.startsWith(prefix)) break;
    if (keys.length + commonPrefixes.length >= maxKeys) return { keys, commonPrefixes, next: last };
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end === -1) {
      keys.push(key);
      last = key;
      position++;
    } else {
      last = key.slice(0, end + delimiter.length);
      commonPrefixes.push(last);
      position = positionAfterPrefix(sorted, last, position);
    }
  }
  return { keys, commonPrefixes, next: undefined };
}

function positionAfterPrefix(sorted: readonly string[], prefix: string, from: number): number {
  return firstPosition(sorted, (key) => compareKeys(key, prefix) > 0 && !key.startsWith(prefix), from);
}

/** A key of the page never holds the delimiter after the prefix; a common prefix always ends with its first one. */
function isCommonPrefix(text: string, prefix: string, delimiter: string): boolean {
  return delimiter !== '' && text.startsWith(prefix) && text.includes(delimiter, prefix.length);
}
