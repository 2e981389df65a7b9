import { dollars } from '../plan/advice.ts';
import { COSTS_MEASURED } from '../plan/costs.ts';
import type { CountedHours } from '../plan/count-hours.ts';
import type { Forecast, HourLoad, MonthlyCost, Place } from '../plan/forecast.ts';
import { PRICES } from '../plan/prices.ts';
import type { Colors } from './output.ts';
import { formatTable, type TableColumn } from './table.ts';
import { bytesText, durationText, hourText, plural } from './text.ts';

/** What an hour will take, in each size of memory, and what to change. */
export interface Plan {
  /** The hours of the bucket; undefined for an hour that is only thought of. */
  readonly counted: CountedHours | undefined;
  /** The hour that is to fit: the largest one. */
  readonly load: HourLoad;
  /** The hour that is paid for. */
  readonly average: HourLoad;
  readonly place: Place;
  readonly found: Forecast;
  readonly sizes: readonly { readonly forecast: Forecast; readonly month: MonthlyCost }[];
  readonly advice: readonly string[];
}

const SIZES: readonly TableColumn[] = [
  { title: 'memory' },
  { title: 'cores', numeric: true },
  { title: 'an hour takes', numeric: true },
  { title: 'invocations', numeric: true },
  { title: 'peak', numeric: true },
  { title: 'fits' },
  { title: 'a month', numeric: true },
];

/** A plan as a person reads it. */
export function planText(plan: Plan, colors: Colors): string {
  const { counted, load, place, found, sizes, advice } = plan;
  const parts = [
    loadText(counted, load),
    partsText(found, place),
    formatTable(
      SIZES,
      sizes.map(({ forecast, month }) => {
        const { memory_mb, vcpu, seconds, invocations, peak_mb, fits } = forecast;
        const size = `${memory_mb} MB`;
        return [
          memory_mb === place.memory_mb ? colors.bold(`${size} ←`) : size,
          vcpu.toFixed(2),
          durationText(seconds * 1000),
          invocations === undefined ? 'never' : String(invocations),
          `${peak_mb} MB`,
          fits ? colors.green('yes') : colors.red('no'),
          dollars(month.total),
        ];
      }),
    ),
    monthText(sizes.find(({ forecast }) => forecast.memory_mb === place.memory_mb)!.month),
  ];
  if (advice.length > 0) parts.push(advice.map((line) => `${colors.yellow('→')} ${line}`).join('\n'));
  return parts.join('\n\n');
}

function loadText(counted: CountedHours | undefined, load: HourLoad): string {
  const { objects, events, storedBytes } = load;
  const what = `${plural(objects, 'object')}, ${plural(events, 'event')}, ${bytesText(storedBytes)}`;
  if (counted === undefined) return `An hour of ${what}.`;
  const sample = `Events are worked out from ${plural(counted.sampled, 'object')} that were read.`;
  if (counted.hours === 1) return `${hourText(counted.largest.hour_ms)} has ${what}. ${sample}`;
  const { total, hours } = counted;
  return (
    `${plural(hours, 'hour')} have ${plural(total.objects, 'object')}, ${plural(total.events, 'event')}, ${bytesText(total.storedBytes)}; ` +
    `the largest, ${hourText(counted.largest.hour_ms)}, has ${what}. ${sample}\nTimes are the largest hour's, costs the average one's.`
  );
}

function partsText({ reading_s, settling_s }: Forecast, { latency_ms, memory_mb }: Place): string {
  const text = (time_s: number): string => durationText(time_s * 1000);
  const { cpu, latency, warehouse } = reading_s;
  return formatTable(
    [{ title: `with ${memory_mb} MB` }, { title: '', numeric: true }],
    [
      ['at once: the function’s own work', text(cpu)],
      [`         waiting for S3, ${latency_ms} ms a GET`, text(latency)],
      ['         the warehouse taking rows', text(warehouse)],
      ['then: settling sessions, orders and sums', text(settling_s)],
    ],
  );
}

function monthText(month: MonthlyCost): string {
  const rows = [
    ['API Gateway', month.api],
    ['ingest function', month.ingestLambda],
    ['S3, writing', month.s3Writing],
    ['S3, reading', month.s3Reading],
    ['ETL function', month.etlLambda],
    ['S3, keeping a month', month.storage],
    ['together', month.total],
  ] as const;
  return (
    `${formatTable(
      [{ title: 'a month of 730 such hours' }, { title: '', numeric: true }],
      rows.map(([name, amount]) => [name, dollars(amount)]),
    )}\n` +
    `Times are made of what runs took on ${COSTS_MEASURED.date}. List prices of ${PRICES.region} as of ${PRICES.asOf}, without the database, free tiers and taxes.`
  );
}

/** The same as a program reads it: times in seconds, money in US dollars. */
export function planDocument({ counted, load, place, found, sizes, advice }: Plan): object {
  return {
    hours: counted?.hours ?? null,
    total: counted?.total ?? null,
    load,
    place,
    forecast: found,
    sizes: sizes.map(({ forecast, month }) => ({ ...forecast, month })),
    costs: COSTS_MEASURED,
    prices: PRICES,
    advice,
  };
}
