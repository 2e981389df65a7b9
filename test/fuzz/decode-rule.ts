/**
 * The rule by which an object's text falls into records, written down once more: without chunks, without positions and
 * without regard to speed, by a grammar of JSON instead of the decoder's counting of brackets.
 */

/** A piece of a text: `[start, end)` in bytes, and its event, or the code that it is rejected under. */
export interface ExpectedPiece {
  readonly start: number;
  readonly end: number;
  readonly event?: unknown;
  readonly code?: string;
}

const BYTE_ORDER_MARK = '\xef\xbb\xbf';

/** The pieces of a text that keeps within all limits. */
export function piecesByTheRule(text: Buffer): ExpectedPiece[] {
  // A character for each byte, so that places in it are places in the text.
  const bytes = text.toString('latin1');
  const begin = bytes.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  const firstLine = afterBlanks(bytes, begin);
  if (firstLine === bytes.length) return [];
  const endOfFirst = endOfLine(bytes, firstLine);
  const spans = isOneValue(bytes, firstLine, endOfFirst)
    ? linesFrom(bytes, firstLine)
    : valuesFrom(bytes, firstLine, bytes.length);
  return spans.map((span) => judged(text, span));
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly broken: boolean;
}

function linesFrom(bytes: string, from: number): Span[] {
  const spans: Span[] = [];
  for (let at = from; at < bytes.length; at = endOfLine(bytes, at) + 1) {
    let end = endOfLine(bytes, at);
    while (end > at && isBlank(bytes, end - 1)) end--;
    const start = afterBlanks(bytes, at, end);
    if (start === end) continue;
    if (isOneValue(bytes, start, end)) spans.push(...valuesFrom(bytes, start, end));
    else spans.push({ start, end, broken: true });
  }
  return spans;
}

/** Values one after another, the elements of arrays in their place; what follows the first error is one piece. */
function valuesFrom(bytes: string, from: number, to: number): Span[] {
  const spans: Span[] = [];
  let at = from;
  const value = (): boolean => {
    const end = endOfValue(bytes, at, to);
    if (end === undefined) return false;
    spans.push({ start: at, end, broken: false });
    at = end;
    return true;
  };
  const array = (): boolean => {
    at = afterBlanks(bytes, at + 1, to);
    if (bytes[at] === ']') return ++at > 0;
    for (;;) {
      if (!value()) return false;
      at = afterBlanks(bytes, at, to);
      if (at < to && bytes[at] === ']') return ++at > 0;
      if (at >= to || bytes[at] !== ',') return false;
      at = afterBlanks(bytes, at + 1, to);
    }
  };
  for (;;) {
    at = afterBlanks(bytes, at, to);
    if (at >= to) return spans;
    if (bytes[at] === '[' ? array() : value()) continue;
    spans.push({ start: at, end: to, broken: true });
    return spans;
  }
}

function judged(text: Buffer, { start, end, broken }: Span): ExpectedPiece {
  if (broken) return { start, end, code: 'syntax_error' };
  let piece: string;
  try {
    piece = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text.subarray(start, end));
  } catch {
    return { start, end, code: 'invalid_utf8' };
  }
  const event = JSON.parse(piece) as unknown;
  const isObject = typeof event === 'object' && event !== null && !Array.isArray(event);
  return isObject ? { start, end, event } : { start, end, code: 'not_an_object' };
}

function isOneValue(bytes: string, from: number, to: number): boolean {
  const end = endOfValue(bytes, from, to);
  return end !== undefined && afterBlanks(bytes, end, to) === to;
}

const SCALAR = /[^[\]{}", \t\r\n]+/y;
const NUMBER_OR_WORD = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;
// eslint-disable-next-line no-control-regex
const STRING = /"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y;

/** Where the JSON value at `at` ends; undefined when there is none, or none that ends by `to`. */
function endOfValue(bytes: string, at: number, to: number): number | undefined {
  const end = value(bytes, at);
  return end !== undefined && end <= to ? end : undefined;
}

function value(bytes: string, at: number): number | undefined {
  const first = bytes[at];
  if (first === '{') return members(bytes, at + 1, '}', member);
  if (first === '[') return members(bytes, at + 1, ']', value);
  if (first === '"') return matched(STRING, bytes, at);
  const end = matched(SCALAR, bytes, at);
  return end !== undefined && NUMBER_OR_WORD.test(bytes.slice(at, end)) ? end : undefined;
}

function members(bytes: string, from: number, close: string, one: typeof value): number | undefined {
  let at = afterBlanks(bytes, from);
  if (bytes[at] === close) return at + 1;
  for (;;) {
    const end = one(bytes, at);
    if (end === undefined) return undefined;
    at = afterBlanks(bytes, end);
    if (bytes[at] === close) return at + 1;
    if (bytes[at] !== ',') return undefined;
    at = afterBlanks(bytes, at + 1);
  }
}

function member(bytes: string, at: number): number | undefined {
  const name = matched(STRING, bytes, at);
  if (name === undefined) return undefined;
  const colon = afterBlanks(bytes, name);
  return bytes[colon] === ':' ? value(bytes, afterBlanks(bytes, colon + 1)) : undefined;
}

function matched(pattern: RegExp, bytes: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(bytes) ? pattern.lastIndex : undefined;
}

function isBlank(bytes: string, at: number): boolean {
  return ' \t\r\n'.includes(bytes[at]!);
}

function afterBlanks(bytes: string, from: number, to = bytes.length): number {
  let at = from;
  while (at < to && isBlank(bytes, at)) at++;
  return at;
}

function endOfLine(bytes: string, from: number): number {
  const end = bytes.indexOf('\n', from);
  return end < 0 ? bytes.length : end;
}
