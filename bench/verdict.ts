import { spreadOf, type Spread } from './measure.ts';

/** A difference that a machine's noise does not make. */
const TOLERANCE = 0.05;

export type Verdict = 'worse' | 'better' | 'same';

/** Figures of this checkout over another commit's, round by round. */
export interface Compared {
  readonly ratio: Spread;
  readonly verdict: Verdict;
}

/** Worse or better is what differs by more than 5 %, and in the same direction in every round. */
export function verdictOf(ratios: readonly number[]): Compared {
  const ratio = spreadOf(ratios);
  if (ratio.median > 1 + TOLERANCE && ratio.least > 1) return { ratio, verdict: 'worse' };
  if (ratio.median < 1 - TOLERANCE && ratio.greatest < 1) return { ratio, verdict: 'better' };
  return { ratio, verdict: 'same' };
}
