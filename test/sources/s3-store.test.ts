import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { crc32 } from 'node:zlib';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Origin } from '../../src/etl/pipeline/record.ts';
import { S3Store } from '../../src/etl/sources/s3/store.ts';
import type { Fault } from '../../src/local/s3/faults.ts';
import type { S3Request } from '../../src/local/s3/request.ts';
import { S3Error } from '../../src/local/s3/s3-error.ts';
import { startS3Server, type S3Server } from '../../src/local/s3/server.ts';
import { storeCases } from './store-cases.ts';
import { collect, LIMITS, NEVER, storesWith, type TestStore } from './stores.ts';

const BUCKET = 'raw';
/** For what happens soon, but not at once. */
const WAIT = { timeout: 10_000, interval: 5 };
describe.each(storesWith())('a bucket read through %s', (_, open) => {
  storeCases(open, async () => {
    useAnyCredentials();
    const server = await startS3Server();
    server.createBucket(BUCKET);
    return {
      name: BUCKET,
      endpoint: server.url,
      putAll: async (objects) => {
        const origins: Origin[] = [];
        for (const [key, body] of objects) origins.push(await putOn(server, key, body));
        return origins;
      },
      empty: () => {
        server.deleteObjects(BUCKET);
        return Promise.resolve();
      },
      close: () => server.close(),
    };
  });
});

describe.each(storesWith(LIMITS))('a faulty bucket read through %s', (name, open) => {
  let server: S3Server;
  let store: TestStore;
  let hook: ((request: S3Request) => Fault | undefined) | undefined;
  const asked: S3Request[] = [];

  beforeAll(async () => {
    useAnyCredentials();
    server = await startS3Server({
      onRequest: (request) => {
        asked.push(request);
        return hook?.(request);
      },
    });
    server.createBucket(BUCKET);
    store = open(BUCKET, server.url);
  });

  afterEach(() => {
    hook = undefined;
    asked.length = 0;
    server.deleteObjects(BUCKET);
  });

  afterAll(async () => {
    await store.close();
    await server.close();
  });

  const put = (key: string, body: Buffer | string): Promise<Origin> => putOn(server, key, body);

  /** Answers the first `count` requests, or all of them, with a fault. */
  function fail(fault: Fault | S3Error, count = Infinity): void {
    let left = count;
    hook = () => {
      left -= 1;
      if (left < 0) return undefined;
      if (fault instanceof S3Error) throw fault;
      return fault;
    };
  }

  const listed = async (): Promise<Origin[]> => (await collect(store.list('', { signal: NEVER }))).flat();

  const read = async (origin: Origin): Promise<string> => (await store.read(origin, NEVER)).body.toString();

  async function streamed(origin: Origin, from_bytes = 0): Promise<Buffer> {
    const { body } = await store.stream(origin, from_bytes, NEVER);
    return Buffer.concat(await collect(body));
  }

  describe('lists', () => {
    test.each([
      ['a page of HTML', 200, '<html><body>Welcome</body></html>'],
      ['a truncated page without a token', 200, listing('<KeyCount>0</KeyCount><IsTruncated>true</IsTruncated>')],
    ])('refuses %s', async (_, status, body) => {
      fail({ kind: 'answer', status, headers: { 'content-type': 'application/xml' }, body });
      await expect(listed()).rejects.toMatchObject({ code: 'invalid_listing' });
    });

    test('refuses a token that comes again, with keys and without', async () => {
      const again = '<IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken>';
      const headers = { 'content-type': 'application/xml' };
      fail({ kind: 'answer', status: 200, headers, body: listing(`<KeyCount>1</KeyCount>${again}${entry('k')}`) });
      await expect(listed()).rejects.toMatchObject({ code: 'disordered_listing' });
      fail({ kind: 'answer', status: 200, headers, body: listing(`<KeyCount>0</KeyCount>${again}`) });
      await expect(listed()).rejects.toMatchObject({ code: 'disordered_listing' });
    });

    test('says that it may not', async () => {
      fail(new S3Error({ status: 403, code: 'AccessDenied', message: 'Access Denied' }));
      await expect(listed()).rejects.toMatchObject({ code: 'access_denied', stage: 'list' });
      expect(asked).toHaveLength(1);
    });
  });

  describe('reads', () => {
    test.each([
      ['object_missing', new S3Error({ status: 404, code: 'NoSuchKey', message: '' })],
      ['missing_bucket', new S3Error({ status: 404, code: 'NoSuchBucket', message: '' })],
      ['object_archived', new S3Error({ status: 403, code: 'InvalidObjectState', message: '' })],
      ['access_denied', new S3Error({ status: 403, code: 'AccessDenied', message: '' })],
      ['store_unavailable', new S3Error({ status: 400, code: 'InvalidArgument', message: '' })],
      [
        'wrong_region',
        new S3Error({
          status: 301,
          code: 'PermanentRedirect',
          message: '',
          headers: { 'x-amz-bucket-region': 'eu-west-3' },
        }),
      ],
    ])('once only what cannot be had: %s', async (code, error) => {
      const origin = await put('k', 'v');
      fail(error);
      await expect(store.read(origin, NEVER)).rejects.toMatchObject({ code, stage: 'read' });
      await expect(store.stream(origin, 0, NEVER)).rejects.toMatchObject({ code, stage: 'read' });
      expect(asked).toHaveLength(2);
    });

    test('nothing from an answer that is not S3 own', async () => {
      fail({ kind: 'answer', status: 200, body: '<html></html>' });
      await expect(store.read(await put('k', 'v'), NEVER)).rejects.toMatchObject({ code: 'store_unavailable' });
    });

    test.each([
      ['a burst of 503', new S3Error({ status: 503, code: 'SlowDown', message: '' })],
      ['a 500', new S3Error({ status: 500, code: 'InternalError', message: '' })],
      ['a lost connection', { kind: 'cut', afterBytes: -1 } as const],
      ['a body cut short', { kind: 'cut', afterBytes: 10 } as const],
    ])('again after %s', async (_, fault) => {
      const origin = await put('k', 'x'.repeat(1_000));
      fail(fault, 2);
      expect(await read(origin)).toBe('x'.repeat(1_000));
      expect(asked).toHaveLength(3);
      fail(fault, 2);
      expect((await streamed(origin)).length).toBe(1_000);
    });

    // One of each only, since undici counts time-outs in half seconds.
    test('again after no answer', async () => {
      const origin = await put('k', 'x'.repeat(1_000));
      fail({ kind: 'stall', afterBytes: -1 }, 1);
      expect(await read(origin)).toBe('x'.repeat(1_000));
    });

    test('again after a stalled body', async () => {
      const origin = await put('k', 'x'.repeat(1_000));
      fail({ kind: 'stall', afterBytes: 10 }, 1);
      expect((await streamed(origin)).length).toBe(1_000);
      expect(asked[1]!.headers.range).toBe('bytes=10-');
    });

    test.each([
      ['store_unavailable', () => new S3Error({ status: 503, code: 'SlowDown', message: '' })],
      ['object_truncated', () => ({ kind: 'cut', afterBytes: 10 }) as const],
      [
        'object_truncated',
        (etag: string) => ({ kind: 'answer', status: 200, headers: { etag }, body: 'few' }) as const,
      ],
      ['object_corrupt', (etag: string) => ({ kind: 'answer', status: 200, headers: { etag }, body: 'many' }) as const],
    ])('not for ever, but says why: %s', async (code, fault) => {
      const origin = await put('k', 'body'.repeat(code === 'object_corrupt' ? 0 : 250));
      fail(fault(origin.etag));
      await expect(store.read(origin, NEVER)).rejects.toMatchObject({ code });
      expect(asked).toHaveLength(3);
    });

    test('not from a body without a length that ends as it should, though too early', async () => {
      const strange = createHttpServer((_, response) => {
        response.writeHead(200, { etag: '"e"' }).write('short');
        response.end();
      });
      await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
      const from = open(BUCKET, `http://127.0.0.1:${(strange.address() as { port: number }).port}`);
      const origin = { key: 'k', etag: '"e"', size_bytes: 1_000, lastModified_ms: 0 };
      await expect(from.read(origin, NEVER)).rejects.toMatchObject({ code: 'object_truncated' });
      await from.close();
      strange.close();
    });

    test('a stream on from the byte at which it broke off', async () => {
      const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, at) => String(at)).join());
      const origin = await put('big', bytes);
      let cuts = 0;
      hook = () => (cuts++ < 6 ? { kind: 'cut', afterBytes: 150_000 } : undefined);
      expect(bytes.equals(await streamed(origin))).toBe(true);
      expect(asked).toHaveLength(7);
      expect(asked[1]!.headers['if-match']).toBe(origin.etag);
      expect(asked[1]!.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
    });

    test('no stream on from another version of the object', async () => {
      const origin = await put('k', 'x'.repeat(200_000));
      let cuts = 0;
      hook = () => (cuts++ === 0 ? { kind: 'cut', afterBytes: 100_000 } : undefined);
      const { body } = await store.stream(origin, 0, NEVER);
      await put('k', 'y'.repeat(200_000));
      await expect(collect(body)).rejects.toMatchObject({ code: 'object_replaced' });
    });

    test('again when the bytes are not those of the checksum, and gives up on it by name', async () => {
      const body = '{"some":"event"}';
      const origin = await put('k', body);
      const right = withChecksum(body, origin.etag, crcOf(body));
      const wrong = withChecksum(body, origin.etag, crcOf('something else'));
      fail(right);
      expect(await read(origin)).toBe(body);
      let asks = 0;
      hook = () => (asks++ === 0 ? wrong : right);
      expect(await read(origin)).toBe(body);
      expect(asks).toBe(2);
      fail(wrong);
      await expect(store.read(origin, NEVER)).rejects.toMatchObject({ code: 'object_corrupt' });
      await expect(streamed(origin)).rejects.toMatchObject({ code: 'object_corrupt' });
      fail(withChecksum(body, origin.etag, `${crcOf('parts')}-2`));
      expect(await read(origin)).toBe(body);
    });

    test('what was stored with a checksum', async () => {
      const client = new S3Client({ endpoint: server.url, region: 'us-east-1', forcePathStyle: true });
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'stored' }));
      client.destroy();
      const [origin] = await listed();
      asked.length = 0;
      expect(await read(origin!)).toBe('stored');
      expect(asked[0]!.headers['x-amz-checksum-mode']).toBe('ENABLED');
    });
  });

  describe('when it is stopped', () => {
    /** Would wait for many seconds, so that nothing but being stopped ends what it has under way. */
    const openPatient = storesWith().find(([other]) => other === name)![1];

    test.each([
      ['before the answer', { kind: 'stall', afterBytes: -1 } as const],
      ['in the body', { kind: 'stall', afterBytes: 10 } as const],
    ])('%s ends what is under way at once', async (_, fault) => {
      const origin = await put('k', 'x'.repeat(1_000));
      fail(fault);
      const patient = openPatient(BUCKET, server.url);
      const stop = new AbortController();
      const reading = Promise.allSettled([
        patient.read(origin, stop.signal),
        patient.stream(origin, 0, stop.signal).then(({ body }) => collect(body)),
        collect(patient.list('', { signal: stop.signal })),
      ]);
      await vi.waitFor(() => expect(asked).toHaveLength(3), WAIT);
      const start = performance.now();
      stop.abort();
      for (const outcome of await reading) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'aborted' } });
      }
      expect(performance.now() - start, 'it does not wait for a time-out').toBeLessThan(10_000);
      await expect(patient.read(origin, stop.signal)).rejects.toMatchObject({ code: 'aborted' });
      await patient.close();
    });

    test('closes its connections, and all of them at the end', async () => {
      const proxy = await countingProxy(server.port);
      const own = openPatient(BUCKET, proxy.url);
      const origin = await put('k', 'x'.repeat(1_000));
      fail({ kind: 'stall', afterBytes: 10 });
      const stop = new AbortController();
      const reading = Promise.allSettled(Array.from({ length: 20 }, () => own.read(origin, stop.signal)));
      await vi.waitFor(() => expect(proxy.open()).toBe(20), WAIT);
      stop.abort();
      await reading;
      await vi.waitFor(() => expect(proxy.open()).toBe(0), WAIT);
      hook = undefined;
      await own.read(origin, NEVER);
      expect(proxy.open()).toBe(1);
      await own.close();
      await vi.waitFor(() => expect(proxy.open()).toBe(0), WAIT);
      await proxy.close();
    });
  });

  test(`${name} says that a store which nobody listens for is unavailable`, async () => {
    const origin = await put('k', 'v');
    const nobody = open(BUCKET, 'http://127.0.0.1:1');
    await expect(nobody.read(origin, NEVER)).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(collect(nobody.list('', { signal: NEVER }))).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    await nobody.close();
  });
});

describe('the store of requests of our own', () => {
  test('fetches credentials again, once, after those in hand were refused', async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
    const seen: string[] = [];
    const server = await startS3Server({
      onRequest: ({ headers }) => {
        const id = /Credential=([^/]*)/.exec(headers.authorization ?? '')![1]!;
        seen.push(`${id} ${headers['x-amz-security-token']?.toString() ?? '-'}`);
        if (id === 'old') {
          process.env['AWS_ACCESS_KEY_ID'] = 'new';
          throw new S3Error({ status: 400, code: 'ExpiredToken', message: 'expired' });
        }
        if (id === 'bad') throw new S3Error({ status: 403, code: 'InvalidAccessKeyId', message: 'unknown' });
      },
    });
    server.createBucket(BUCKET);
    const store = new S3Store({ bucket: BUCKET, endpoint: server.url, ...LIMITS });
    try {
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'first', AWS_SECRET_ACCESS_KEY: 's' });
      expect(await collect(store.list('', { signal: NEVER }))).toEqual([[]]);
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'old', AWS_SESSION_TOKEN: 'token' });
      const other = new S3Store({ bucket: BUCKET, endpoint: server.url, ...LIMITS });
      expect(await collect(other.list('', { signal: NEVER }))).toEqual([[]]);
      expect(seen).toEqual(['first -', 'old token', 'new token']);
      await other.close();
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'bad' });
      const refused = new S3Store({ bucket: BUCKET, endpoint: server.url, ...LIMITS });
      await expect(collect(refused.list('', { signal: NEVER }))).rejects.toMatchObject({
        code: 'credentials_refused',
      });
      await refused.close();
    } finally {
      Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
      delete process.env['AWS_SESSION_TOKEN'];
      await store.close();
      await server.close();
    }
  });

  test('goes by the clock of the store when its own is off', async () => {
    const hour_ms = 3_600_000;
    const server = await startS3Server({
      onRequest: ({ headers }) => {
        const text = String(headers['x-amz-date']).replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5');
        if (Math.abs(Date.parse(text) - Date.now() - hour_ms) < 60_000) return;
        const date = new Date(Date.now() + hour_ms).toUTCString();
        throw new S3Error({ status: 403, code: 'RequestTimeTooSkewed', message: '', headers: { date } });
      },
    });
    server.createBucket(BUCKET);
    const store = new S3Store({ bucket: BUCKET, endpoint: server.url, ...LIMITS });
    expect(await collect(store.list('', { signal: NEVER }))).toEqual([[]]);
    await store.close();
    await server.close();
  });
});

/** The SDK wants some. */
function useAnyCredentials(): void {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
}

/** Stores an object without HTTP, and says how it must be listed. */
async function putOn(server: S3Server, key: string, body: Buffer | string): Promise<Origin> {
  const { size, etag, lastModified } = await server.putObject(BUCKET, key, body);
  return { key, etag: `"${etag}"`, size_bytes: size, lastModified_ms: lastModified.getTime() };
}

function listing(content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</ListBucketResult>`;
}

function entry(key: string): string {
  return `<Contents><Key>${key}</Key><LastModified>2025-12-06T05:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size></Contents>`;
}

function withChecksum(body: string, etag: string, checksum: string): Fault {
  return { kind: 'answer', status: 200, headers: { etag, 'x-amz-checksum-crc32': checksum }, body };
}

function crcOf(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64');
}

/** Passes connections on to a port, and knows how many are open. */
async function countingProxy(port: number): Promise<{ url: string; open: () => number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const proxy: Server = createServer((socket) => {
    const upstream = connect(port, '127.0.0.1');
    sockets.add(socket);
    socket.pipe(upstream).pipe(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      upstream.destroy();
    });
    socket.on('error', () => undefined);
    upstream.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port: own } = proxy.address() as { port: number };
  return {
    url: `http://127.0.0.1:${own}`,
    open: () => sockets.size,
    close: () => new Promise((resolve) => proxy.close(() => resolve())),
  };
}
