/** One measurement: what is to be explained, and by how much of each term. */
export interface Observation {
  readonly terms: readonly number[];
  readonly value: number;
  /** What an error is relative to, so that small measurements count as much as large ones; the value itself unless given. */
  readonly scale?: number;
}

/**
 * What one of each term comes to, never less than nothing: the coefficients whose sums are nearest the measurements, in
 * squares of relative errors.
 *
 * There are few terms, so that all choices of those that are more than nothing are tried. Of terms that no measurement tells
 * apart, those that come first have it all.
 */
export function nonNegativeFit(observations: readonly Observation[]): number[] {
  const width = observations[0]?.terms.length ?? 0;
  const scaled = observations.map(({ terms, value, scale = value }) => ({
    terms: terms.map((term) => term / scale),
    value: value / scale,
  }));
  let best = new Array<number>(width).fill(0);
  let least = squares(scaled, best);
  for (let choice = 1; choice < 2 ** width; choice += 1) {
    const chosen = best.map((_, term) => term).filter((term) => (choice >> term) & 1);
    const found = solve(normalEquations(scaled, chosen));
    if (!found || found.some((coefficient) => !(coefficient >= 0))) continue;
    const all = new Array<number>(width).fill(0);
    for (const [at, term] of chosen.entries()) all[term] = found[at]!;
    const sum = squares(scaled, all);
    if (sum < least * (1 - EQUAL)) [best, least] = [all, sum];
  }
  return best;
}

/** Sums of squares that differ by less are the same. */
const EQUAL = 1e-9;
/** A pivot of so little of what it was is one of rounding errors: the terms before it say all that this one does. */
const SINGULAR = 1e-9;

function squares(observations: readonly Observation[], coefficients: readonly number[]): number {
  const error = ({ terms, value }: Observation): number =>
    terms.reduce((sum, term, at) => sum + term * coefficients[at]!, -value);
  return observations.reduce((sum, one) => sum + error(one) ** 2, 0);
}

/** A row for each chosen term, its right side last. */
function normalEquations(observations: readonly Observation[], chosen: readonly number[]): number[][] {
  const product = (a: number, b: number): number =>
    observations.reduce((sum, { terms, value }) => sum + terms[a]! * (terms[b] ?? value), 0);
  const rightSide = observations[0]?.terms.length ?? 0;
  return chosen.map((row) => [...chosen, rightSide].map((column) => product(row, column)));
}

/** Gauss: the matrix is symmetric and has no negative eigenvalue, so that rows need not be exchanged. Undefined when it is singular. */
function solve(rows: number[][]): number[] | undefined {
  const width = rows.length;
  const diagonal = rows.map((row, at) => row[at]!);
  for (let at = 0; at < width; at += 1) {
    const pivot = rows[at]![at]!;
    if (!(pivot > diagonal[at]! * SINGULAR)) return undefined;
    for (let below = at + 1; below < width; below += 1) {
      const factor = rows[below]![at]! / pivot;
      for (let column = at; column <= width; column += 1) rows[below]![column]! -= factor * rows[at]![column]!;
    }
  }
  const found = new Array<number>(width).fill(0);
  for (let at = width - 1; at >= 0; at -= 1) {
    let rest = rows[at]![width]!;
    for (let column = at + 1; column < width; column += 1) rest -= rows[at]![column]! * found[column]!;
    found[at] = rest / rows[at]![at]!;
  }
  return found;
}
