import { median, ratios, spreadOf, type Spread } from './measure.ts';

/** A difference that is not worth a word. */
const TOLERANCE = 0.05;
/** With fewer rounds, all of one side come out above the other's by chance too often. */
export const LEAST_ROUNDS = 3;

export type Verdict = 'worse' | 'better' | 'same';

/** Figures of two builds, of which less is better. */
export interface Compared {
  /** Of this checkout over the other commit, round by round. */
  readonly ratio: Spread;
  readonly verdict: Verdict;
}

/**
 * Worse or better is what differs by more than 5 % and so clearly that no round of one side comes near any of the other: of
 * five rounds each, that happens by chance once in a hundred times.
 */
export function verdictOf(here: readonly number[], there: readonly number[]): Compared {
  const ratio = spreadOf(ratios(here, there, (figure) => figure));
  const share = median(here) / median(there);
  if (share > 1 + TOLERANCE && Math.min(...here) > Math.max(...there)) return { ratio, verdict: 'worse' };
  if (share < 1 - TOLERANCE && Math.max(...here) < Math.min(...there)) return { ratio, verdict: 'better' };
  return { ratio, verdict: 'same' };
}
