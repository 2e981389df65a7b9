import { readUuid } from '../pipeline/uuid.ts';

/** Events of each of two generations: retries come soon after, and so many take 2 MB. */
const CAPACITY = 32_768;

/**
 * The events of a run that were delivered, with the record that stands for each: the one received first, then the one
 * with the lower hash. Bounded: of two generations the older one is forgotten when the newer one is full, which costs the
 * sink a comparison and nothing else.
 */
export class SeenEvents {
  #newer: Generation;
  #older: Generation | undefined;
  readonly #capacity: number;
  readonly #id = new Uint32Array(4);

  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity;
    this.#newer = new Generation(capacity);
  }

  /**
   * Whether a delivered record of the event stands before this one, or is this one.
   *
   * @param eventId a canonical UUID; what is none was never seen.
   */
  beats(eventId: string, received_ms: number, hash: number): boolean {
    return readUuid(eventId, this.#id) && this.#beats(received_ms, hash);
  }

  #beats(received_ms: number, hash: number): boolean {
    const slot = this.#newer.find(this.#id);
    if (this.#newer.has(slot)) return this.#newer.beats(slot, received_ms, hash);
    if (this.#older === undefined) return false;
    const older = this.#older.find(this.#id);
    return this.#older.has(older) && this.#older.beats(older, received_ms, hash);
  }

  /** Remembers a delivered record, unless one that stands before it is known. */
  add(eventId: string, received_ms: number, hash: number): void {
    if (!readUuid(eventId, this.#id) || this.#beats(received_ms, hash)) return;
    if (this.#newer.size >= this.#capacity) {
      this.#older = this.#newer;
      this.#newer = new Generation(this.#capacity);
    }
    this.#newer.set(this.#newer.find(this.#id), this.#id, received_ms, hash);
  }
}

/** How far from its place an event is looked for. Beyond that it is not remembered, whatever ids somebody makes up. */
const PROBES = 32;
const NOWHERE = -1;

/**
 * A hash table with open addressing, in typed arrays: 32 bytes a slot and no garbage, where the collector moves a Map
 * of texts and objects about.
 */
class Generation {
  size = 0;
  readonly #mask: number;
  readonly #ids: Uint32Array;
  readonly #received_ms: Float64Array;
  /** The hash and 1, so that 0 is a free slot. */
  readonly #hashes: Float64Array;

  /** @param capacity how many events it will hold; as many slots or more stay free. */
  constructor(capacity: number) {
    const slots = 2 ** Math.ceil(Math.log2(capacity * 2));
    this.#mask = slots - 1;
    this.#ids = new Uint32Array(slots * 4);
    this.#received_ms = new Float64Array(slots);
    this.#hashes = new Float64Array(slots);
  }

  /** The slot of an event, or the free one where it would go. */
  find(id: Uint32Array): number {
    const ids = this.#ids;
    const [a, b, c, d] = [id[0]!, id[1]!, id[2]!, id[3]!];
    const place = mixed(a, b, c, d);
    for (let probe = 0; probe < PROBES; probe += 1) {
      const slot = (place + probe) & this.#mask;
      if (this.#hashes[slot] === 0) return slot;
      const at = slot * 4;
      if (ids[at + 3] === d && ids[at + 2] === c && ids[at + 1] === b && ids[at] === a) return slot;
    }
    return NOWHERE;
  }

  has(slot: number): boolean {
    return slot !== NOWHERE && this.#hashes[slot] !== 0;
  }

  beats(slot: number, received_ms: number, hash: number): boolean {
    const standing_ms = this.#received_ms[slot]!;
    return standing_ms < received_ms || (standing_ms === received_ms && this.#hashes[slot]! <= hash + 1);
  }

  set(slot: number, id: Uint32Array, received_ms: number, hash: number): void {
    if (slot === NOWHERE) return;
    if (this.#hashes[slot] === 0) this.size += 1;
    this.#ids.set(id, slot * 4);
    this.#received_ms[slot] = received_ms;
    this.#hashes[slot] = hash + 1;
  }
}

/** A number of 32 bits in which every bit of four others takes part. */
function mixed(a: number, b: number, c: number, d: number): number {
  let mix = 0;
  for (const word of [a, b, c, d]) {
    mix = Math.imul(mix ^ word, 0x9e3779b1);
    mix ^= mix >>> 15;
  }
  return mix;
}
