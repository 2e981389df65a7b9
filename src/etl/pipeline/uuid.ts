import { createHash } from 'node:crypto';

// Namespaces of version 5 UUIDs (RFC 9562), so that a client's text can never stand for a place. Fixed for good: another
// one would give every such event a new id, and a rerun would load it twice.
const NAMESPACES = {
  /** Of a text that a client sent as an id. */
  clientId: Buffer.from('6f2a1d0c9b7e4c5aa8f35d1e7c904b26', 'hex'),
  /** Of an event and what a transform calls the part that it made of it. */
  part: Buffer.from('9d0e6b57a1c84f328b7e25c3f0146ad8', 'hex'),
  /** Of an object's key and a record's index in it. */
  place: Buffer.from('c41b7f3e52d84a06951ee07a3b68d9f2', 'hex'),
} as const;

const ACCEPTED = /^(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}$/i;
/** The UUID that names nothing. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/**
 * The canonical form of a UUID in any spelling that Postgres accepts: any case, braces, hyphens after any group of four
 * digits. Undefined for every other text.
 */
export function canonicalUuid(text: string): string | undefined {
  if (readUuid(text, anyWords)) return text;
  const bare = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  if (!ACCEPTED.test(bare)) return undefined;
  return hyphenate(bare.replaceAll('-', '').toLowerCase());
}

const UUID_LENGTH = 36;
const HYPHEN = 0x2d;

/** Where nobody looks at what was read. */
const anyWords = new Uint32Array(4);

/** The values of the characters 0 to 9 and a to f; -1 of all others. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code)));

/** Reads a canonical UUID into four words of 32 bits; false when the text is none. */
export function readUuid(text: string, words: Uint32Array): boolean {
  if (text.length !== UUID_LENGTH) return false;
  let word = 0;
  for (let digit = 0, at = 0; digit < 32; digit += 1, at += 1) {
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (text.charCodeAt(at) !== HYPHEN) return false;
      at += 1;
    }
    const value = DIGITS[text.charCodeAt(at)] ?? -1;
    if (value < 0) return false;
    word = (word << 4) | value;
    if (digit % 8 === 7) words[digit >> 3] = word;
  }
  return true;
}

/** The version 5 UUID of a name: the same name always gives the same id. */
export function uuidOfName(namespace: keyof typeof NAMESPACES, name: string): string {
  const hash = createHash('sha1').update(NAMESPACES[namespace]).update(name, 'utf8').digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hyphenate(hash.toString('hex', 0, 16));
}

function hyphenate(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
