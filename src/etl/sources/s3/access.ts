import type { S3Client } from '@aws-sdk/client-s3';
import { ClickstreamError, configError } from '../../../errors.ts';
import { S3Failure } from './failure.ts';
import type { Credentials, SigningScope } from './signer.ts';

/** Where a bucket is and how requests to it are signed, by the AWS SDK's own rules. */
export interface Access extends SigningScope {
  /** `https://host[:port]` */
  readonly origin: string;
  /** What stands before a key: `/`, or `/bucket/` when the address is path-style. */
  readonly basePath: string;
  /** The SDK's default chain, or what it was given; kept by it until they are about to expire. */
  readonly provide: (options?: { forceRefresh: boolean }) => Promise<Credentials & { readonly expiration?: Date }>;
}

export interface AccessOptions {
  /** A bucket's name, or an access point's ARN. */
  readonly bucket: string;
  /** An S3 that is not Amazon's; addressed path-style. */
  readonly endpoint?: string | undefined;
}

/**
 * Asks the SDK to sign one request and takes it away before it is sent. So regions, profiles, access points, FIPS and
 * dual-stack endpoints, partitions and names that need path-style addresses are all as the SDK has them, at no cost per
 * object. Loading the SDK takes 110 ms, once, and only here.
 *
 * @throws ClickstreamError `missing_region`, `unsupported_bucket`, `invalid_config`; S3Failure `NoCredentials`.
 */
export async function findAccess({ bucket, endpoint }: AccessOptions): Promise<Access> {
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const sign = async (region: string | undefined): Promise<Access> => {
    let caught: SignedRequest | undefined;
    const client = new S3Client({
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(region === undefined ? {} : { region }),
      maxAttempts: 1,
      requestHandler: {
        handle: (request: SignedRequest) => {
          caught = request;
          return Promise.reject(new Error('taken away'));
        },
      },
    });
    try {
      await client.send(new GetObjectCommand({ Bucket: bucket, Key: PROBE_KEY }));
    } catch (error) {
      if (caught === undefined) throw error;
    }
    return accessOf(caught!, client, bucket);
  };
  // AWS's command line and its other SDKs read this one too; the JavaScript SDK alone does not.
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  try {
    return await sign(region).catch((error: unknown) => {
      // A store that is not Amazon's has no regions, but its requests are signed for one.
      if (endpoint !== undefined && isRegionMissing(error)) return sign('us-east-1');
      throw error;
    });
  } catch (error) {
    throw accessError(error, bucket);
  }
}

const PROBE_KEY = 'key';

interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

function accessOf(request: SignedRequest, client: S3Client, bucket: string): Access {
  const { protocol, hostname, port, path, headers } = request;
  const scope = /Credential=[^,]*\/([^/,]+)\/([^/,]+)\/aws4_request/.exec(headers['authorization'] ?? '');
  // Directory buckets have sessions of their own and list in no order, which checkpoints need.
  if (!scope || !path.endsWith(`/${PROBE_KEY}`)) throw unsupported(bucket);
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  return {
    origin: `${protocol}//${host}`,
    host,
    basePath: path.slice(0, -PROBE_KEY.length),
    region: scope[1]!,
    service: scope[2]!,
    provide: client.config.credentials,
  };
}

function isRegionMissing(error: unknown): boolean {
  return error instanceof Error && error.message === 'Region is missing';
}

function accessError(error: unknown, bucket: string): unknown {
  if (error instanceof ClickstreamError) return error;
  if (isRegionMissing(error)) {
    return new ClickstreamError({
      code: 'missing_region',
      stage: 'config',
      message: 'No AWS region is set. Set AWS_REGION to the region that the bucket is in.',
    });
  }
  if (error instanceof Error && /SigV4a|CRT/.test(error.message)) return unsupported(bucket);
  if (error instanceof Error && ['EndpointError', 'InvalidBucketName'].includes(error.name)) {
    return configError(`RAW_BUCKET_NAME is no bucket that S3 could have: ${error.message}`, error);
  }
  return credentialsFailure(error);
}

/** A failure to find credentials: whatever the chain's providers said is kept as the cause. */
export function credentialsFailure(cause: unknown): S3Failure {
  return new S3Failure({ code: 'NoCredentials', cause });
}

function unsupported(bucket: string): ClickstreamError {
  return new ClickstreamError({
    code: 'unsupported_bucket',
    stage: 'config',
    message: `${bucket} is a directory bucket or a multi-region access point; set RAW_BUCKET_NAME to a general purpose bucket or an access point of one region.`,
  });
}
