import { ClickstreamError } from '../../../errors.ts';
import { ABORTED, again, CORRUPT, NO_CREDENTIALS, REPLACED, TOO_LARGE, TRUNCATED, type Again } from './retry-table.ts';

export { ABORTED, CORRUPT, NO_CREDENTIALS, REPLACED, TOO_LARGE, TOO_SLOW, TRUNCATED } from './retry-table.ts';

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

/** Whether asking again may help, and how. */
export function againOf({ code, status }: S3Failure): Again {
  return again(code, status);
}

/** What to do about a failure, as a coded error; `key` is absent for a listing. */
export function codedError(failure: S3Failure, bucket: string, key?: string): ClickstreamError {
  const { code, status, bucketRegion } = failure;
  const coded = (errorCode: string, message: string): ClickstreamError =>
    new ClickstreamError({ code: errorCode, stage: key === undefined ? 'list' : 'read', message, cause: failure });
  if (bucketRegion !== undefined) {
    return coded('wrong_region', `The bucket ${bucket} is in ${bucketRegion}. Set AWS_REGION to ${bucketRegion}.`);
  }
  if (status === 301) {
    return coded('wrong_region', `The bucket ${bucket} is in another region. Set AWS_REGION to the one it is in.`);
  }
  const what = key ?? `The listing of ${bucket}`;
  switch (code) {
    case ABORTED:
      return coded('aborted', 'Reading was stopped.');
    case TRUNCATED:
      if (key === undefined) return coded('listing_truncated', `${what} broke off, each time. Run the hour again.`);
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
    case NO_CREDENTIALS:
      return coded('no_credentials', 'No AWS credentials were found. Give the function a role, or set AWS_PROFILE.');
    case 'RequestTimeTooSkewed':
      return coded('clock_skewed', "This machine's clock is more than 15 minutes off. Correct it.");
  }
  if (againOf(failure) === 'renewed') {
    return coded('credentials_refused', `S3 refused the AWS credentials (${code}). Renew or correct them.`);
  }
  if (status === 403 || status === 401) {
    return coded(
      'access_denied',
      `S3 refused to ${key === undefined ? `list ${bucket}` : `give ${key}`} (${code}). The role needs s3:ListBucket ` +
        'on the bucket and s3:GetObject on its objects, and kms:Decrypt where they are encrypted with a key of KMS.',
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
