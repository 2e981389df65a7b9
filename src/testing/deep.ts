import { isDeepStrictEqual } from 'node:util';

/** Freezes a value and all that is in it. */
export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
}

/** A value as it is now, whatever becomes of it; what cannot be copied is itself. */
export function snapshot<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}

/** The same of each value of a row: texts and numbers need no copy, and of them there are most. */
export function snapshotRow(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(row)) copy[name] = snapshot(row[name]);
  return copy;
}

/** Where two values first differ, as `product.price`; undefined when they are the same. */
export function firstDifference(a: unknown, b: unknown, path = ''): string | undefined {
  if (isDeepStrictEqual(a, b)) return undefined;
  if (!isObject(a) || !isObject(b)) return path;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (isDeepStrictEqual(a[key], b[key])) continue;
    return firstDifference(a[key], b[key], path === '' ? key : `${path}.${key}`);
  }
  return path;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
