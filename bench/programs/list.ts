// Lists the bench's hour with the product's own code.
import { hourUnit } from '../../src/etl/pipeline/hours.ts';
import { S3Store } from '../../src/etl/sources/s3/store.ts';
import { BENCH_HOUR_MS } from '../synthetic.ts';
import { given, measured } from './measured.ts';

await measured(async () => {
  const store = new S3Store({ bucket: given('RAW_BUCKET_NAME'), endpoint: given('AWS_ENDPOINT_URL_S3') });
  let keys = 0;
  for await (const page of store.list(hourUnit(BENCH_HOUR_MS).prefix, { signal: new AbortController().signal })) {
    keys += page.length;
  }
  await store.close();
  return { keys };
});
