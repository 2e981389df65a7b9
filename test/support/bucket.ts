import { gzipSync } from 'node:zlib';
import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { startS3Server, type S3Server } from '../../src/local/s3/server.ts';
import { MARKERS } from './markers.ts';

/** An hour long over, so that a run completes it. */
export const HOUR_MS = Date.parse('2025-12-06T05:00:00Z');
export const HOUR = '2025-12-06T05:00:00Z';
export const PREFIX = hourPrefix(HOUR_MS);

/** A local S3 endpoint with the bucket `raw`. Credentials are set for the SDK, which wants some. */
export async function freshBucket(options: Parameters<typeof startS3Server>[0] = {}): Promise<S3Server> {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= MARKERS.secretKey;
  const server = await startS3Server(options);
  server.createBucket('raw');
  return server;
}

export type TestEvent = Record<string, unknown>;

/** An event as ingest stores it, received `second` seconds into the hour. */
export function event(number: number, fields: TestEvent = {}, second = number % 3600): TestEvent {
  const at = new Date(HOUR_MS + second * 1000).toISOString();
  return {
    eventId: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    eventName: 'product_view',
    clientId: `client-${number % 7}`,
    eventTimestamp: at,
    pageUrl: `https://shop.example/p/${number % 50}?n=${number}`,
    product: { id: `sku-${number % 50}`, name: 'Lamp "Ω" \\ \t', price: 19.9, discountPrice: '17.50', color: 'red' },
    ...fields,
    _ingest: { receivedAt: at, sourceIp: MARKERS.sourceIp, userAgent: MARKERS.userAgent },
  };
}

export const ndjson = (events: readonly unknown[]): string => events.map((one) => JSON.stringify(one) + '\n').join('');
export const array = (events: readonly unknown[]): string => JSON.stringify(events);
export const gzip = (text: string): Buffer => gzipSync(text);

/** Stores one object per event, as the ingest does without batches. */
export async function putEach(s3: S3Server, events: readonly unknown[], prefix: string = PREFIX): Promise<void> {
  for (const [at, one] of events.entries()) {
    await s3.putObject('raw', `${prefix}event-${String(at).padStart(8, '0')}.json`, JSON.stringify(one));
  }
}
