import { LIMITS } from '../etl/pipeline/record.ts';
import { isNestedDeeperThan, withoutDeepElements } from './nesting.ts';
import { Refusal, badBody } from './refusal.ts';

/** Stands in an array for an event that is nested deeper than the ETL reads. */
export const TOO_DEEP = Symbol('too deep');

/** A body as the gateway hands it over. */
export interface RawBody {
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/**
 * Turns a request's body into the JSON value it holds, whatever its content type. Sizes are those of the bytes the
 * client sent, after base64; a byte order mark is skipped. An event too deep for the ETL is one bad event of its array, in
 * whose place {@link TOO_DEEP} stands.
 *
 * @throws Refusal 413 for a body of more than `max_bytes`; 400 for one that is empty, not UTF-8, nested deeper than the
 * ETL reads, or not JSON
 */
export function parseBody(raw: RawBody, max_bytes: number): unknown {
  const text = decodeText(raw, max_bytes);
  // JSON.parse takes any depth, but JSON.stringify recurses and throws at a few thousand levels; and what is deeper
  // than the ETL's limit would only be rejected there.
  const isBatch = /^\s*\[/.test(text);
  if (!isNestedDeeperThan(text, LIMITS.nesting + (isBatch ? 1 : 0))) return parseText(text);
  if (!isBatch) throw badBody('too_deep', `The body is nested deeper than ${LIMITS.nesting} levels`);
  const { text: shallow, cut } = withoutDeepElements(text, LIMITS.nesting);
  const events = parseText(shallow) as unknown[];
  for (const index of cut) events[index] = TOO_DEEP;
  return events;
}

function parseText(text: string): unknown {
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
