import { ClickstreamError } from '../../../errors.ts';

/** What went wrong with one request to S3, whichever client made it. */
export interface FailureDetails {
  /** S3's own code such as `SlowDown`, or that of the network error, such as `ECONNRESET`. */
  readonly code: string;
  /** Absent when no answer came. */
  readonly status?: number | undefined;
  /** The region that the bucket is in, if the answer told it. */
  readonly bucketRegion?: string | undefined;
  /** What S3 said beside the code. */
  readonly message?: string | undefined;
  readonly cause?: unknown;
}

/** A request to S3 that failed; becomes a coded error once no further try is made. */
export class S3Failure extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly bucketRegion: string | undefined;

  constructor({ code, status, bucketRegion, message, cause }: FailureDetails) {
    super(message ?? code, cause === undefined ? undefined : { cause });
    this.name = 'S3Failure';
    this.code = code;
    this.status = status;
    this.bucketRegion = bucketRegion;
  }
}

/** Codes of this reader's own, beside S3's and the network's. */
export const TRUNCATED = 'Truncated';
export const CORRUPT = 'ChecksumMismatch';
export const REPLACED = 'Replaced';
export const ABORTED = 'Aborted';
export const TOO_LARGE = 'TooLarge';

/** What is worth another try although its status is not. `RequestTimeout` comes with 400. */
const TRANSIENT = new Set([TRUNCATED, CORRUPT, 'RequestTimeout', 'SlowDown', 'Throttling', 'ThrottlingException']);
/** An answer that will be the same the next time. */
const FINAL = new Set([ABORTED, TOO_LARGE, REPLACED, 'NoCredentials']);
/** Without an answer: a certificate does not become valid by asking again, nor a closed store open. */
const FINAL_WITHOUT_ANSWER = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|UND_ERR_(?:INVALID|DESTROYED|CLOSED)/;

/** Whether asking again may help: the connection broke or stalled, or the store had no time. */
export function isRetryable({ code, status }: S3Failure): boolean {
  if (FINAL.has(code)) return false;
  if (TRANSIENT.has(code)) return true;
  if (status === undefined) return !FINAL_WITHOUT_ANSWER.test(code);
  return status === 429 || status === 408 || (status >= 500 && status !== 501);
}

/** Whether the store asks for fewer requests. */
export function isThrottled({ code, status }: S3Failure): boolean {
  return status === 503 || status === 429 || code === 'SlowDown';
}

/** Whether other credentials may help: those in hand have expired or were rotated away. */
export function isOfCredentials({ code }: S3Failure): boolean {
  return CREDENTIALS.has(code);
}

const CREDENTIALS = new Set([
  ...['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'InvalidToken', 'InvalidAccessKeyId'],
  ...['SignatureDoesNotMatch', 'AuthFailure', 'RequestExpired'],
]);

/** What to do about a failure, as a coded error; `key` is absent for a listing. */
export function codedError(failure: S3Failure, bucket: string, key?: string): ClickstreamError {
  const { code, status, bucketRegion } = failure;
  const coded = (errorCode: string, message: string): ClickstreamError =>
    new ClickstreamError({ code: errorCode, stage: key === undefined ? 'list' : 'read', message, cause: failure });
  if (bucketRegion !== undefined) {
    return coded('wrong_region', `The bucket ${bucket} is in ${bucketRegion}. Set AWS_REGION to ${bucketRegion}.`);
  }
  const what = key ?? `The listing of ${bucket}`;
  switch (code) {
    case ABORTED:
      return coded('aborted', 'Reading was stopped.');
    case TRUNCATED:
      return coded('object_truncated', `${what} ended before its size was reached. Run the hour again.`);
    case CORRUPT:
      return coded(
        'object_corrupt',
        `${what} did not arrive as it was stored, says its checksum or its length. Run the hour again.`,
      );
    case TOO_LARGE:
      if (key === undefined) return listingError(bucket, 'an answer is larger than a page can be');
      return coded('object_replaced', `${key} was replaced by a much larger object. Run the hour again.`);
    case REPLACED:
    case 'PreconditionFailed':
      return coded('object_replaced', `${what} was replaced while it was read. Run the hour again.`);
    case 'NoSuchBucket':
      return coded('missing_bucket', `The bucket ${bucket} does not exist. Correct RAW_BUCKET_NAME, or create it.`);
    case 'NoSuchKey':
      return coded('object_missing', `${what} was listed and is gone.`);
    case 'InvalidObjectState':
      return coded('object_archived', `${what} is in an archive tier. Restore it, then run its hour again.`);
    case 'NoCredentials':
      return coded('no_credentials', 'No AWS credentials were found. Give the function a role, or set AWS_PROFILE.');
    case 'RequestTimeTooSkewed':
      return coded('clock_skewed', "This machine's clock is more than 15 minutes off. Correct it.");
  }
  if (isOfCredentials(failure)) {
    return coded('credentials_refused', `S3 refused the AWS credentials (${code}). Renew or correct them.`);
  }
  if (status === 403 || status === 401) {
    return coded(
      'access_denied',
      `S3 refused to ${key === undefined ? `list ${bucket}` : `give ${key}`} (${code}). The role needs s3:ListBucket ` +
        'on the bucket and s3:GetObject on its objects.',
    );
  }
  const reason = [code, status].filter((part) => part !== undefined && part !== '').join(' ');
  return coded(
    'store_unavailable',
    `${what} could not be read (${reason}). What was committed stays; run the hour again.`,
  );
}

/** An answer to LIST that must not be taken for the bucket's content. */
export function listingError(bucket: string, reason: string, code = 'invalid_listing'): ClickstreamError {
  return new ClickstreamError({
    code,
    stage: 'list',
    message: `The listing of ${bucket} cannot be trusted: ${reason}. Check AWS_ENDPOINT_URL_S3 and what stands before it.`,
  });
}
