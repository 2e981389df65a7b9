import { COSTS, type Costs } from './costs.ts';
import { forecast, monthlyCost, type Forecast, type HourLoad, type Place } from './forecast.ts';

/** Memory sizes that a plan is made for: Lambda's usual ones, and the one with a whole core. */
export const MEMORY_SIZES_MB = [256, 512, 1024, 1769] as const;

/** What a tracker that batches sends in one request. */
const BATCHED = 20;

/** What to change, as sentences; none when all is well. */
export function advice(load: HourLoad, place: Place, found: Forecast, costs: Costs = COSTS): string[] {
  const said: string[] = [];
  if (found.peak_mb > found.memory_mb) {
    said.push(`It needs up to ${found.peak_mb} MB: give the function ${sizeFor(found.peak_mb)} MB or more.`);
  }
  if (found.invocations === undefined) {
    said.push(
      `Settling alone takes ${Math.ceil(found.settling_s)} s and is done in one piece: raise the timeout over that, or run ` +
        'the hour with "clickstream etl" on a machine.',
    );
  } else if (found.invocations > 1) {
    const larger = MEMORY_SIZES_MB.find(
      (memory_mb) => memory_mb > place.memory_mb && forecast(load, { ...place, memory_mb }, costs).invocations === 1,
    );
    said.push(
      `One invocation is not enough. What is left is done by the schedule's next ones, an hour later each` +
        (larger === undefined
          ? '; invoke the function again at once while it answers "partial", or split the hour into key ranges (startAfter, endAt).'
          : `; with ${larger} MB one is.`),
    );
  }
  if (found.seconds > 3600) said.push('An hour takes longer than an hour: the warehouse falls behind for ever.');
  if (load.objects > 1000 && load.events / load.objects < 2) {
    const batched = { ...load, objects: Math.ceil(load.events / BATCHED) };
    const now = monthlyCost(load, found).total;
    const then = monthlyCost(batched, forecast(batched, place, costs)).total;
    said.push(
      `Nearly every event is an object of its own. A tracker that sends ${BATCHED} at once would make a month ` +
        `${dollars(then)} instead of ${dollars(now)}.`,
    );
  }
  return said;
}

/** `$0.42`, `$123`. */
export function dollars(amount: number): string {
  return `$${amount < 100 ? amount.toFixed(2) : String(Math.round(amount))}`;
}

function sizeFor(peak_mb: number): number {
  return MEMORY_SIZES_MB.find((memory_mb) => memory_mb >= peak_mb) ?? Math.ceil(peak_mb / 64) * 64;
}
