// A local S3 with synthetic hours, in a process of its own so that its work and memory are not the ETL's. Its argument is
// an `S3Spec` as JSON. Prints its address and process when it is ready.
import { setTimeout as sleep } from 'node:timers/promises';
import { startS3Server } from '../../src/local/s3/server.ts';
import { hourBefore, syntheticHour, type HourSpec } from '../hours.ts';
import { BENCH_PREFIX } from '../synthetic.ts';

/** What a local S3 is to hold, and how slow it is to be. */
export interface S3Spec {
  readonly hours?: readonly HourSpec[];
  /** So many keys of a few bytes in the bench's hour. */
  readonly keys?: number;
  /** Milliseconds that each request waits before it is answered. */
  readonly latency_ms?: number;
  /** Where objects are kept; in memory unless it is given. */
  readonly dataDir?: string;
}

const { hours = [], keys = 0, latency_ms = 0, dataDir } = JSON.parse(process.argv[2] ?? '{}') as S3Spec;
const s3 = await startS3Server({
  ...(dataDir === undefined ? {} : { dataDir }),
  ...(latency_ms > 0 ? { onRequest: async () => sleep(latency_ms) } : {}),
});
s3.createBucket('bench');
for (const hour of hours) {
  for (const [key, body] of hourBefore(hour)) await s3.putObject('bench', key, body);
  for (const [key, body] of syntheticHour(hour)) await s3.putObject('bench', key, body);
}
const body = Buffer.from('{}');
for (let number = 0; number < keys; number += 1) {
  await s3.putObject('bench', `${BENCH_PREFIX}event-${String(number).padStart(12, '0')}.json`, body);
}
console.log(JSON.stringify({ url: s3.url, pid: process.pid }));
