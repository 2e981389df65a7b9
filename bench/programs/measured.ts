/** Does the work of a program of the bench, and prints what it took with what it gives. */
export async function measured(work: () => Promise<Readonly<Record<string, unknown>> | undefined>): Promise<void> {
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const found = await work();
  const cpu = process.cpuUsage(cpuBefore);
  console.log(
    JSON.stringify({
      ...found,
      wall_s: (performance.now() - began) / 1000,
      cpu_s: (cpu.user + cpu.system) / 1e6,
      maxRss_mb: process.resourceUsage().maxRSS / 1024,
    }),
  );
}

/** A variable that the bench gives its programs. */
export function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
