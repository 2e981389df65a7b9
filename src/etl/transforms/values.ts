import { LIMITS, type JsonObject } from '../pipeline/record.ts';

/** What a client's value becomes in a column. Each function returns null for what it cannot represent. */

/** Text: strings as they are, numbers and booleans as JSON writes them; empty text is null, and so is 1e400. */
export function asText(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  return typeof value === 'boolean' ? String(value) : null;
}

export function asBoolean(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (value === 'true') return true;
  if (value === 'false') return false;
  return null;
}

// Longer decimals and larger exponents than these are no price; Postgres' numeric ends at some point and this does before.
const DECIMAL = /^[+-]?(?:\d{1,100}(?:\.\d{0,100})?|\.\d{1,100})(?:e[+-]?\d{1,3})?$/i;

/** A number as `JSON.parse` gave it, or a decimal as text, kept digit by digit. What is no finite number is null. */
export function asNumeric(value: unknown): number | string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return DECIMAL.test(text) && Number.isFinite(Number(text)) ? text : null;
}

/** A whole number that fits Postgres' integer, as a number or in digits. */
export function asInteger(value: unknown): number | null {
  const number = typeof value === 'string' && /^[+-]?\d{1,10}$/.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) return null;
  return number >= -2147483648 && number <= 2147483647 ? number : null;
}

/** A JSON object, and nothing else that `typeof` calls one. */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/**
 * The first of up to three values that says something: null and empty text do not. Of values, not of names: V8 reads
 * a property fastest where it is named in its place.
 */
export function firstOf(first: unknown, second?: unknown, third?: unknown): unknown {
  if (isSaid(first)) return first;
  if (isSaid(second)) return second;
  return isSaid(third) ? third : undefined;
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Why a value cannot be an id: a sentence for the reject, or undefined when it can. */
export function idTooLong(name: string, value: unknown): string | undefined {
  // A character takes at most 3 bytes per UTF-16 unit, so short texts need not be measured.
  if (typeof value !== 'string' || value.length * 3 <= LIMITS.id_bytes) return undefined;
  const length_bytes = Buffer.byteLength(value);
  if (length_bytes <= LIMITS.id_bytes) return undefined;
  return `${name} takes ${length_bytes} bytes; an id has at most ${LIMITS.id_bytes}`;
}
