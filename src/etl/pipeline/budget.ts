import { setMaxListeners } from 'node:events';
import { collectIfLarge } from './heap.ts';

/** The limits of an invocation. */
export interface BudgetLimits {
  /** Milliseconds until the run must have ended; infinite on a machine of one's own. */
  readonly remaining_ms: number;
  /** Memory that the process may use; infinite when nobody says. */
  readonly memory_bytes: number;
}

/** Those of a run on a machine of one's own. */
export const NO_LIMITS: BudgetLimits = { remaining_ms: Infinity, memory_bytes: Infinity };

/** Time kept for a last flush at first: what a batch takes is known only after some. */
const FIRST_RESERVE_MS = 1_000;
/** Of a short run, at most this share is kept, so that 2.5 s still make progress. */
const MAX_RESERVED_SHARE = 0.4;
/** Between giving up on the warehouse and the end: answering, and closing connections. */
const LAST_RESERVE_MS = 300;
/** Above this share of the memory a run stops; the next one begins with an empty heap. */
const MAX_MEMORY_SHARE = 0.85;

const LONGEST_TIMER_MS = 0x7fffffff;

/** Whether there is time and memory left, asked between batches; and a signal for what waits meanwhile. */
export class Budget {
  readonly #end_ms: number;
  readonly #limits: BudgetLimits;
  readonly #stop = new AbortController();
  #reserve_ms: number;
  #timer: NodeJS.Timeout | undefined;
  #peakRss_bytes = 0;

  /** @param stop aborted by whoever wants reading to stop before the time is up. */
  constructor(limits: BudgetLimits, stop?: AbortSignal) {
    this.#limits = limits;
    // Every request in flight listens to it; many are no leak.
    setMaxListeners(0, this.#stop.signal);
    this.#end_ms = performance.now() + limits.remaining_ms;
    this.#reserve_ms = Math.min(FIRST_RESERVE_MS, limits.remaining_ms * MAX_RESERVED_SHARE);
    this.#arm();
    if (stop?.aborted) this.stop();
    stop?.addEventListener('abort', () => this.stop(), { once: true });
  }

  /** Aborted when reading must stop, so that what was read can still be committed. */
  get stopReading(): AbortSignal {
    return this.#stop.signal;
  }

  /** Milliseconds left for work on the warehouse. */
  timeLeft_ms(): number {
    return this.#end_ms - LAST_RESERVE_MS - performance.now();
  }

  /** Whether another unit, or settling, may still begin. */
  get hasTime(): boolean {
    return !this.#stop.signal.aborted && this.timeLeft_ms() > 0;
  }

  /** Whether the process is within its memory; also keeps the peak. */
  hasMemory(): boolean {
    collectIfLarge();
    const rss_bytes = process.memoryUsage.rss();
    this.#peakRss_bytes = Math.max(this.#peakRss_bytes, rss_bytes);
    return rss_bytes < this.#limits.memory_bytes * MAX_MEMORY_SHARE;
  }

  /** The most memory seen in use, in MiB. */
  get peakRss_mb(): number {
    this.hasMemory();
    return this.#peakRss_bytes / 2 ** 20;
  }

  /** Raw bytes that a batch may hold: an event takes some ten times its text while it is transformed and encoded. */
  get batch_bytes(): number {
    return Math.min(2 * 2 ** 20, Math.max(2 ** 20, this.#limits.memory_bytes / 128));
  }

  /** Raw bytes that may be read ahead. */
  get ahead_bytes(): number {
    return Math.min(4 * 2 ** 20, Math.max(2 ** 20, this.#limits.memory_bytes / 64));
  }

  /** Told how long a commit took: the reserve must hold the one in flight and a last one. */
  committed(duration_ms: number): void {
    const needed_ms = Math.min(2 * duration_ms + 500, this.#limits.remaining_ms * MAX_RESERVED_SHARE);
    if (needed_ms <= this.#reserve_ms) return;
    this.#reserve_ms = needed_ms;
    this.#arm();
  }

  /** Stops reading now, as when the time is up. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  /** Lets the process end. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const wait_ms = this.#end_ms - LAST_RESERVE_MS - this.#reserve_ms - performance.now();
    if (wait_ms > LONGEST_TIMER_MS) return;
    this.#timer = setTimeout(() => this.#stop.abort(), Math.max(0, wait_ms));
    this.#timer.unref();
  }
}
