// One run of the built ETL Lambda over the synthetic hour, in a process of its own. Settings come from the environment,
// BENCH_MEMORY_MB is the Lambda's memory. Prints the result with the CPU time and the peak memory of the whole process.
import { handler } from '../dist/lambda/etl/index.mjs';

const memoryLimitInMB = process.env.BENCH_MEMORY_MB;
const cpuBefore = process.cpuUsage();
const began = performance.now();
const context = { getRemainingTimeInMillis: () => 900_000, ...(memoryLimitInMB ? { memoryLimitInMB } : {}) };
const result = await handler({ targetUtcHour: '2025-12-06T05:00:00Z' }, context);
const cpu = process.cpuUsage(cpuBefore);
console.log(
  JSON.stringify({
    ...result,
    wall_s: (performance.now() - began) / 1000,
    cpu_s: (cpu.user + cpu.system) / 1e6,
    maxRss_mb: process.resourceUsage().maxRSS / 1024,
  }),
);
