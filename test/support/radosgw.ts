import { randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import type { Origin } from '../../src/etl/pipeline/record.ts';
import type { BucketUnderTest, StoredText } from '../sources/store-cases.ts';

/** An S3 that is not ours, such as Ceph's radosgw; `.ci/ceph.sh` starts one. */
export interface RealS3 {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A bucket on a real S3. */
export interface RealBucket extends BucketUnderTest {
  readonly client: S3Client;
  put(key: string, body: Buffer | string): Promise<Origin>;
}

/** Requests at once; a gateway of one machine is no faster with more. */
const CONCURRENCY = 32;

/** The S3 that the environment names, or undefined; then the reason was printed. */
export function realS3(env: NodeJS.ProcessEnv = process.env): RealS3 | undefined {
  const endpoint = env['CLICKSTREAM_TEST_S3_ENDPOINT'];
  const accessKeyId = env['CLICKSTREAM_TEST_S3_ACCESS_KEY_ID'];
  const secretAccessKey = env['CLICKSTREAM_TEST_S3_SECRET_ACCESS_KEY'];
  if (endpoint && accessKeyId && secretAccessKey) return { endpoint, accessKeyId, secretAccessKey };
  const names = 'CLICKSTREAM_TEST_S3_ENDPOINT, _ACCESS_KEY_ID and _SECRET_ACCESS_KEY';
  console.log(`skipped: no real S3 to test against; ${names} name one, and .ci/ceph.sh starts one`);
  return undefined;
}

/** Gives this process's requests the credentials of a real S3, as a function's role would. */
export function useCredentials({
  accessKeyId,
  secretAccessKey,
}: Pick<RealS3, 'accessKeyId' | 'secretAccessKey'>): void {
  process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
  delete process.env['AWS_SESSION_TOKEN'];
}

/** Makes a bucket of its own, removed with everything in it by `close`. */
export async function freshRealBucket(s3: RealS3): Promise<RealBucket> {
  useCredentials(s3);
  const name = `clickstream-${randomBytes(6).toString('hex')}`;
  const { endpoint, ...credentials } = s3;
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: name }));

  /** What the bucket holds, as the SDK lists it. */
  async function contents(): Promise<Map<string, Origin>> {
    const found = new Map<string, Origin>();
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket: name, ContinuationToken }));
      for (const { Key, ETag, Size, LastModified } of page.Contents ?? []) {
        // This store lists milliseconds, which it does not say of the object itself.
        const lastModified_ms = Math.floor(LastModified!.getTime() / 1000) * 1000;
        found.set(Key!, { key: Key!, etag: ETag!, size_bytes: Size!, lastModified_ms });
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return found;
  }

  const bucket: RealBucket = {
    name,
    endpoint,
    client,
    async putAll(objects) {
      // The SDK takes an empty text for a stream of unknown length.
      const store = ([Key, body]: StoredText) =>
        client.send(new PutObjectCommand({ Bucket: name, Key, Body: Buffer.from(body) }));
      await pMap(objects, store, { concurrency: CONCURRENCY });
      const found = await contents();
      return objects.map(([key]) => found.get(key)!);
    },
    async put(key, body) {
      return (await bucket.putAll([[key, body]]))[0]!;
    },
    async empty() {
      const keys = [...(await contents()).keys()];
      for (let at = 0; at < keys.length; at += 1_000) {
        const Objects = keys.slice(at, at + 1_000).map((Key) => ({ Key }));
        await client.send(new DeleteObjectsCommand({ Bucket: name, Delete: { Objects, Quiet: true } }));
      }
    },
    async close() {
      await bucket.empty();
      await client.send(new DeleteBucketCommand({ Bucket: name }));
      client.destroy();
    },
  };
  return bucket;
}
