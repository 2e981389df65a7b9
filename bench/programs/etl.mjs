// One run of a built ETL Lambda over an hour, in a process of its own. Settings come from the environment; BENCH_BUNDLE is
// the bundle (dist's by default), BENCH_HOUR the hour, BENCH_MEMORY_MB the Lambda's memory, BENCH_TIMEOUT_S the longest that an
// invocation may take: with it, the hour is invoked again in the same process, as Lambda does, until it is complete.
// Prints the result, its counts those of all invocations, with the CPU time and the peak memory of the whole process.
import { setTimeout as sleep } from 'node:timers/promises';

const { handler } = await import(process.env.BENCH_BUNDLE ?? '../../dist/lambda/etl/index.mjs');

const MOST_INVOCATIONS = 100;
/** An invocation that time ran out on in the middle of its last transaction may hold the hour for some seconds more. */
const BUSY_WAIT_MS = 500;
const memoryLimitInMB = process.env.BENCH_MEMORY_MB;
const timeout_s = process.env.BENCH_TIMEOUT_S;
const targetUtcHour = process.env.BENCH_HOUR ?? '2025-12-06T05:00:00Z';
const counts = { processed: 0, read: 0, inserted: 0, rejected: 0, bytes: 0 };
const invocations_s = [];
const seconds = () => performance.now() / 1000;
const cpuBefore = process.cpuUsage();
const began_s = seconds();
let result;
do {
  const invoked_s = seconds();
  const getRemainingTimeInMillis = () => (Number(timeout_s ?? 3600) + invoked_s - seconds()) * 1000;
  result = await handler(
    { targetUtcHour },
    { getRemainingTimeInMillis, ...(memoryLimitInMB ? { memoryLimitInMB } : {}) },
  );
  if (result.status === 'busy') await sleep(BUSY_WAIT_MS);
  else invocations_s.push(seconds() - invoked_s);
  for (const name of Object.keys(counts)) counts[name] += result[name];
} while (timeout_s !== undefined && result.status !== 'complete' && invocations_s.length < MOST_INVOCATIONS);
const cpu = process.cpuUsage(cpuBefore);
console.log(
  JSON.stringify({
    ...result,
    ...counts,
    invocations_s,
    wall_s: seconds() - began_s,
    cpu_s: (cpu.user + cpu.system) / 1e6,
    maxRss_mb: process.resourceUsage().maxRSS / 1024,
  }),
);
