import { setTimeout as sleep } from 'node:timers/promises';
import { ABORTED, againOf, S3Failure } from './failure.ts';

/** When to ask again, and how long to wait; a test waits less. */
export interface RetryOptions {
  readonly maxAttempts: number;
  /** The longest first wait; each later one may be twice as long. */
  readonly first_ms: number;
  /** The same when the store asks for fewer requests. */
  readonly firstThrottled_ms: number;
}

/** At the least 1.5 s go by before the last try, and 7.5 s if the store asks for fewer requests; at most twice that. */
export const RETRIES: RetryOptions = { maxAttempts: 6, first_ms: 100, firstThrottled_ms: 500 };

const LONGEST_WAIT_MS = 10_000;
/**
 * What tries may cost before all requests fail at the first; those that succeed pay it back. It suffices for 64 requests
 * at once to be tried as often as they may: a short refusal of all requests must not fail an hour.
 */
const QUOTA = 1_600;
const TRY_COST = 5;

/** Waits between tries of all requests to one store, with a common quota so that a store in trouble is left alone. */
export class Retries {
  readonly #options: RetryOptions;
  #quota = QUOTA;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /** Does `once` until it succeeds, or fails for good. `once` is told the number of the try, from 1. */
  async run<T>(once: (attempt: number) => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const result = await once(attempt);
        this.succeeded(attempt);
        return result;
      } catch (error) {
        await this.wait(error, attempt, signal);
      }
    }
  }

  /** Pays back: a try that helped is no sign of trouble. */
  succeeded(attempts: number): void {
    this.#quota = Math.min(QUOTA, this.#quota + (attempts > 1 ? TRY_COST : 1));
  }

  /** @throws what it was given when another try would not help, or there have been enough. */
  async wait(error: unknown, attempt: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new S3Failure({ code: ABORTED });
    if (!(error instanceof S3Failure)) throw error;
    const again = againOf(error);
    if (again !== 'soon' && again !== 'later') throw error;
    if (attempt >= this.#options.maxAttempts || this.#quota < TRY_COST) throw error;
    this.#quota -= TRY_COST;
    const first_ms = again === 'later' ? this.#options.firstThrottled_ms : this.#options.first_ms;
    const longest_ms = Math.min(LONGEST_WAIT_MS, first_ms * 2 ** (attempt - 1));
    // Requests that failed together must not come back together, nor all tries be over before the trouble is.
    const wait_ms = longest_ms * (0.5 + Math.random() / 2);
    await sleep(wait_ms, undefined, { signal }).catch(() => {
      throw new S3Failure({ code: ABORTED });
    });
  }
}
