import { writeJson } from './write-json.ts';

const LONGEST = 300;

/** A value on one line, not longer than a person would read. */
export function shown(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') return String(value);
  const text = writeJson(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}

/** What is at a path of two values, as `row.discount is 1 in one run and 2 in another`. */
export function differenceText(path: string, a: unknown, b: unknown, says: readonly [string, string]): string {
  return `${path === '' ? 'it' : path} is ${shown(at(a, path))} ${says[0]} and ${shown(at(b, path))} ${says[1]}`;
}

function at(value: unknown, path: string): unknown {
  let found = value;
  for (const key of path === '' ? [] : path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}
