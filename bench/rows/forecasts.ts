import { forecast, WHOLE_CORE_MB, type HourLoad } from '../../src/plan/forecast.ts';
import { median } from '../measure.ts';
import { shown, type Row } from '../row.ts';
import { hoursMeasured, type MeasuredHour } from './hours-measured.ts';

/** From so many events on it is not the start that is measured. */
const LEAST_EVENTS = 10_000;

/** How far the forecasts of `clickstream plan` are from what was measured, on a whole core and with an S3 beside it. */
export const forecasts: Row = {
  name: 'forecasts',
  title: 'forecasts of clickstream plan',
  measure: async (bench) => {
    const hours = await hoursMeasured(bench);
    const rows = hours.filter(({ events }) => events >= LEAST_EVENTS).map((hour) => compared(hour, hours));
    const names = ['events', 'shape', 'CPU s forecast', 'measured', 'off by', 'wall s forecast', 'measured', 'off by', 'peak MiB forecast', 'measured']; // prettier-ignore
    return {
      checks: [],
      tables: [{ title: 'forecast and measured', cells: [names, ...rows] }],
      notes: [
        '`src/plan/costs.ts` has what the forecasts are made of; they are of a machine like this one when it is calm.',
      ],
    };
  },
};

function compared({ shape, events, taken }: MeasuredHour, hours: readonly MeasuredHour[]): string[] {
  const of = (figure: (one: (typeof taken)[number]) => number): number => median(taken.map(figure));
  const storedBytes = of(({ bytes }) => bytes);
  // Of gzip, what it inflates to is what the same events are as text.
  const plain = hours.find((other) => other.shape === 'ndjson' && other.events === events);
  const bytes = shape === 'gzip' && plain ? median(plain.taken.map((one) => one.bytes)) : storedBytes;
  const load: HourLoad = { objects: shape === 'objects' ? events : 1, events, bytes, storedBytes };
  const told = forecast(load, { memory_mb: WHOLE_CORE_MB, timeout_s: 900, latency_ms: 0 });
  const [cpu_s, wall_s, peak_mb] = [of((one) => one.cpu_s), of((one) => one.wall_s), of((one) => one.maxRss_mb)];
  return [
    shown(events, 0),
    shape,
    shown(told.cpu_s),
    shown(cpu_s),
    off(told.cpu_s, cpu_s),
    shown(told.seconds),
    shown(wall_s),
    off(told.seconds, wall_s),
    shown(told.peak_mb, 0),
    shown(peak_mb, 0),
  ];
}

/** `+12 %`: the forecast is more by so much. */
function off(told: number, measured: number): string {
  const percent = Math.round((told / measured - 1) * 100);
  return `${percent > 0 ? '+' : ''}${percent} %`;
}
