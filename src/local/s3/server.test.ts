import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from './faults.ts';
import type { S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';
import { type S3Server, startS3Server } from './server.ts';

const Bucket = 'raw';
const ODD_KEYS = [
  'a b',
  'a+b',
  'a%2Fb',
  'ä/😀',
  '<&>"\'',
  '..',
  'a//b',
  'folder/',
  'tab\there',
  '\uffee',
  '100%',
  '?x=1#y',
];

function clientOf(server: S3Server): S3Client {
  return new S3Client({
    endpoint: server.url,
    region: 'eu-central-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'any', secretAccessKey: 'thing' },
  });
}

async function textOf(
  client: S3Client,
  Key: string,
  options: { Range?: string; IfMatch?: string } = {},
): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...options }));
  return Body!.transformToString();
}

/** A request that no SDK would make. */
function rawRequest(
  server: S3Server,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${server.url}${path}`, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('error', reject).on('end', () => {
        resolve({ status: response.statusCode!, headers: response.headers, body: text });
      });
    });
    outgoing.on('error', reject).end(body);
  });
}

describe.each(['memory', 'disk'])('the local S3, in %s,', (mode) => {
  let server: S3Server;
  let client: S3Client;
  let dataDir: string | undefined;
  let hook: ((request: S3Request) => Promise<Fault | undefined>) | undefined;

  beforeAll(async () => {
    if (mode === 'disk') dataDir = mkdtempSync(join(tmpdir(), 'clickstream-s3-'));
    server = await startS3Server({ ...(dataDir && { dataDir }), onRequest: async (request) => hook?.(request) });
    client = clientOf(server);
    await client.send(new CreateBucketCommand({ Bucket }));
  });

  afterEach(() => {
    hook = undefined;
    server.deleteObjects(Bucket);
  });

  afterAll(async () => {
    client.destroy();
    await server.close();
    if (dataDir) rmSync(dataDir, { recursive: true, force: true });
  });

  test('gives back what was put, with its metadata', async () => {
    const put = await client.send(
      new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello', ContentType: 'text/plain', Metadata: { shop: 'one' } }),
    );
    const md5 = createHash('md5').update('hello').digest('hex');
    expect(put.ETag).toBe(`"${md5}"`);
    expect(put.ChecksumCRC32).toBe('NhCmhg==');
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect(await got.Body!.transformToString()).toBe('hello');
    expect(got).toMatchObject({
      ETag: `"${md5}"`,
      ContentLength: 5,
      ContentType: 'text/plain',
      ChecksumCRC32: 'NhCmhg==',
    });
    expect(got.Metadata).toEqual({ shop: 'one' });
    expect(got.LastModified!.getMilliseconds()).toBe(0);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    expect(head).toMatchObject({ ETag: `"${md5}"`, ContentLength: 5, ContentType: 'text/plain' });
  });

  test('takes any key that UTF-8 can write, and lists them in the order of their bytes', async () => {
    for (const Key of ODD_KEYS) await client.send(new PutObjectCommand({ Bucket, Key, Body: `at ${Key}` }));
    for (const Key of ODD_KEYS) expect(await textOf(client, Key)).toBe(`at ${Key}`);
    const inOrder = ODD_KEYS.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const plain = await client.send(new ListObjectsV2Command({ Bucket }));
    expect(plain.Contents!.map(({ Key }) => Key)).toEqual(inOrder);
    const encoded = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    expect(encoded.Contents!.map(({ Key }) => decodeURIComponent(Key!))).toEqual(inOrder);
  });

  test('lists more than 1,000 keys page by page, after a key, and below a prefix', async () => {
    const modified = new Date('2025-12-06T05:00:00.700Z');
    const keys = Array.from(
      { length: 2500 },
      (_, i) => `events/2025/12/0${i % 3}/event-${String(i).padStart(5, '0')}.json`,
    );
    for (const key of keys) await server.putObject(Bucket, key, '{}', { lastModified: modified });
    await server.putObject(Bucket, 'other', '{}');

    const listed: string[] = [];
    let pages = 0;
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: 'events/' })) {
      listed.push(...page.Contents!.map(({ Key }) => Key!));
      expect(page.Contents![0]).toMatchObject({ Size: 2, LastModified: new Date('2025-12-06T05:00:00Z') });
      pages++;
    }
    expect(pages).toBe(3);
    expect(listed).toEqual(keys.toSorted());

    const after = await client.send(new ListObjectsV2Command({ Bucket, StartAfter: listed[2497]!, Prefix: 'events/' }));
    expect(after.Contents!.map(({ Key }) => Key)).toEqual(listed.slice(2498));
    expect(after.IsTruncated).toBe(false);

    const folders = await client.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'events/2025/12/', Delimiter: '/', MaxKeys: 2 }),
    );
    expect(folders.CommonPrefixes!.map(({ Prefix }) => Prefix)).toEqual(['events/2025/12/00/', 'events/2025/12/01/']);
    const rest = await client.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: 'events/2025/12/',
        Delimiter: '/',
        ContinuationToken: folders.NextContinuationToken,
      }),
    );
    expect(rest.CommonPrefixes!.map(({ Prefix }) => Prefix)).toEqual(['events/2025/12/02/']);
  });

  test('serves ranges, and refuses one beyond the end', async () => {
    await server.putObject(Bucket, 'k', '0123456789');
    expect(await textOf(client, 'k', { Range: 'bytes=2-4' })).toBe('234');
    expect(await textOf(client, 'k', { Range: 'bytes=7-' })).toBe('789');
    expect(await textOf(client, 'k', { Range: 'bytes=-3' })).toBe('789');
    expect(await textOf(client, 'k', { Range: 'bytes=8-99' })).toBe('89');
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'k', Range: 'bytes=2-4' }));
    expect(got).toMatchObject({ ContentRange: 'bytes 2-4/10', ContentLength: 3 });
    await expect(textOf(client, 'k', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
    const refused = await rawRequest(server, 'GET', '/raw/k', { range: 'bytes=10-' });
    expect(refused.status).toBe(416);
    expect(refused.headers['content-range']).toBe('bytes */10');
    expect((await rawRequest(server, 'GET', '/raw/k', { range: 'bytes=a-b' })).status).toBe(200);
  });

  test('honours If-Match and If-None-Match when reading', async () => {
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'v' }));
    expect(await textOf(client, 'k', { IfMatch: ETag! })).toBe('v');
    await expect(textOf(client, 'k', { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    const unchanged = await rawRequest(server, 'GET', '/raw/k', { 'if-none-match': ETag! });
    expect(unchanged).toMatchObject({ status: 304, body: '' });
  });

  test('lets one of many writers win who all want to be the first', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) =>
        client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: `writer ${i}`, IfNoneMatch: '*' })),
      ),
    );
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(lost).toHaveLength(7);
    for (const { reason } of lost) expect(reason).toMatchObject({ name: 'PreconditionFailed' });
  });

  test('answers for what is not there in the way SDKs know', async () => {
    await expect(textOf(client, 'nowhere')).rejects.toMatchObject({
      name: 'NoSuchKey',
      $metadata: { httpStatusCode: 404 },
    });
    await expect(client.send(new ListObjectsV2Command({ Bucket: 'nobody' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
    await expect(client.send(new PutObjectCommand({ Bucket: 'nobody', Key: 'k', Body: 'v' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
    await expect(client.send(new HeadBucketCommand({ Bucket: 'nobody' }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'nowhere' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(client.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
    await client.send(new HeadBucketCommand({ Bucket }));
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets!.map(({ Name }) => Name)).toEqual([Bucket]);
  });

  test('deletes one object or many, whether or not they are there', async () => {
    for (const key of ['a', 'b & c', 'ü']) await server.putObject(Bucket, key, '');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    const Objects = ['b & c', 'ü', 'gone'].map((Key) => ({ Key }));
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).toEqual(Objects);
    expect(server.listObjects(Bucket)).toEqual([]);
  });

  test('takes a stream whose checksum follows it, and serves it as a stream', async () => {
    const bytes = randomBytes(3_000_000);
    const Body = Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]);
    await client.send(new PutObjectCommand({ Bucket, Key: 'big', Body, ContentLength: bytes.length }));
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'big' }));
    expect(got.ContentEncoding).toBeUndefined();
    expect(got.ChecksumCRC32).toBeDefined();
    expect(bytes.equals(await got.Body!.transformToByteArray())).toBe(true);
    const part = await client.send(new GetObjectCommand({ Bucket, Key: 'big', Range: 'bytes=500000-2499999' }));
    expect(bytes.subarray(500_000, 2_500_000).equals(await part.Body!.transformToByteArray())).toBe(true);
  });

  test('refuses a body that is not what its checksum or its length says, and keeps nothing of it', async () => {
    const right = createHash('sha256').update('v').digest('base64');
    await client.send(new PutObjectCommand({ Bucket, Key: 'right', Body: 'v', ChecksumSHA256: right }));
    const wrong = createHash('sha256').update('w').digest('base64');
    await expect(
      client.send(new PutObjectCommand({ Bucket, Key: 'wrong', Body: 'v', ChecksumSHA256: wrong })),
    ).rejects.toMatchObject({ name: 'BadDigest' });

    const trailer = '1\r\nv\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n';
    const headers = {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-trailer': 'x-amz-checksum-crc32',
      'x-amz-decoded-content-length': '1',
    };
    const badTrailer = await rawRequest(server, 'PUT', '/raw/wrong', headers, trailer);
    expect(badTrailer.body).toContain('<Code>BadDigest</Code>');
    const noTrailer = await rawRequest(server, 'PUT', '/raw/wrong', headers, '1\r\nv\r\n0\r\n\r\n');
    expect(noTrailer.body).toContain('<Code>MalformedTrailerError</Code>');
    const short = await rawRequest(
      server,
      'PUT',
      '/raw/wrong',
      { ...headers, 'x-amz-decoded-content-length': '2' },
      trailer,
    );
    expect(short.body).toContain('<Code>IncompleteBody</Code>');
    const badMd5 = await rawRequest(server, 'PUT', '/raw/wrong', { 'content-md5': 'AAAA' }, 'v');
    expect(badMd5.body).toContain('<Code>BadDigest</Code>');
    expect(server.listObjects(Bucket).map(({ key }) => key)).toEqual(['right']);
  });

  test('says which operation it does not have, instead of doing another', async () => {
    await server.putObject(Bucket, 'k', 'v');
    for (const [method, path, headers] of [
      ['GET', '/raw/k?acl', {}],
      ['POST', '/raw/k?uploads', {}],
      ['PUT', '/raw/copy', { 'x-amz-copy-source': '/raw/k' }],
      ['GET', '/raw', {}],
    ] as const) {
      const answer = await rawRequest(server, method, path, headers);
      expect(answer.status).toBe(501);
      expect(answer.body).toContain('<Code>NotImplemented</Code>');
    }
    const strange = await rawRequest(server, 'PATCH', '/raw/k');
    expect(strange.status).toBe(405);
    expect(strange.body).toContain(`<RequestId>${String(strange.headers['x-amz-request-id'])}</RequestId>`);
    expect((await rawRequest(server, 'GET', '/raw/%ff')).body).toContain('<Code>InvalidURI</Code>');
    expect((await rawRequest(server, 'GET', `/raw/${'x'.repeat(1025)}`)).body).toContain(
      '<Code>KeyTooLongError</Code>',
    );
  });

  test('fails in the way that a test asks for', async () => {
    await server.putObject(Bucket, 'k', 'x'.repeat(1000));
    hook = ({ method, bucket, key }) => {
      expect({ method, bucket, key }).toEqual({ method: 'GET', bucket: Bucket, key: 'k' });
      throw new S3Error({ status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' });
    };
    await expect(textOf(client, 'k')).rejects.toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
    hook = () => Promise.resolve({ kind: 'cut', afterBytes: 10 });
    await expect(textOf(client, 'k')).rejects.toMatchObject({ code: 'ECONNRESET' });
    hook = () => Promise.resolve({ kind: 'cut', afterBytes: -1 });
    await expect(textOf(client, 'k')).rejects.toMatchObject({ code: 'ECONNRESET' });
    hook = () => Promise.resolve({ kind: 'stall', afterBytes: 10 });
    const stalled = await fetch(`${server.url}/raw/k`, { signal: AbortSignal.timeout(200) });
    expect(stalled.status).toBe(200);
    await expect(stalled.text()).rejects.toMatchObject({ name: 'TimeoutError' });
    hook = () => Promise.resolve({ kind: 'answer', status: 200, body: '<html>Proxy</html>' });
    expect((await rawRequest(server, 'GET', '/raw/k')).body).toBe('<html>Proxy</html>');
  });
});

describe('the local S3 on disk', () => {
  let dataDir: string;

  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'clickstream-s3-'));
  });

  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  test('has after a restart what it had before, without what was cut short', async () => {
    const lastModified = new Date('2025-12-06T05:00:00Z');
    const first = await startS3Server({ dataDir });
    first.createBucket(Bucket);
    for (const key of ODD_KEYS) await first.putObject(Bucket, key, `at ${key}`, { lastModified, contentType: 'x/y' });
    await first.putObject(Bucket, 'replaced', 'old');
    await first.putObject(Bucket, 'replaced', 'new');
    await first.putObject(Bucket, 'deleted', 'gone');
    first.deleteObject(Bucket, 'deleted');
    const before = first.listObjects(Bucket);
    await first.close();
    // As a process leaves it that is killed while it writes: a file that no line names, and half a line.
    const [folder] = readdirSync(join(dataDir, Bucket, 'objects'));
    const stray = join(dataDir, Bucket, 'objects', folder!, 'stray');
    writeFileSync(stray, 'half an obj');
    writeFileSync(join(dataDir, Bucket, 'journal.ndjson'), '{"key":"half","fi', { flag: 'a' });

    const second = await startS3Server({ dataDir });
    const client = clientOf(second);
    expect(second.listObjects(Bucket)).toEqual(before);
    for (const key of ODD_KEYS) expect(await textOf(client, key)).toBe(`at ${key}`);
    expect(await textOf(client, 'replaced')).toBe('new');
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'a b' }));
    expect(head).toMatchObject({ LastModified: lastModified, ContentType: 'x/y' });
    expect(readdirSync(join(dataDir, Bucket, 'objects', folder!))).not.toContain('stray');
    client.destroy();
    await second.close();
  });
});

test('a port that is taken is named', async () => {
  const first = await startS3Server();
  await expect(startS3Server({ port: first.port })).rejects.toMatchObject({ code: 'port_in_use', stage: 'local' });
  await first.close();
});
