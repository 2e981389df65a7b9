import { afterAll, beforeAll, expect, it } from 'vitest';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, gzip, ndjson, PREFIX } from '../support/bucket.ts';
import { runCli } from './run-cli.ts';

let s3: S3Server;
let env: Record<string, string>;
const OTHER = 'events/2025/12/06/06/';
const events = (first: number, count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, number) => event(first + number));

beforeAll(async () => {
  s3 = await freshBucket();
  env = { RAW_BUCKET_NAME: 'raw', AWS_ENDPOINT_URL_S3: s3.url };
  for (let object = 0; object < 300; object += 1) {
    await s3.putObject(
      'raw',
      `${PREFIX}event-${String(object).padStart(3, '0')}.json`,
      ndjson(events(1000 + object, 1)),
    );
  }
  await s3.putObject('raw', `${OTHER}all.json`, gzip(ndjson(events(2000, 500))));
});
afterAll(() => s3.close());

interface Document {
  readonly hours: number | null;
  readonly load: {
    readonly objects: number;
    readonly events: number;
    readonly bytes: number;
    readonly storedBytes: number;
  };
  readonly total: { readonly objects: number };
  readonly forecast: { readonly fits: boolean; readonly invocations: number };
  readonly sizes: readonly {
    readonly memory_mb: number;
    readonly seconds: number;
    readonly month: { readonly total: number };
  }[];
}
const plan = async (...args: string[]): Promise<Document> => {
  const { exitCode, stdout, stderr } = await runCli(['plan', ...args, '--json'], env);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as Document;
};

it('counts the objects of an hour, and works out its events from some of them', async () => {
  const { hours, load, forecast, sizes } = await plan('--hour', '2025-12-06T05');
  expect(hours).toBe(1);
  expect(load.objects).toBe(300);
  // All are of nearly one size.
  expect(load.events / 300).toBeCloseTo(1, 1);
  expect(forecast).toMatchObject({ fits: true, invocations: 1 });
  expect(sizes.map(({ memory_mb }) => memory_mb)).toEqual([256, 512, 1024, 1769]);
  expect(sizes[0]!.seconds).toBeGreaterThan(sizes[3]!.seconds);
});

it('knows what gzip holds, and plans for the largest of several hours', async () => {
  const { load } = await plan('--hour', '2025-12-06T06');
  expect(load).toMatchObject({ objects: 1, events: 500 });
  expect(load.bytes).toBeGreaterThan(load.storedBytes * 3);
  const both = await plan('--from', '2025-12-06T04', '--to', '2025-12-06T06', '--memory', '300');
  expect(both).toMatchObject({ hours: 3, total: { objects: 301 }, load: { objects: 300 } });
  expect(both.sizes.map(({ memory_mb }) => memory_mb)).toContain(300);
});

it('needs no bucket for an hour that is thought of, and says in words what to change', async () => {
  const { exitCode, stdout, stderr } = await runCli(['plan', '--events', '20000', '--memory', '128']);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain('An hour of 20,000 objects, 20,000 events, 14.0 MB.');
  expect(stdout).toMatch(/^128 MB ← .* no /m);
  expect(stdout).toMatch(/^→ It needs up to \d+ MB/m);
  expect(stdout).toMatch(/^Times are made of what runs took on \d{4}-\d\d-\d\d\. List prices of us-east-1/m);
});

it('an hour with nothing in it takes the start alone', async () => {
  const { load, forecast } = await plan('--hour', '2025-12-06T09');
  expect(load).toMatchObject({ objects: 0, events: 0 });
  expect(forecast).toMatchObject({ fits: true });
});

it('refuses what makes no plan, and a bucket that is not there', async () => {
  expect(await runCli(['plan'])).toMatchObject({ exitCode: 2, stdout: '' });
  const none = await runCli(['plan', '--hour', '2025-12-06T05'], { ...env, RAW_BUCKET_NAME: 'none' });
  expect([none.exitCode, none.stderr]).toEqual([1, expect.stringMatching(/^error missing_bucket/m)]);
});
