import xxhash from 'xxhash-wasm';
import type { JsonObject } from '../pipeline/record.ts';

/** The hash of a record: its event, and where its text lies in a buffer. A whole number of 52 bits. */
export type RecordHash = (event: JsonObject, bytes: Buffer, from: number, to: number) => number;

/** Of 64 bits those that a double does not hold. */
const BITS_LEFT_OUT = 12n;

/**
 * Loads the hash of a record as it was sent. It decides between two records with one id that were received in the same
 * millisecond, and tells a rerun's record (the same hash) from another event's.
 *
 * On a line, in an array, indented or with a blank after colons and commas, an event has one hash: that of its text as
 * `JSON.stringify` writes it, which is how the ingest stores it. That text is hashed as it lies; only others are written
 * anew. One in a style of its own (`{"a" :1}`) has a hash of its own, and the same row.
 *
 * It is XXH64, the upper 52 bits: nobody gains by finding two records of one hash, and for 700 bytes it takes a third of
 * SHA-1's time.
 */
export async function loadRecordHash(): Promise<RecordHash> {
  const xxh = await xxhash();
  return (event, bytes, from, to) =>
    Number(
      (isSpaced(bytes, from) ? xxh.h64(JSON.stringify(event)) : xxh.h64Raw(bytes.subarray(from, to))) >> BITS_LEFT_OUT,
    );
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether an object's text is indented, or has blanks where JSON writers that use them put one: its first key tells, since
 * writers are of one style throughout. Looking for blanks in all of it takes longer than the hash.
 */
function isSpaced(bytes: Buffer, from: number): boolean {
  if (bytes[from + 1] !== QUOTE) return true;
  let at = from + 2;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return isBlank(bytes[at + 2]);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
