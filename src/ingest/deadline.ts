import { ClickstreamError } from '../errors.ts';

/**
 * Runs `work` for at most `budget_ms`, then aborts its signal and gives up. Giving up does not wait for the work to
 * notice: an SDK that is looking for credentials, or a server that sends nothing, may not react to a signal at all.
 *
 * @throws ClickstreamError `store_timeout` when the time is over; whatever `work` throws before that
 */
export async function withDeadline<T>(budget_ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const message = `The store did not confirm within ${Math.round(budget_ms)} ms; see to S3 and the way to it`;
      const error = new ClickstreamError({ code: 'store_timeout', stage: 'ingest', message });
      // Rejects before it aborts, so that this error wins and not the work's own about having been aborted.
      reject(error);
      controller.abort(error);
    }, budget_ms);
  });
  try {
    return await Promise.race([work(controller.signal), expiry]);
  } finally {
    clearTimeout(timer);
  }
}
