/** Whether the same request may yet succeed, and what that takes. */
export type Again =
  /** After a short wait: the connection broke or stalled, or the store stumbled. */
  | 'soon'
  /** After a longer one: the store asks for fewer requests. */
  | 'later'
  /** With credentials that are fetched again, once. */
  | 'renewed'
  /** By the store's clock, once. */
  | 'by its clock'
  /** The answer will be the same. */
  | 'never';

/** Codes of this reader's own, beside S3's and the network's. */
export const TRUNCATED = 'Truncated';
export const CORRUPT = 'ChecksumMismatch';
export const REPLACED = 'Replaced';
export const ABORTED = 'Aborted';
export const TOO_LARGE = 'TooLarge';
export const TOO_SLOW = 'TooSlow';
export const NO_CREDENTIALS = 'NoCredentials';

/** By what S3, or this reader, calls it. */
export const AGAIN_BY_CODE: Readonly<Record<string, Again>> = {
  [TRUNCATED]: 'soon',
  [CORRUPT]: 'soon',
  [TOO_SLOW]: 'soon',
  [REPLACED]: 'never',
  [ABORTED]: 'never',
  [TOO_LARGE]: 'never',
  [NO_CREDENTIALS]: 'never',
  // Comes with 400: the request did not arrive as a whole.
  RequestTimeout: 'soon',
  InternalError: 'soon',
  SlowDown: 'later',
  ServiceUnavailable: 'later',
  Throttling: 'later',
  ThrottlingException: 'later',
  RequestLimitExceeded: 'later',
  TooManyRequests: 'later',
  ExpiredToken: 'renewed',
  ExpiredTokenException: 'renewed',
  TokenRefreshRequired: 'renewed',
  InvalidToken: 'renewed',
  InvalidAccessKeyId: 'renewed',
  SignatureDoesNotMatch: 'renewed',
  AuthFailure: 'renewed',
  RequestExpired: 'renewed',
  RequestTimeTooSkewed: 'by its clock',
};

/**
 * By the status of an answer whose code is not listed, a proxy's say. Below 500 all others will be the same again; above,
 * they are of proxies' own making and may not.
 */
export const AGAIN_BY_STATUS: Readonly<Record<number, Again>> = {
  408: 'soon',
  429: 'later',
  500: 'soon',
  501: 'never',
  502: 'soon',
  503: 'later',
  504: 'soon',
};

/** Without an answer: a certificate does not become valid by asking again, nor a closed store open. */
const FINAL_WITHOUT_ANSWER = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|UND_ERR_(?:INVALID|DESTROYED|CLOSED)/;

/** Looks a failure up: by its code, else by its status, else as one of the network. */
export function again(code: string, status: number | undefined): Again {
  const byCode = Object.hasOwn(AGAIN_BY_CODE, code) ? AGAIN_BY_CODE[code] : undefined;
  if (byCode !== undefined) return byCode;
  if (status !== undefined) return AGAIN_BY_STATUS[status] ?? (status > 500 ? 'soon' : 'never');
  return FINAL_WITHOUT_ANSWER.test(code) ? 'never' : 'soon';
}
