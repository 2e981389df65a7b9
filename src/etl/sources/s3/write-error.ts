import { ClickstreamError } from '../../../errors.ts';

/** What the AWS SDK throws. */
interface SdkError {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The status of the answer that an error came of, if one came. */
export function statusOf(error: unknown): number | undefined {
  return (error as SdkError | undefined)?.$metadata?.httpStatusCode;
}

/** What to do about a look at an object, or a write of it, that failed. */
export function writerError(error: unknown, key: string, verb: 'look at' | 'write'): ClickstreamError {
  if (error instanceof ClickstreamError) return error;
  const status = statusOf(error);
  const { name = '' } = error as SdkError;
  const coded = (code: string, message: string): ClickstreamError =>
    new ClickstreamError({ code, stage: verb === 'write' ? 'write' : 'read', message, cause: error });
  if (status === 401 || status === 403) {
    return coded(
      verb === 'write' ? 'write_denied' : 'access_denied',
      `S3 refused to ${verb} ${key} (${name}). --raw needs s3:PutObject on events/*, beside s3:ListBucket on the bucket ` +
        'and s3:GetObject on its objects; kms:GenerateDataKey and kms:Decrypt where they are encrypted with a key of KMS; ' +
        's3:GetObjectTagging and s3:PutObjectTagging where they have tags. What was rewritten stays; run it again.',
    );
  }
  if (name === 'CredentialsProviderError' || name === 'NoCredentials') {
    return coded('no_credentials', 'No AWS credentials were found. Set AWS_PROFILE, or give the machine a role.');
  }
  const reason = [name, status].filter((part) => part !== undefined && part !== '').join(' ');
  return coded(
    'store_unavailable',
    `${key} could not be ${verb === 'write' ? 'written' : 'looked at'} (${reason}). What was rewritten stays; run it again.`,
  );
}

/** A store that takes a write whose condition does not hold: what somebody stores meanwhile would be lost. */
export function conditionsIgnored(): ClickstreamError {
  return new ClickstreamError({
    code: 'conditions_ignored',
    stage: 'write',
    message:
      'This store takes writes whose If-Match does not hold, so that nothing in it can be replaced safely. Use one that ' +
      'goes by it, or let raw objects go by a lifecycle rule.',
  });
}

/** A store that refuses a write whose condition does hold. */
export function conditionsRefused(key: string): ClickstreamError {
  return new ClickstreamError({
    code: 'conditions_refused',
    stage: 'write',
    message:
      `This store refuses to replace ${key} if it is unchanged (If-Match), though it is. Ceph's gateway does so in buckets ` +
      'that keep versions. What was rewritten stays; let the rest go by a lifecycle rule.',
  });
}

/** An object that one PutObject cannot write. */
export function tooLargeToWrite(key: string): ClickstreamError {
  return new ClickstreamError({
    code: 'object_too_large',
    stage: 'write',
    message: `${key} has more than 5 GiB, which S3 does not take at one go. Split it into smaller objects, or delete it.`,
  });
}
