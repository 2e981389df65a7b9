import { setImmediate as nextTurn } from 'node:timers/promises';

/** What PostgreSQL and S3 wait at most for an answer to be noticed; a batch takes 50 ms. */
const LONGEST_MS = 2;

let began_ms = performance.now();

/**
 * Whether the work has gone on for so long that sockets should have their turn. While a batch is transformed the one before
 * it is written, and that takes several answers: each would wait until the batch is done.
 */
export function isLongTurn(): boolean {
  return performance.now() - began_ms >= LONGEST_MS;
}

/** Lets the event loop do what has been waiting. */
export async function endTurn(): Promise<void> {
  await nextTurn();
  began_ms = performance.now();
}
