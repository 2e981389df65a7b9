/**
 * Tells whether objects and arrays nest deeper than `limit` in a JSON text, in one pass and without recursion. Text
 * that is not JSON gives some answer, never an error.
 */
export function isNestedDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (inString) {
      if (unit === BACKSLASH) at++;
      else if (unit === QUOTE) inString = false;
    } else if (unit === QUOTE) {
      inString = true;
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      if (++depth > limit) return true;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      depth--;
    }
  }
  return false;
}

/** The text of an array, with `null` in the place of what was cut out of it. */
export interface CutArray {
  readonly text: string;
  /** Indexes of the elements that were cut out. */
  readonly cut: readonly number[];
}

/**
 * Cuts those elements out of the text of a JSON array that nest deeper than `limit` themselves, so that the others can
 * be parsed. As {@link isNestedDeeperThan} does, it takes any text.
 */
export function withoutDeepElements(text: string, limit: number): CutArray {
  const cut: number[] = [];
  const kept: string[] = [];
  let kept_to = 0;
  let index = 0;
  let from = 0;
  let depth = 0;
  let deepest = 0;
  let inString = false;
  const endElement = (to: number): void => {
    if (deepest > limit + 1) {
      kept.push(text.slice(kept_to, from), 'null');
      kept_to = to;
      cut.push(index);
    }
    index += 1;
    from = to + 1;
    deepest = 0;
  };
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (inString) {
      if (unit === BACKSLASH) at++;
      else if (unit === QUOTE) inString = false;
    } else if (unit === QUOTE) {
      inString = true;
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      if (++depth === 1) from = at + 1;
      else if (depth > deepest) deepest = depth;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      if (--depth === 0) endElement(at);
    } else if (unit === COMMA && depth === 1) {
      endElement(at);
    }
  }
  // An array that does not end is no JSON either way, but must not be parsed as deep as it is.
  if (depth > 0) endElement(text.length);
  kept.push(text.slice(kept_to));
  return { text: kept.join(''), cut };
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
