const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/**
 * A 53-bit hash of a record's JSON text, white space between its tokens left out, so that the same event gives the same
 * hash whether it was stored on a line, in an array or indented. It decides between two records with one id that were
 * received in the same millisecond, and tells a rerun's record (the same hash) from another event's.
 *
 * Two multiplicative 32-bit lanes; not meant to resist anyone who looks for collisions, which would only ever concern
 * that client's own events.
 */
export function recordHash(bytes: Buffer, from: number, to: number): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  let inString = false;
  for (let at = from; at < to; at += 1) {
    let byte = bytes[at]!;
    if (byte === QUOTE) inString = !inString;
    else if (byte <= SPACE && !inString) continue;
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x5bd1e995) ^ (high >>> 15);
    if (byte === BACKSLASH && at + 1 < to) {
      // The escaped byte belongs to the string, a quote too.
      at += 1;
      byte = bytes[at]!;
      low = Math.imul(low ^ byte, 0x01000193);
      high = Math.imul(high ^ byte, 0x5bd1e995) ^ (high >>> 15);
    }
  }
  low ^= low >>> 16;
  low = Math.imul(low, 0x85ebca6b);
  low ^= low >>> 13;
  return (high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0);
}
