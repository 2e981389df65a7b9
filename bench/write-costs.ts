import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../scripts/build/bundles.ts';
import type { Costs, CostsMeasured } from '../src/plan/costs.ts';
import type { Bench } from './bench.ts';
import { commandLine, machine } from './report.ts';

/** Where costs are, from the project's folder. */
export const COSTS_FILE = 'src/plan/costs.json';

/** Makes costs those that `clickstream plan` goes by. */
export function writeCosts(costs: Costs, { warehouses }: Bench): void {
  const measured: CostsMeasured = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(warehouses.server.version),
    command: commandLine(),
  };
  writeFileSync(join(ROOT, COSTS_FILE), `${JSON.stringify({ measured, costs }, null, 2)}\n`);
}
