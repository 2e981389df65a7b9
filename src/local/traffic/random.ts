/** The state of a generator: 128 bits, as four unsigned 32-bit words. */
type State = readonly [number, number, number, number];

/**
 * Random numbers that depend on the seed alone: the small fast counting generator of 32-bit words by Chris Doty-Humphrey
 * (sfc32). Only additions, shifts and exclusive ors of integers, so every machine gives the same; for the same reason
 * nothing here uses Math.log or its like, whose last digit differs between engines.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  private constructor([a, b, c, counter]: State) {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#counter = counter;
  }

  /** The numbers that belong to a seed; `7` and `'7'` are the same seed. */
  static seeded(seed: number | string): Random {
    // FNV-1a over the seed's UTF-16 units, one basis per word; the first draws then mix the words with each other.
    const word = (basis: number) => {
      let hash = basis;
      for (const unit of String(seed).split('')) hash = Math.imul(hash ^ unit.charCodeAt(0), 0x01000193);
      return hash >>> 0;
    };
    const random = new Random([word(0x811c9dc5), word(0x9e3779b9), word(0x7f4a7c15), 1]);
    for (let draw = 0; draw < 16; draw += 1) random.word();
    return random;
  }

  /**
   * A generator of its own, made from 128 bits of this one. What is drawn from it leaves this one alone, so one shopper
   * with a longer visit does not change all the shoppers after it.
   */
  fork(): Random {
    return new Random([this.word(), this.word(), this.word(), this.word()]);
  }

  /** A whole number from 0 to 2^32 - 1. */
  word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** From 0 up to, and without, 1. */
  fraction(): number {
    return this.word() / 0x1_0000_0000;
  }

  /** A whole number from `from` to `to`, both included; the span must be under 2^32. */
  int(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1));
  }

  /** Like {@link int}, with most of the draws near `from`: half of them in the first eighth, as waiting times are. */
  early(from: number, to: number): number {
    const fraction = this.fraction();
    return from + Math.floor(fraction * fraction * fraction * (to - from + 1));
  }

  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of the choices, which must not be empty. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)]!;
  }

  /** One of the choices, each as likely as its weight says; weights are positive and need not add up to anything. */
  weighted<T>(choices: readonly (readonly [choice: T, weight: number])[]): T {
    let left = this.fraction() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return choices[choices.length - 1]![0];
  }

  /** Lower-case hexadecimal digits, at most 8 per word drawn. */
  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.word().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }

  /** A version 4 UUID, as a browser's `crypto.randomUUID()` gives. */
  uuid(): string {
    const hex = this.hex(32);
    const variant = this.pick(['8', '9', 'a', 'b']);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
