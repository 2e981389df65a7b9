import { setTimeout as sleep } from 'node:timers/promises';
import { ABORTED, isRetryable, isThrottled, S3Failure } from './failure.ts';

/** When to ask again, and how long to wait; a test waits less. */
export interface RetryOptions {
  readonly maxAttempts: number;
  /** Of the first wait; each later one may be twice as long. */
  readonly first_ms: number;
  /** The same when the store asks for fewer requests. */
  readonly firstThrottled_ms: number;
}

export const RETRIES: RetryOptions = { maxAttempts: 5, first_ms: 100, firstThrottled_ms: 500 };

const LONGEST_WAIT_MS = 10_000;
/** As the AWS SDKs have it: a hundred tries in a row may fail before all requests fail at the first. */
const QUOTA = 500;
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
    if (!(error instanceof S3Failure) || !isRetryable(error)) throw error;
    if (attempt >= this.#options.maxAttempts || this.#quota < TRY_COST) throw error;
    this.#quota -= TRY_COST;
    const first_ms = isThrottled(error) ? this.#options.firstThrottled_ms : this.#options.first_ms;
    // Full jitter: requests that failed together must not come back together.
    const wait_ms = Math.random() * Math.min(LONGEST_WAIT_MS, first_ms * 2 ** (attempt - 1));
    await sleep(wait_ms, undefined, { signal }).catch(() => {
      throw new S3Failure({ code: ABORTED });
    });
  }
}
