import type { JsonObject } from '../pipeline/record.ts';
import { setOwn } from './leftovers.ts';

/** Where a value lies in JSON: names of properties and places in arrays; `*` is all of them. */
export type Path = readonly string[];

/** What {@link replaceAt} takes a value away for. */
export const GONE = Symbol('gone');

/** A path written with dots, `customer.address.*`; undefined when it is none. */
export function asPath(text: unknown): Path | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  const path = text.split('.');
  return path.includes('') ? undefined : path;
}

/**
 * The same value with what lies at a path replaced by what `replace` makes of it, or taken away for {@link GONE}. Nothing
 * that was given is changed: what holds a replaced value is copied, and all else shared. Answers the very value that was
 * given when there is nothing to replace.
 */
export function replaceAt(value: unknown, path: Path, replace: (value: unknown) => unknown, at = 0): unknown {
  const name = path[at];
  if (name === undefined) return replace(value);
  if (typeof value !== 'object' || value === null) return value;
  let copy: Record<string, unknown> | unknown[] | null = null;
  const holder = value as Record<string, unknown>;
  for (const key of name === '*' ? Object.keys(holder) : Object.hasOwn(holder, name) ? [name] : []) {
    // The length of an array is its own, and no part of the JSON.
    if (Array.isArray(value) && key === 'length') continue;
    const old = holder[key];
    const made = replaceAt(old, path, replace, at + 1);
    if (made === old) continue;
    copy ??= Array.isArray(value) ? [...(value as unknown[])] : copyOf(holder);
    // An array keeps its places, or those behind would move up in the midst of it.
    if (Array.isArray(copy)) copy[Number(key)] = made === GONE ? null : made;
    else if (made === GONE) Reflect.deleteProperty(copy, key);
    else setOwn(copy, key, made);
  }
  return copy ?? value;
}

/** The value at a path without `*`; undefined when there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as JsonObject)[name];
  }
  return found;
}

/** A copy of an object, `__proto__` included. */
function copyOf(object: JsonObject): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(object)) setOwn(copy, key, object[key]);
  return copy;
}

/**
 * An object with a value put at a path, where the objects that hold it are made as needed; null when something that is no
 * object stands in the way, or a value is there already.
 */
export function putAt(object: JsonObject, path: Path, value: unknown, at = 0): JsonObject | null {
  const name = path[at]!;
  const there = Object.hasOwn(object, name) ? object[name] : undefined;
  let put = value;
  if (at < path.length - 1) {
    if (there !== undefined && (typeof there !== 'object' || there === null || Array.isArray(there))) return null;
    const inner = putAt((there ?? {}) as JsonObject, path, value, at + 1);
    if (inner === null) return null;
    put = inner;
  } else if (there !== undefined) return null;
  const copy = copyOf(object);
  setOwn(copy, name, put);
  return copy;
}
