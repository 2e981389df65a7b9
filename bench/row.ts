import type { Bench } from './bench.ts';
import { spreadOf, type Spread } from './measure.ts';

/** One thing that is held against a target. */
export interface Check {
  readonly what: string;
  readonly value: Spread;
  readonly unit: string;
  /** Digits after the point when it is shown. */
  readonly digits: number;
  readonly target: number;
  /** Whether the target is the most that is allowed, or the least. */
  readonly is: 'at most' | 'at least';
  readonly met: boolean;
}

/** Cells as they are shown; the first row has the names of the columns. */
export interface Table {
  readonly title: string;
  readonly cells: readonly (readonly string[])[];
}

export interface RowResult {
  readonly checks: readonly Check[];
  readonly tables?: readonly Table[];
  /** What one has to know to read the figures, such as what was left out and why. */
  readonly notes?: readonly string[];
}

/** A row of the table of targets. */
export interface Row {
  /** As it is asked for on the command line. */
  readonly name: string;
  readonly title: string;
  /** What was tried where a target is missed, and what the limit turned out to be; said when one is. */
  readonly limit?: string;
  measure(bench: Bench): Promise<RowResult>;
}

export interface CheckSpec {
  readonly what: string;
  /** One per round; what counts is their median. */
  readonly values: readonly number[];
  readonly unit?: string;
  readonly digits?: number;
}

/** A check of a figure that must not be greater than `most`. */
export function atMost(most: number, { what, values, unit = '', digits = 2 }: CheckSpec): Check {
  const value = spreadOf(values);
  return { what, value, unit, digits, target: most, is: 'at most', met: value.median <= most };
}

/** A check of a figure that must not be less than `least`. */
export function atLeast(least: number, { what, values, unit = '', digits = 2 }: CheckSpec): Check {
  const value = spreadOf(values);
  return { what, value, unit, digits, target: least, is: 'at least', met: value.median >= least };
}

/** By how much a check misses its target, as `42 %` of it; undefined when it does not. */
export function missedBy({ met, value, target }: Check): string | undefined {
  return met ? undefined : `${Math.max(1, Math.round((Math.abs(value.median - target) / target) * 100))} %`;
}

/** A number with so many digits after the point, and thousands set apart. */
export function shown(number: number, digits = 2): string {
  if (!Number.isFinite(number)) return '-';
  return number.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
