/** Values of each of two generations: a shop's visitors of an hour, and under a megabyte. */
const CAPACITY = 4096;

/**
 * Remembers what was worked out for a text, such as a user agent, which comes with every event of a visit. Bounded: of two
 * generations the older one is forgotten when the newer one is full. What it answers never depends on what it remembers.
 */
export class Recent<T> {
  readonly #compute: (text: string) => T;
  readonly #capacity: number;
  #newer = new Map<string, T>();
  #older = new Map<string, T>();

  constructor(compute: (text: string) => T, capacity: number = CAPACITY) {
    this.#compute = compute;
    this.#capacity = capacity;
  }

  of(text: string): T {
    const recent = this.#newer.get(text);
    if (recent !== undefined) return recent;
    const value = this.#older.get(text) ?? this.#compute(text);
    if (this.#newer.size >= this.#capacity) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(text, value);
    return value;
  }
}
