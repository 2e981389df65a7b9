// The AWS SDK alone: lists the bench's hour and gets every object, as many at once as the ETL does, and does nothing with them.
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { pMapIterable } from 'p-map';
import { hourUnit } from '../../src/etl/pipeline/hours.ts';
import { BENCH_HOUR_MS } from '../synthetic.ts';
import { given, measured } from './measured.ts';

const CONCURRENCY = 64;

await measured(async () => {
  const Bucket = given('RAW_BUCKET_NAME');
  const client = new S3Client({ endpoint: given('AWS_ENDPOINT_URL_S3'), forcePathStyle: true, region: 'us-east-1' });
  async function* keys(): AsyncGenerator<string> {
    const { prefix } = hourUnit(BENCH_HOUR_MS);
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix })) {
      for (const { Key } of page.Contents ?? []) yield Key!;
    }
  }
  const get = async (Key: string): Promise<number> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body!.transformToByteArray()).length;
  };
  let objects = 0;
  for await (const bytes of pMapIterable(keys(), get, { concurrency: CONCURRENCY, backpressure: 8 * CONCURRENCY })) {
    if (bytes > 0) objects += 1;
  }
  client.destroy();
  return { objects };
});
