import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIngestHandler } from '../../src/ingest/handler.ts';
import type { GatewayEvent } from '../../src/ingest/request.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket } from '../support/bucket.ts';
import { builtinNames } from './builtins.ts';
import { GATEWAY_CASES } from './requests.ts';

let s3: S3Server;

beforeAll(async () => {
  s3 = await freshBucket();
});

afterAll(() => s3.close());

test('whatever a gateway hands over is answered, and only what is answered with 200 is stored', async () => {
  const failures: unknown[] = [];
  const before = builtinNames();
  const handler = createIngestHandler({
    env: {
      ...process.env,
      RAW_BUCKET_NAME: 'raw',
      AWS_ENDPOINT_URL_S3: s3.url,
      ALLOWED_ORIGINS: 'https://shop.example',
    },
    log: { error: (fields, message) => failures.push({ fields, message }) },
  });
  const outcomes: string[] = [];
  for (const { name, event } of GATEWAY_CASES) {
    s3.deleteObjects('raw');
    const { statusCode, headers, body } = await handler(event as GatewayEvent);
    outcomes.push(`${name}: ${statusCode}, ${s3.listObjects('raw').length} stored`);
    expect(headers, name).not.toHaveProperty('access-control-allow-origin');
    if (statusCode !== 204) {
      expect(JSON.parse(body!), name).toMatchObject({ success: statusCode === 200 });
      expect(Buffer.byteLength(body!), name).toBeLessThan(1000);
    }
  }
  expect(outcomes).toEqual(
    GATEWAY_CASES.map(({ name, status }) => `${name}: ${status}, ${status === 200 ? 1 : 0} stored`),
  );
  expect(failures).toEqual([]);
  expect(builtinNames()).toEqual(before);
  console.log(`${GATEWAY_CASES.length} hostile requests`);
});
