/** Why a piece of an object's text is no record. The detail describes the fault and never holds any of the text. */
export class Flaw {
  readonly code: string;
  readonly detail: string;

  constructor(code: string, detail: string) {
    this.code = code;
    this.detail = detail;
  }
}

export const FLAWS = {
  unexpected: new Flaw('syntax_error', 'a JSON value, a comma or the end of the array was expected'),
  unfinished: new Flaw('syntax_error', 'the text ends inside a JSON value'),
  unclosedArray: new Flaw('syntax_error', 'the text ends inside an array of records'),
  tooLarge: new Flaw('record_too_large', 'the record is larger than a record may be'),
  tooDeep: new Flaw('too_deep', 'the record is nested deeper than a record may be'),
  invalidUtf8: new Flaw('invalid_utf8', 'the record holds bytes that are not UTF-8'),
  gzipTruncated: new Flaw('gzip_truncated', 'the gzip data ends before its trailer'),
  gzipCorrupt: new Flaw('gzip_corrupt', 'the gzip data cannot be inflated, or its checksum is wrong'),
  gzipTrailingJunk: new Flaw('gzip_trailing_junk', 'the gzip data is followed by bytes that are not gzip'),
} as const;

/** What V8 says of a syntax error without quoting the text. Its other messages quote it, so they are not passed on. */
const SAFE_REASONS = [
  'Unexpected end',
  'Unterminated string',
  'Bad control character in string literal',
  'Bad escaped character',
  'Bad Unicode escape',
  'Expected double-quoted property name',
  "Expected property name or '}'",
  "Expected ':' after property name",
  "Expected ',' or '}' after property value",
  "Expected ',' or ']' after array element",
  'Unexpected non-whitespace character after JSON',
  'No number after minus sign',
  'Unterminated fractional number',
  'Exponent part is missing a number',
].map((reason) => ({ reason, flaw: new Flaw('syntax_error', `not valid JSON: ${reason.toLowerCase()}`) }));

const UNEXPECTED_TOKEN = new Flaw('syntax_error', 'not valid JSON: unexpected character');

/** The flaw for what `JSON.parse` threw. */
export function syntaxFlaw(error: unknown): Flaw {
  const message = error instanceof Error ? error.message : '';
  return SAFE_REASONS.find(({ reason }) => message.startsWith(reason))?.flaw ?? UNEXPECTED_TOKEN;
}

const NOT_AN_OBJECT = new Map(
  ['null', 'array', 'string', 'number', 'boolean'].map((type) => [
    type,
    new Flaw('not_an_object', `a record is a JSON object, and this is of type ${type}`),
  ]),
);

/** The flaw of a valid JSON value that is no object. */
export function notAnObject(value: unknown): Flaw {
  return NOT_AN_OBJECT.get(value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)!;
}
