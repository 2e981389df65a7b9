/** What a process of the benchmark took. */
export interface Taken {
  readonly wall_s: number;
  /** CPU time of the process. */
  readonly cpu_s: number;
  /** CPU time of PostgreSQL meanwhile; NaN where the system does not tell. */
  readonly server_s: number;
  readonly maxRss_mb: number;
}

/** A figure with the least and the greatest that were found of it. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

/** @throws RangeError when there are no numbers. */
export function spreadOf(numbers: readonly number[]): Spread {
  if (numbers.length === 0) throw new RangeError('there is no median of nothing');
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, least: sorted[0]!, greatest: sorted.at(-1)! };
}

export function median(numbers: readonly number[]): number {
  return spreadOf(numbers).median;
}

/** The quotients of two sides, round by round: what disturbs a round disturbs both. */
export function ratios<T>(of: readonly T[], over: readonly T[], figure: (one: T) => number): number[] {
  return of.map((one, round) => figure(one) / figure(over[round]!));
}

/** Sides that take turns, by name; each is told the round. */
export type Sides<Name extends string, T> = Readonly<Record<Name, (round: number) => Promise<T>>>;

/**
 * Lets the sides take their turns in each round, in the opposite order every other round, so that a machine that gets slower
 * does so for all of them.
 */
export async function interleave<Name extends string, T>(
  rounds: number,
  sides: Sides<Name, T>,
  say: (text: string) => void = () => undefined,
): Promise<Record<Name, T[]>> {
  const names = Object.keys(sides) as Name[];
  const found = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<Name, T[]>;
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) {
      say(`${name}, round ${round + 1} of ${rounds}`);
      found[name].push(await sides[name](round));
    }
  }
  return found;
}
