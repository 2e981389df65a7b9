import { column, type Column, type ColumnType } from './column.ts';
import type { Transform } from './transform.ts';

/** Looks at what somebody gave who had no compiler, and says what it is in words that can stand in a message. */

/** `an array`, `a function`, `undefined`, `a promise`, `the text "abc"`. */
export function whatItIs(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (isPromise(value)) return 'a promise';
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 40))}`;
  if (isTransform(value)) return `the transform ${value.name}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

export function isAsync(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncFunction]';
}

/** By its shape: a transform may have been made by another copy of this code. */
export function isTransform(value: unknown): value is Transform {
  if (typeof value !== 'object' || value === null) return false;
  const { name, needs, adds, open } = value as Partial<Transform>;
  return typeof name === 'string' && isColumns(needs) && isColumns(adds) && typeof open === 'function';
}

function isColumns(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(isColumn);
}

const TYPES: ReadonlySet<ColumnType> = new Set(Object.values(column).map((declare) => declare().type));

export function isColumn(value: unknown): value is Column {
  return typeof value === 'object' && value !== null && TYPES.has((value as Partial<Column>).type!);
}
