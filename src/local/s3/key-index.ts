/** UTF-8 byte order, which is code point order, for strings that JavaScript keeps as UTF-16. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for code points above all others, though their own numbers lie below U+E000.
    const xIsWide = x >= 0xd800 && x <= 0xdfff;
    const yIsWide = y >= 0xd800 && y <= 0xdfff;
    if (xIsWide !== yIsWide) return xIsWide ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

/** Characters where UTF-16 and UTF-8 may disagree about the order. */
const WIDE = /[\ud800-\uffff]/;

/**
 * The keys of a bucket in S3's order.
 *
 * Adding in order, as keys that begin with a time do, appends; other additions and all removals wait until somebody lists,
 * so that a million puts cost one sort and not a million moves.
 */
export class KeyIndex {
  #sorted: string[] = [];
  #added: string[] = [];
  /** Keys that are in one of the arrays but removed. */
  readonly #removed = new Set<string>();
  /** Whether every key so far sorts the same in UTF-16, for which the engine has a faster comparison. */
  #narrow = true;

  /** Adds a key that is not there. */
  add(key: string): void {
    if (this.#removed.delete(key)) return;
    if (this.#narrow && WIDE.test(key)) this.#narrow = false;
    const last = this.#sorted.at(-1);
    if (this.#added.length === 0 && (last === undefined || this.#compare(last, key) < 0)) this.#sorted.push(key);
    else this.#added.push(key);
  }

  /** Removes a key that is there. */
  remove(key: string): void {
    this.#removed.add(key);
  }

  /** All keys in order; not to be changed, and good until the next change of the index. */
  keys(): readonly string[] {
    if (this.#removed.size > 0) {
      this.#sorted = this.#sorted.filter((key) => !this.#removed.has(key));
      this.#added = this.#added.filter((key) => !this.#removed.has(key));
      this.#removed.clear();
    }
    if (this.#added.length > 0) {
      const compare = this.#compare.bind(this);
      this.#sorted = merge(this.#sorted, this.#added.sort(compare), compare);
      this.#added = [];
    }
    return this.#sorted;
  }

  #compare(a: string, b: string): number {
    if (!this.#narrow) return compareKeys(a, b);
    return a < b ? -1 : a > b ? 1 : 0;
  }
}

function merge(left: string[], right: string[], compare: (a: string, b: string) => number): string[] {
  const merged: string[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) {
    merged.push(compare(left[l]!, right[r]!) < 0 ? left[l++]! : right[r++]!);
  }
  while (l < left.length) merged.push(left[l++]!);
  while (r < right.length) merged.push(right[r++]!);
  return merged;
}

/** The first position whose key passes the test, which must fail for all keys before it and pass for all after it. */
export function firstPosition(keys: readonly string[], passes: (key: string) => boolean, from = 0): number {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(keys[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
