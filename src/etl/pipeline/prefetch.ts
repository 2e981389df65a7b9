import { ClickstreamError } from '../../errors.ts';
import type { Columns, Row } from './column.ts';
import type { EventRecord } from './event-record.ts';
import type { TransformRun } from './transform.ts';
import { transformError } from './transform-error.ts';

const TIMEOUT_MS = 10_000;

/** A transform's turn to ask elsewhere for what it needs of a batch. */
export interface Prefetch {
  readonly name: string;
  readonly run: TransformRun<Row<Columns>>;
  readonly records: readonly EventRecord[];
}

/**
 * Waits for what a transform prefetches, as long as it may take.
 *
 * @throws ClickstreamError `transform_failed`, or `transform_timeout` when it took too long.
 */
export async function prefetched({ name, run, records }: Prefetch): Promise<void> {
  const timeout_ms = run.prefetchTimeout_ms ?? TIMEOUT_MS;
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(tooSlow(name, timeout_ms));
      ending.abort();
    }, timeout_ms);
  });
  try {
    await Promise.race([run.prefetch!(records, ending.signal), timeUp]);
  } catch (error) {
    throw error instanceof ClickstreamError ? error : transformError(name, 'prefetch', error);
  } finally {
    clearTimeout(timer);
  }
}

function tooSlow(name: string, timeout_ms: number): ClickstreamError {
  return new ClickstreamError({
    code: 'transform_timeout',
    stage: 'transform',
    message:
      `The transform "${name}" waited ${timeout_ms} ms for what it looks up, and no longer. What was committed stays; run ` +
      'the hour again, or give it a longer prefetchTimeout_ms.',
  });
}
