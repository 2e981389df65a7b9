import { atMost, type Row } from '../row.ts';
import { hoursMeasured, hoursTable, type MeasuredHour } from './hours-measured.ts';

/** Memory, which must not grow with the hour. */
export const memory: Row = {
  name: 'memory',
  title: 'peak RSS for any hour',
  limit:
    'Node with the bundle, its JIT and connections has some 120 MiB in an hour of 100 events; the rest is two semi-spaces of 16 MiB and what ' +
    'waits to be collected. Batches of half the size and earlier collections brought it down from 200; still smaller ones take more CPU time.',
  measure: async (bench) => {
    const hours = await hoursMeasured(bench);
    const peaks = (hour: MeasuredHour): number[] => hour.taken.map(({ maxRss_mb }) => maxRss_mb);
    const { small, large } = endsOf(hours);
    return {
      checks: [
        atMost(160, { what: 'the greatest', values: [Math.max(...hours.flatMap(peaks))], unit: 'MiB', digits: 0 }),
        atMost(1.1, {
          what: `${sizeOf(large)} events over ${sizeOf(small)}, NDJSON`,
          values: [Math.max(...peaks(large)) / Math.max(...peaks(small))],
        }),
      ],
      tables: [hoursTable(hours)],
    };
  },
};

/** The hours that growth is told by: 100,000 events, and the largest. */
export function endsOf(hours: readonly MeasuredHour[]): { small: MeasuredHour; large: MeasuredHour } {
  const ndjson = hours.filter(({ shape, padding }) => shape === 'ndjson' && padding === 0);
  return { small: ndjson.find(({ size }) => size === 100_000)!, large: ndjson.at(-1)! };
}

/** `100k`, `10M`. */
export function sizeOf({ events }: MeasuredHour): string {
  if (events % 1_000_000 === 0) return `${events / 1_000_000}M`;
  return events % 1_000 === 0 ? `${events / 1_000}k` : String(events);
}
