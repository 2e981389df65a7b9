import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COMMA, isBlank, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './text.ts';

const PLAIN = 0;
const OPENS = 1;
const CLOSES = 2;
const QUOTES = 3;

/** What a byte outside of strings does. One table look-up per byte scans a third faster than comparisons do. */
const EFFECT = new Uint8Array(256);
EFFECT[OPEN_BRACKET] = EFFECT[OPEN_BRACE] = OPENS;
EFFECT[CLOSE_BRACKET] = EFFECT[CLOSE_BRACE] = CLOSES;
EFFECT[QUOTE] = QUOTES;

/** The bytes that a number, `true`, `false` or `null` begins with. */
const BEGINS_SCALAR = new Set(Buffer.from('-0123456789tfn'));

function endsScalar(byte: number): boolean {
  return EFFECT[byte] !== PLAIN || byte === COMMA || isBlank(byte);
}

/**
 * Finds where a JSON value ends, over any number of chunks, by counting brackets outside of strings. Whether it is
 * valid is for `JSON.parse` to say: only there is a mismatch such as `{]` seen.
 */
export class ValueScanner {
  /** The deepest nesting seen in the value; `{}` is 1. */
  deepest = 0;
  /** A number, `true`, `false` or `null`: it ends before the byte that cannot belong to it, or with the text. */
  scalar = false;
  private depth = 0;
  private inString = false;
  private escaped = false;

  /** Makes ready for a value whose first byte this is; false if no value begins so. */
  begin(first: number): boolean {
    this.deepest = this.depth = 0;
    this.inString = this.escaped = false;
    this.scalar = BEGINS_SCALAR.has(first);
    return this.scalar || EFFECT[first] === OPENS || first === QUOTE;
  }

  /** Scans on in `bytes[from .. to)`, which at first begins with the value. Returns where it ends, -1 if further on. */
  scan(bytes: Buffer, from: number, to: number): number {
    let at = from;
    if (this.scalar) {
      while (at < to) {
        if (endsScalar(bytes[at]!)) return at;
        at++;
      }
      return -1;
    }
    let { depth, deepest } = this;
    let inString = this.inString;
    if (this.escaped && at < to) {
      this.escaped = false;
      at++;
    }
    while (at < to) {
      // Strings have a loop of their own: 0.85 GB/s, where a flag looked at for every byte gave 0.6.
      if (inString) {
        for (;;) {
          if (at >= to) return this.pause(depth, deepest, true);
          const byte = bytes[at++]!;
          if (byte === QUOTE) break;
          if (byte !== BACKSLASH) continue;
          this.escaped = at === to;
          at++;
        }
        inString = false;
        if (depth === 0) return at;
        continue;
      }
      const effect = EFFECT[bytes[at++]!]!;
      if (effect === PLAIN) continue;
      if (effect === QUOTES) inString = true;
      else if (effect === OPENS) {
        if (++depth > deepest) deepest = depth;
      } else if (--depth === 0) {
        this.deepest = deepest;
        return at;
      }
    }
    return this.pause(depth, deepest, inString);
  }

  private pause(depth: number, deepest: number, inString: boolean): -1 {
    this.depth = depth;
    this.deepest = deepest;
    this.inString = inString;
    return -1;
  }
}

/** How deeply the JSON value that `bytes[from .. to)` begins with is nested. */
export function nestingOf(bytes: Buffer, from: number, to: number): number {
  const scanner = new ValueScanner();
  if (scanner.begin(bytes[from]!)) scanner.scan(bytes, from, to);
  return scanner.deepest;
}
