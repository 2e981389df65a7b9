import type { LIMITS } from '../record.ts';

/** The limits that decoding keeps, as numbers, so that tests can set small ones. */
export type TextLimits = Readonly<Record<Exclude<keyof typeof LIMITS, 'id_bytes'>, number>>;

export const EMPTY: Buffer = Buffer.alloc(0);

export const NEWLINE = 0x0a;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

/** Whether a byte is what JSON calls whitespace. */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;
}
