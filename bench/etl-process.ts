// One run of the ETL over the synthetic hour, in a process of its own. Settings come from the environment. Prints the
// result with the CPU time and the peak memory of the whole process.
import { readEtlSettings } from '../src/config/settings.ts';
import { runEtl } from '../src/etl/run-etl.ts';
import { BENCH_HOUR } from './synthetic.ts';

const memory_mb = Number(process.env['BENCH_MEMORY_MB'] ?? 'Infinity');
const cpuBefore = process.cpuUsage();
const began = performance.now();
const { hours: _hours, ...result } = await runEtl({ targetUtcHour: BENCH_HOUR }, readEtlSettings(process.env), {
  limits: { remaining_ms: Infinity, memory_bytes: memory_mb * 2 ** 20 },
});
const cpu = process.cpuUsage(cpuBefore);
console.log(
  JSON.stringify({
    ...result,
    wall_s: (performance.now() - began) / 1000,
    cpu_s: (cpu.user + cpu.system) / 1e6,
    maxRss_mb: process.resourceUsage().maxRSS / 1024,
  }),
);
