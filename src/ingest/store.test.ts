import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createS3Writer, s3OptionsFrom } from './store.ts';

const object = { bucket: 'raw-events', key: 'events/2025/12/06/05/event-1.json', body: '{"ü":1}', contentType: 'x/y' };
/** Made anew for each use, because the SDK writes on the object that it is given. */
const credentials = () => ({ accessKeyId: 'key', secretAccessKey: 'secret' });
const never = new AbortController().signal;

/** Starts an HTTP server for one test and gives a writer to it. */
async function writerTo(listener: RequestListener, attemptTimeout_ms = 1_000) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createS3Writer({ endpoint, credentials: credentials(), attemptTimeout_ms });
}

test('an object is put by path, with its bytes and content type, and resolves on its ETag', async () => {
  const seen: { request: IncomingMessage; body: string }[] = [];
  const writer = await writerTo((request, response) => {
    void text(request).then((body) => {
      seen.push({ request, body });
      response.setHeader('etag', '"1"').end();
    });
  });
  await writer.put(object, { signal: never });
  expect(seen).toHaveLength(1);
  expect(seen[0]!.request.method).toBe('PUT');
  expect(seen[0]!.request.url).toMatch(/^\/raw-events\/events\/2025\/12\/06\/05\/event-1\.json(\?|$)/);
  expect(seen[0]!.request.headers['content-type']).toBe('x/y');
  expect(seen[0]!.body).toBe(object.body);
});

test('a passing fault is tried again', async () => {
  let requests = 0;
  const writer = await writerTo((request, response) => {
    request.resume();
    response.statusCode = ++requests === 1 ? 503 : 200;
    response.setHeader('etag', '"1"').end();
  });
  await writer.put(object, { signal: never });
  expect(requests).toBe(2);
});

test('a refusal by the store is an error, and is not tried again', async () => {
  let requests = 0;
  const writer = await writerTo((request, response) => {
    requests++;
    request.resume();
    response.statusCode = 403;
    response.end('<Error><Code>AccessDenied</Code><Message>no</Message></Error>');
  });
  await expect(writer.put(object, { signal: never })).rejects.toMatchObject({ name: 'AccessDenied' });
  expect(requests).toBe(1);
});

test('a 200 that does not come from a store confirms nothing', async () => {
  const writer = await writerTo((request, response) => {
    request.resume();
    response.end('<html>Welcome to the network</html>');
  });
  await expect(writer.put(object, { signal: never })).rejects.toMatchObject({ code: 'store_unconfirmed' });
});

test('a server that never answers is given up after the attempts’ time', async () => {
  const writer = await writerTo((request) => request.resume(), 50);
  await expect(writer.put(object, { signal: never })).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('the signal ends an attempt that is under way', async () => {
  const writer = await writerTo((request) => request.resume(), 30_000);
  await expect(writer.put(object, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: 'AbortError' });
});

test('a store that is down is an error', async () => {
  const writer = createS3Writer({ endpoint: 'http://127.0.0.1:1', credentials: credentials() });
  await expect(writer.put(object, { signal: never })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('region and credentials come from the environment, and credentials only as a pair', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
  expect(s3OptionsFrom({ ...keys, AWS_REGION: 'eu-west-1' })).toEqual({
    region: 'eu-west-1',
    credentials: credentials(),
  });
  expect(s3OptionsFrom({ ...keys, AWS_SESSION_TOKEN: 'token' }).credentials).toMatchObject({ sessionToken: 'token' });
  expect(s3OptionsFrom({ AWS_ACCESS_KEY_ID: 'key' })).toEqual({ region: undefined });
});
