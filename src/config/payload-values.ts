import { ClickstreamError } from '../errors.ts';
import { shown } from './shown.ts';

/** S3 refuses longer keys. */
const LONGEST_KEY_BYTES = 1024;

/** A payload that cannot be followed; the message names the key. Raised before anything is touched. */
export function invalidPayload(message: string): ClickstreamError {
  return new ClickstreamError({ code: 'invalid_payload', stage: 'config', message });
}

/** One key's value is wrong; `allowed` goes on after "give". */
export function wrongValue(key: string, value: unknown, allowed: string): ClickstreamError {
  return invalidPayload(`${key} is ${value === '' ? 'empty' : shown(value)}: give ${allowed}.`);
}

/**
 * Whether a value can be an S3 key, or the beginning of one, that a checkpoint can hold: PostgreSQL's text has no
 * U+0000, and half a surrogate pair would come back as another character.
 */
export function isKeyText(value: unknown): value is string {
  return typeof value === 'string' && Buffer.byteLength(value) <= LONGEST_KEY_BYTES && !/[\p{Cc}\p{Cs}]/u.test(value);
}
