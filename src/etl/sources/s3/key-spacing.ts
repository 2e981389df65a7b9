/** Characters of a key that are looked at on either side of where a page's first and last key part. */
const WINDOW = 6;
/** Keys of a page that are looked at for the characters they are written in: every eighth. */
const SAMPLE = 8;
/** How much of a page the keys of a range are to fill: those of one that is overfull take two pages one after the other. */
const FILL_TENTHS = 9n;
/** A place that has these and no others has decimals; of other characters, as in a digit that hardly changes yet, more may come. */
const DECIMALS = '0123456789';

/**
 * How far apart a listing's keys lie, as far as one page shows it. Keys count up like numbers, whatever they are written in:
 * decimals, UUIDs, times. Each place has the characters that it is seen to have, and a dash stands still.
 */
export class KeySpacing {
  readonly #start: number;
  /** The characters of each place from `start` on, in their order. */
  readonly #places: readonly string[];
  readonly #step: bigint;

  private constructor(start: number, places: readonly string[], step: bigint) {
    this.#start = start;
    this.#places = places;
    this.#step = step;
  }

  /** @returns undefined where the keys of the page show nothing to go by: too few, or characters that are not ASCII. */
  static of(keys: readonly string[]): KeySpacing | undefined {
    const [first, last] = [keys[0], keys.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const parting = commonLength(first, last);
    const start = Math.max(0, parting - WINDOW);
    const places = placesOf(keys, start, Math.min(first.length, last.length, parting + WINDOW));
    if (!places) return undefined;
    const step = ((numberOf(last, start, places) - numberOf(first, start, places)) * FILL_TENTHS) / 10n;
    return step > 0n ? new KeySpacing(start, places, step) : undefined;
  }

  /** Where a page that begins after `key` is likely to be nearly full; undefined where counting up comes to an end. */
  after(key: string): string | undefined {
    let left = numberOf(key, this.#start, this.#places) + this.#step;
    let digits = '';
    for (const characters of this.#places.toReversed()) {
      const base = BigInt(characters.length);
      digits = characters[Number(left % base)]! + digits;
      left /= base;
    }
    const next = key.slice(0, this.#start) + digits;
    return left === 0n && next > key ? next : undefined;
  }
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

function placesOf(keys: readonly string[], start: number, end: number): string[] | undefined {
  const places: string[] = [];
  /** The characters of the next place to the right that counts. */
  let counting = '';
  for (let at = end - 1; at >= start; at -= 1) {
    const seen = new Set<string>(keys.at(-1)!.charAt(at));
    for (let index = 0; index < keys.length; index += SAMPLE) seen.add(keys[index]!.charAt(at));
    const own = inOrder(seen);
    const standsStill = own.length === 1 && (counting === '' || !/[A-Za-z\d]/.test(own));
    const characters = standsStill || own === DECIMALS ? own : inOrder([...seen, ...Array.from(counting)]);
    // eslint-disable-next-line no-control-regex
    if (!/^[\u0000-\u007f]+$/.test(characters)) return undefined;
    if (!standsStill) counting = characters;
    places.unshift(characters);
  }
  return places;
}

function inOrder(characters: Iterable<string>): string {
  return Array.from(new Set(characters)).sort().join('');
}

/** What a key's characters at these places come to, each place in its own base. */
function numberOf(key: string, start: number, places: readonly string[]): bigint {
  let number = 0n;
  for (const [index, characters] of places.entries()) {
    const character = key.charAt(start + index);
    // One that was not seen counts as the one before it.
    let rank = characters.length - 1;
    while (rank > 0 && characters[rank]! > character) rank -= 1;
    number = number * BigInt(characters.length) + BigInt(rank);
  }
  return number;
}
