import { LIMITS } from '../etl/pipeline/record.ts';
import { Refusal, badBody } from './refusal.ts';

/** A body as the gateway hands it over. */
export interface RawBody {
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/**
 * Turns a request's body into the JSON value it holds, whatever its content type. Sizes are those of the bytes the
 * client sent, after base64; a byte order mark is skipped.
 *
 * @throws Refusal 413 for a body of more than `max_bytes`; 400 for one that is empty, not UTF-8, nested deeper than the
 * ETL reads, or not JSON
 */
export function parseBody(raw: RawBody, max_bytes: number): unknown {
  const text = decodeText(raw, max_bytes);
  // JSON.parse takes any depth, but JSON.stringify recurses and throws at a few thousand levels; and what is deeper
  // than the ETL's limit would only be rejected there.
  if (isNestedDeeperThan(text, LIMITS.nesting)) {
    throw badBody('too_deep', `The body is nested deeper than ${LIMITS.nesting} levels`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the body, so it is not passed on.
    throw badBody('not_json', 'The body is not valid JSON');
  }
}

function decodeText({ body, isBase64Encoded }: RawBody, max_bytes: number): string {
  if (body === null || body === '') throw badBody('empty_body', 'The body is empty');
  if (!isBase64Encoded) {
    // UTF-8 has at least a byte for each UTF-16 unit, so the length alone settles most oversized bodies.
    if (body.length > max_bytes || Buffer.byteLength(body) > max_bytes) throw tooLarge(max_bytes);
    return body.startsWith('\uFEFF') ? body.slice(1) : body;
  }
  // Four characters carry at most three bytes: nothing longer than this can fit, so it is not decoded at all.
  if (body.length > Math.ceil(max_bytes / 3) * 4) throw tooLarge(max_bytes);
  // Buffer.from skips what is not base64 without a word, which would make another body of it.
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(body)) throw badBody('not_base64', 'The body is not valid base64');
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length > max_bytes) throw tooLarge(max_bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badBody('not_utf8', 'The body is not valid UTF-8');
  }
}

function tooLarge(max_bytes: number): Refusal {
  return new Refusal({
    statusCode: 413,
    code: 'body_too_large',
    message: `The body is larger than ${max_bytes} bytes`,
  });
}

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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
