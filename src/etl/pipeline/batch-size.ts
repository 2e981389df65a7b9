const FIRST = 200;
const LARGEST = 16_384;
/** A larger batch must be this much faster per record to be worth its memory. */
const WORTHWHILE = 1.05;

/**
 * How many records a batch may have. Set by the user it is a strict cap; otherwise it starts small, so that a short run
 * commits something, and doubles as long as that makes commits faster per record.
 */
export class BatchSize {
  #records: number;
  #smaller: number;
  #growing: boolean;
  #best_perMs = 0;

  constructor(cap?: number) {
    this.#records = cap ?? FIRST;
    this.#smaller = this.#records;
    this.#growing = cap === undefined;
  }

  get records(): number {
    return this.#records;
  }

  /** Told what a full batch's commit came to. */
  committed(records: number, duration_ms: number): void {
    if (!this.#growing || records < this.#records) return;
    const perMs = records / Math.max(duration_ms, 0.1);
    if (perMs < this.#best_perMs * WORTHWHILE) {
      this.#records = this.#smaller;
      this.#growing = false;
      return;
    }
    this.#best_perMs = perMs;
    this.#smaller = this.#records;
    this.#records = Math.min(this.#records * 2, LARGEST);
    if (this.#records === this.#smaller) this.#growing = false;
  }
}
