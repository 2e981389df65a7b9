import { ClickstreamError } from '../../errors.ts';

/** What the AWS SDK puts on its errors. */
interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function statusOf(error: unknown): number | undefined {
  return (error as SdkError | null)?.$metadata?.httpStatusCode;
}

/** Whether an object is no longer what the listing said. */
export function isPreconditionFailed(error: unknown): boolean {
  return statusOf(error) === 412;
}

/** A body that is not the object. */
export function readError(code: 'truncated' | 'replaced', key: string): ClickstreamError {
  const reason = code === 'truncated' ? 'ended before its size was reached' : 'was replaced while it was read';
  return new ClickstreamError({
    code: `object_${code}`,
    stage: 'read',
    message: `${key} ${reason}. Run the hour again.`,
  });
}

const NETWORK = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Whether reading an object again may help: its body broke off or stalled, or the store had no time. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof ClickstreamError) return error.code === 'object_truncated';
  const status = statusOf(error);
  if (status !== undefined && status >= 400) return status >= 500 || status === 429;
  const { name = '', code = '' } = (error ?? {}) as SdkError;
  if (name === 'AbortError') return false;
  return (
    NETWORK.has(code) || name === 'TimeoutError' || /aborted|premature|socket hang up|checksum/i.test(String(error))
  );
}

/** What to do about what the store answered, as a coded error. Errors that are coded already are left as they are. */
export function sourceError(error: unknown, bucket: string, key?: string): unknown {
  if (error instanceof ClickstreamError) return error;
  const { name = '', code = '' } = (error ?? {}) as SdkError;
  const status = statusOf(error);
  const stage = key === undefined ? 'list' : 'read';
  const coded = (errorCode: string, message: string): ClickstreamError =>
    new ClickstreamError({ code: errorCode, stage, message, cause: error });
  switch (name) {
    case 'AbortError':
      return coded('aborted', 'Reading was stopped.');
    case 'NoSuchBucket':
      return coded('missing_bucket', `The bucket ${bucket} does not exist. Correct RAW_BUCKET_NAME, or create it.`);
    case 'NoSuchKey':
      return coded('object_missing', `${key} was listed and is gone.`);
    case 'InvalidObjectState':
      return coded('object_archived', `${key} is in an archive tier. Restore it, then run its hour again.`);
    case 'CredentialsProviderError':
      return coded('no_credentials', 'No AWS credentials were found. Give the function a role, or set AWS_PROFILE.');
  }
  if (status === 404 && key !== undefined) return coded('object_missing', `${key} was listed and is gone.`);
  if (status === 403 || status === 401) {
    return coded(
      'access_denied',
      `S3 refused to ${key === undefined ? `list ${bucket}` : `give ${key}`} (${name}). The role needs s3:ListBucket ` +
        'on the bucket and s3:GetObject on its objects.',
    );
  }
  const what = key === undefined ? `The listing of ${bucket}` : key;
  const reason = [name, code, status].filter((part) => part !== undefined && part !== '').join(' ');
  return coded(
    'store_unavailable',
    `${what} could not be read (${reason}). What was committed stays; run the hour again.`,
  );
}
