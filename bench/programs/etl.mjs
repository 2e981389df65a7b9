// One run of a built ETL Lambda over an hour, in a process of its own. Settings come from the environment; BENCH_BUNDLE is
// the bundle (dist's by default), BENCH_HOUR the hour, BENCH_MEMORY_MB the Lambda's memory. Prints the result with the CPU
// time and the peak memory of the whole process.
const { handler } = await import(process.env.BENCH_BUNDLE ?? '../../dist/lambda/etl/index.mjs');

const memoryLimitInMB = process.env.BENCH_MEMORY_MB;
const targetUtcHour = process.env.BENCH_HOUR ?? '2025-12-06T05:00:00Z';
const cpuBefore = process.cpuUsage();
const began = performance.now();
const context = { getRemainingTimeInMillis: () => 3_600_000, ...(memoryLimitInMB ? { memoryLimitInMB } : {}) };
const result = await handler({ targetUtcHour }, context);
const cpu = process.cpuUsage(cpuBefore);
console.log(
  JSON.stringify({
    ...result,
    wall_s: (performance.now() - began) / 1000,
    cpu_s: (cpu.user + cpu.system) / 1e6,
    maxRss_mb: process.resourceUsage().maxRSS / 1024,
  }),
);
