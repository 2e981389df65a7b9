const FIRST = 200;
/** Twice as many take no less CPU time, and outlive the young generation: 100,000 events peak at 190 MiB instead of 140. */
const LARGEST = 1_024;
/** Commits that a size is judged by: the faster of two, since one may have met a checkpoint of Postgres or a vacuum. */
const TRIES = 2;
/** A size is too large when it is slower per record than the one before by more than what a machine's noise makes. */
const TOLERANCE = 0.8;

/**
 * How many records a batch may have. Set by the user it is a strict cap; otherwise it starts small, so that a short run
 * commits something, and doubles until commits become slower per record.
 */
export class BatchSize {
  #records: number;
  #growing: boolean;
  #smaller: number;
  #best_perMs = 0;
  #tries_perMs: number[] = [];

  constructor(cap?: number) {
    this.#records = cap ?? FIRST;
    this.#smaller = this.#records;
    this.#growing = cap === undefined;
  }

  get records(): number {
    return this.#records;
  }

  /** Told what a commit came to. One of a batch that was not full says nothing about the size. */
  committed(records: number, duration_ms: number): void {
    if (!this.#growing || records < this.#records) return;
    this.#tries_perMs.push(records / Math.max(duration_ms, 0.1));
    if (this.#tries_perMs.length < TRIES) return;
    const perMs = Math.max(...this.#tries_perMs);
    this.#tries_perMs = [];
    if (perMs < this.#best_perMs * TOLERANCE) {
      this.#records = this.#smaller;
      this.#growing = false;
      return;
    }
    this.#best_perMs = Math.max(this.#best_perMs, perMs);
    this.#smaller = this.#records;
    this.#records = Math.min(this.#records * 2, LARGEST);
    this.#growing = this.#records > this.#smaller;
  }
}
