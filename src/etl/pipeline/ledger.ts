import { ClickstreamError } from '../../errors.ts';

/** Counts of one batch, pass or invocation. Always `read + split = inserted + duplicates + rejected + dropped`. */
export interface Counts {
  /** Objects read to their end. */
  processed: number;
  /** Records found in objects, rejected pieces included. */
  read: number;
  /** Events that a transform made of others, beyond the one each came from. */
  split: number;
  /** Rows that were not in the warehouse before. */
  inserted: number;
  /** Records of an event that another record stands for; a row that replaces another counts here. */
  duplicates: number;
  rejected: number;
  /** Records that a transform left out on purpose. */
  dropped: number;
  /** Sizes in S3 of the objects read to their end. */
  bytes: number;
  batches: number;
}

/** All zero. */
export function noCounts(): Counts {
  return {
    processed: 0,
    read: 0,
    split: 0,
    inserted: 0,
    duplicates: 0,
    rejected: 0,
    dropped: 0,
    bytes: 0,
    batches: 0,
  };
}

/** Adds `more` to `counts`, in place. */
export function addCounts(counts: Counts, more: Readonly<Counts>): void {
  for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] += more[name];
}

/**
 * Throws when records went missing between reading and writing. Called before each commit: a batch that does not
 * balance is a defect of a transform or of ours, and must not reach the warehouse.
 */
export function assertBalanced(counts: Readonly<Counts>): void {
  const { read, split, inserted, duplicates, rejected, dropped } = counts;
  if (read + split === inserted + duplicates + rejected + dropped) return;
  throw new ClickstreamError({
    code: 'ledger_unbalanced',
    stage: 'write',
    message:
      `The batch does not balance and was not committed: read ${read} + split ${split} is not ` +
      `inserted ${inserted} + duplicates ${duplicates} + rejected ${rejected} + dropped ${dropped}.`,
  });
}
