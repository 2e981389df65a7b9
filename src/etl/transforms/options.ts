import { nearestName } from '../../config/nearest-name.ts';
import { shown } from '../../config/shown.ts';
import { configError } from '../../errors.ts';

/**
 * The options of a transform: what each may be is said once, and a wrong one stops the program when the pipeline is
 * made, before anything is touched.
 *
 * @example
 * export function sample(options: SampleOptions) {
 *   const { rate, by } = readOptions('sample', options, {
 *     rate: numberIn(0, 1),
 *     by: withDefault(oneOf(['visitor', 'event']), 'visitor'),
 *   });
 *   ...
 * }
 */

/** What one option may be. Without a default it has to be given. */
export interface OptionKind<T> {
  /** Goes on after "give", as in "give a number from 0 to 1". */
  readonly allowed: string;
  /** The value, or undefined when it is not allowed. */
  readonly read: (value: unknown) => T | undefined;
  /** Whether no message may show the value. */
  readonly secret?: boolean;
  /** What the option is when it is not given; undefined where that means something by itself. */
  readonly fallback?: { readonly value: T };
}

/** The values that kinds of options read. */
export type OptionValues<Kinds extends Readonly<Record<string, OptionKind<unknown>>>> = {
  readonly [K in keyof Kinds]: Kinds[K] extends OptionKind<infer T> ? T : never;
};

/**
 * Reads a transform's options: all of them, those not given with their defaults. An option that is undefined counts as
 * not given.
 *
 * @throws ClickstreamError `invalid_config` that names the transform, every option that is unknown, missing or wrong, and
 * what to give.
 */
export function readOptions<const Kinds extends Readonly<Record<string, OptionKind<unknown>>>>(
  transform: string,
  given: unknown,
  kinds: Kinds,
): OptionValues<Kinds> {
  const known = Object.keys(kinds);
  const options = given ?? {};
  if (typeof options !== 'object' || Array.isArray(options)) {
    throw configError(`${transform} was given ${shown(options)}: give an object with ${known.join(', ')}.`);
  }
  const problems = Object.keys(options).flatMap((name) => (known.includes(name) ? [] : [unknownOption(name, known)]));
  const values: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(kinds)) {
    const value = Object.hasOwn(options, name) ? (options as Record<string, unknown>)[name] : undefined;
    if (value === undefined && kind.fallback) {
      values[name] = kind.fallback.value;
      continue;
    }
    values[name] = value === undefined ? undefined : kind.read(value);
    if (values[name] === undefined)
      problems.push(`its option ${name} is ${stateOf(value, kind)}: give ${kind.allowed}`);
  }
  if (problems.length > 0) throw configError(`${transform}: ${problems.join('; ')}.`);
  return values as OptionValues<Kinds>;
}

function unknownOption(name: string, known: readonly string[]): string {
  const meant = nearestName(name, known);
  const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
  return `it has no option ${shown(name)} (${hint})`;
}

function stateOf(value: unknown, { secret }: OptionKind<unknown>): string {
  if (value === undefined) return 'not given';
  if (value === '') return 'empty';
  if (secret) return 'not usable';
  return typeof value === 'function' ? 'a function' : shown(value);
}

/** An option that may be left out, and what it is then. */
export function withDefault<T, D>(kind: OptionKind<T>, value: D): OptionKind<T | D> {
  return { ...kind, fallback: { value } };
}

/** An option that may be left out, which means something by itself. */
export function optional<T>(kind: OptionKind<T>): OptionKind<T | undefined> {
  return withDefault(kind, undefined);
}

/** A text with something in it. */
export function textOf(allowed: string): OptionKind<string> {
  return { allowed, read: (value) => (typeof value === 'string' && value !== '' ? value : undefined) };
}

/** One of a few words, spelled exactly. */
export function oneOf<const W extends string>(words: readonly W[]): OptionKind<W> {
  return {
    allowed: `one of ${words.map((word) => `"${word}"`).join(', ')}`,
    read: (value) => words.find((word) => word === value),
  };
}

export const trueOrFalse: OptionKind<boolean> = {
  allowed: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
};

/** A finite number, both ends included. */
export function numberIn(least: number, most: number): OptionKind<number> {
  return {
    allowed: `a number from ${least} to ${most}`,
    read: (value) => (typeof value === 'number' && value >= least && value <= most ? value : undefined),
  };
}

/** A list of things that `read` takes, each of them; it may be empty. */
export function listOf<T>(allowed: string, read: (item: unknown) => T | undefined): OptionKind<readonly T[]> {
  return {
    allowed,
    read: (value) => {
      if (!Array.isArray(value)) return undefined;
      const items = value.map((item) => read(item));
      return items.includes(undefined) ? undefined : (items as T[]);
    },
  };
}

/** A plain object whose values `read` takes; a map, so that no name in it finds what objects inherit. */
export function mapOf<T>(
  allowed: string,
  read: (value: unknown, name: string) => T | undefined,
): OptionKind<ReadonlyMap<string, T>> {
  return {
    allowed,
    read: (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
      const entries = Object.entries(value).map(([name, item]) => [name, read(item, name)] as const);
      return entries.some(([, item]) => item === undefined) ? undefined : new Map(entries as [string, T][]);
    },
  };
}

/** A function. What it returns is the transform's to look at. */
export function functionOf<F>(allowed: string): OptionKind<F> {
  return { allowed, read: (value) => (typeof value === 'function' ? (value as F) : undefined) };
}
