import { randomBytes } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Origin } from '../../src/etl/pipeline/record.ts';
import { createS3Writer } from '../../src/ingest/store.ts';
import { S3Store } from '../../src/etl/sources/s3/store.ts';
import { storeCases } from '../sources/store-cases.ts';
import { collect, NEVER, storesWith, type TestStore } from '../sources/stores.ts';
import { startCuttingProxy } from '../support/radosgw-proxy.ts';
import { freshRealBucket, realS3, useCredentials, type RealBucket } from '../support/radosgw.ts';

const s3 = realS3();

describe.runIf(s3)('a real S3', () => {
  describe.each(storesWith())('read through %s', (_, open) => {
    storeCases(open, () => freshRealBucket(s3!));
  });

  let bucket: RealBucket;
  let store: TestStore;

  beforeAll(async () => {
    bucket = await freshRealBucket(s3!);
    store = new S3Store({ bucket: bucket.name, endpoint: bucket.endpoint });
  });

  afterEach(async () => {
    useCredentials(s3!);
    await bucket.empty();
  });

  afterAll(async () => {
    await store.close();
    await bucket.close();
  });

  const listed = async (from = store): Promise<Origin[]> => (await collect(from.list('', { signal: NEVER }))).flat();

  async function streamed(from: TestStore, origin: Origin, from_bytes = 0): Promise<Buffer> {
    return Buffer.concat(await collect((await from.stream(origin, from_bytes, NEVER)).body));
  }

  test('keeps what is there when a put is meant to make something new', async () => {
    const put = (Body: string) =>
      bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key: 'new', Body, IfNoneMatch: '*' }));
    await put('first');
    await expect(put('second')).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    const [origin] = await listed();
    expect((await store.read(origin!, NEVER)).body.toString()).toBe('first');
  });

  describe('checks who asks', () => {
    test.each([
      ['SignatureDoesNotMatch', 'a wrong secret', { secretAccessKey: 'wrong' }],
      ['InvalidAccessKeyId', 'an unknown key', { accessKeyId: 'NOBODY' }],
    ])('and answers %s to %s', async (code, _, wrong) => {
      const origin = await bucket.put('k', 'v');
      useCredentials({ ...s3!, ...wrong });
      const stranger = new S3Store({ bucket: bucket.name, endpoint: bucket.endpoint });
      const refusal = { code: 'credentials_refused', message: expect.stringMatching(`${code}.*correct`) as string };
      await expect(listed(stranger)).rejects.toMatchObject({ ...refusal, stage: 'list' });
      await expect(stranger.read(origin, NEVER)).rejects.toMatchObject({ ...refusal, stage: 'read' });
      await expect(stranger.stream(origin, 0, NEVER)).rejects.toMatchObject({ ...refusal, stage: 'read' });
      await stranger.close();
    });

    test('and a policy that forbids is an error that names the permissions', async () => {
      const origin = await bucket.put('secret/k', 'v');
      const arn = `arn:aws:s3:::${bucket.name}`;
      const deny = (Action: string, Resource: string) => ({ Effect: 'Deny', Principal: '*', Action, Resource });
      const Statement = [deny('s3:GetObject', `${arn}/secret/*`)];
      await bucket.client.send(
        new PutBucketPolicyCommand({
          Bucket: bucket.name,
          Policy: JSON.stringify({ Version: '2012-10-17', Statement }),
        }),
      );
      await expect(store.read(origin, NEVER)).rejects.toMatchObject({
        code: 'access_denied',
        message: expect.stringContaining('s3:GetObject') as string,
      });
      expect(await listed()).toEqual([origin]);
    });

    test('and the reader goes by its clock when its own is an hour off', async () => {
      const origin = await bucket.put('k', 'v');
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
      const late = new S3Store({ bucket: bucket.name, endpoint: bucket.endpoint });
      try {
        expect(await listed(late)).toEqual([origin]);
        expect((await late.read(origin, NEVER)).body.toString()).toBe('v');
      } finally {
        vi.useRealTimers();
        await late.close();
      }
    });
  });

  test('gives an object of several parts, whose ETag is no hash of it, whole and from a byte on', async () => {
    const parts = [randomBytes(5 * 2 ** 20), randomBytes(5 * 2 ** 20), randomBytes(12_345)];
    const [origin, bytes] = [await putInParts('parts', parts), Buffer.concat(parts)];
    expect(origin.etag).toMatch(/^"[0-9a-f]{32}-3"$/);
    expect(await listed()).toEqual([origin]);
    expect(bytes.equals((await store.read(origin, NEVER)).body)).toBe(true);
    expect(bytes.equals(await streamed(store, origin))).toBe(true);
    const within = 5 * 2 ** 20 + 7;
    expect(bytes.subarray(within).equals(await streamed(store, origin, within))).toBe(true);
    await putInParts('parts', [parts[1]!, parts[0]!, parts[2]!]);
    await expect(store.stream(origin, within, NEVER)).rejects.toMatchObject({ code: 'object_replaced' });
  });

  async function putInParts(Key: string, parts: readonly Buffer[]): Promise<Origin> {
    const object = { Bucket: bucket.name, Key };
    const { UploadId } = await bucket.client.send(new CreateMultipartUploadCommand(object));
    const Parts = [];
    for (const [at, Body] of parts.entries()) {
      const part = { ...object, UploadId, PartNumber: at + 1 };
      const { ETag } = await bucket.client.send(new UploadPartCommand({ ...part, Body }));
      Parts.push({ ETag, PartNumber: at + 1 });
    }
    await bucket.client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }));
    return (await listed()).find(({ key }) => key === Key)!;
  }

  describe('behind a line that breaks', () => {
    test('is read on from where it broke off, and all of it', async () => {
      const bytes = randomBytes(3 * 2 ** 20);
      const origin = await bucket.put('big', bytes);
      const proxy = await startCuttingProxy(bucket.endpoint);
      const far = new S3Store({ bucket: bucket.name, endpoint: proxy.endpoint });
      proxy.cut(3, 700_000);
      expect(bytes.equals(await streamed(far, origin))).toBe(true);
      expect(proxy.cuts).toBe(3);
      proxy.cut(2, 700_000);
      expect(bytes.equals((await far.read(origin, NEVER)).body)).toBe(true);
      expect(proxy.cuts).toBe(5);
      await far.close();
      await proxy.close();
    });

    test('gives no mixture of two versions', async () => {
      const origin = await bucket.put('big', randomBytes(2 * 2 ** 20));
      const proxy = await startCuttingProxy(bucket.endpoint);
      const far = new S3Store({ bucket: bucket.name, endpoint: proxy.endpoint });
      proxy.cut(1, 500_000);
      const { body } = await far.stream(origin, 0, NEVER);
      await bucket.put('big', randomBytes(2 * 2 ** 20));
      await expect(collect(body)).rejects.toMatchObject({ code: 'object_replaced' });
      await far.close();
      await proxy.close();
    });
  });

  describe('takes what the ingest stores', () => {
    const put = async (body: string, options: { accessKeyId?: string; bucket?: string } = {}): Promise<void> => {
      const { endpoint, accessKeyId, secretAccessKey } = { ...s3!, ...options };
      const writer = createS3Writer({ endpoint, credentials: { accessKeyId, secretAccessKey } });
      const object = {
        bucket: options.bucket ?? bucket.name,
        key: 'events/e.json',
        body,
        contentType: 'application/json',
      };
      await writer.put(object, { signal: NEVER });
    };

    test.each([
      ['text of every kind', '{"ä":"😀 \\u0000 + %"}\n'.repeat(3)],
      ['a mebibyte', 'x'.repeat(2 ** 20)],
    ])('%s', async (_, body) => {
      await put(body);
      const [origin] = await listed();
      expect((await store.read(origin!, NEVER)).body.toString()).toBe(body);
    });

    test('and an answer that it was stored means that it is', async () => {
      await expect(put('{}', { accessKeyId: 'NOBODY' })).rejects.toThrow();
      await expect(put('{}', { bucket: 'nobody-has-this' })).rejects.toThrow();
      expect(await listed()).toEqual([]);
    });
  });
});
