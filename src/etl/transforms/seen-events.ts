/** Events of each of two generations: retries come soon after, and so many take 5 MB. */
const CAPACITY = 32_768;

/** What decides between two records of one event: the one received first, then the lower hash. */
interface Standing {
  readonly received_ms: number;
  readonly hash: number;
}

/**
 * The events of a run that were delivered, with the record that stands for each. Bounded: of two generations the older
 * one is forgotten when the newer one is full, which costs the sink a comparison and nothing else.
 */
export class SeenEvents {
  #newer = new Map<string, Standing>();
  #older = new Map<string, Standing>();
  readonly #capacity: number;

  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity;
  }

  /** Whether a delivered record of the event stands before this one, or is this one. */
  beats(eventId: string, received_ms: number, hash: number): boolean {
    const standing = this.#newer.get(eventId) ?? this.#older.get(eventId);
    if (!standing) return false;
    return standing.received_ms < received_ms || (standing.received_ms === received_ms && standing.hash <= hash);
  }

  /** Remembers a delivered record, unless one that stands before it is known. */
  add(eventId: string, received_ms: number, hash: number): void {
    if (this.beats(eventId, received_ms, hash)) return;
    if (this.#newer.size >= this.#capacity) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(eventId, { received_ms, hash });
  }
}
