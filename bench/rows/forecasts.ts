import { COSTS, COSTS_MEASURED, type Costs } from '../../src/plan/costs.ts';
import { forecast, WHOLE_CORE_MB, type Forecast } from '../../src/plan/forecast.ts';
import { fitCosts, LEAST_HOURS, type MeasuredLoad } from '../fit-costs.ts';
import { errorOf, offBy } from '../forecast-error.ts';
import { median } from '../measure.ts';
import { atMost, shown, type Check, type Row, type Table } from '../row.ts';
import { COSTS_FILE, writeCosts } from '../write-costs.ts';
import { hoursMeasured, shapeOf, type MeasuredHour } from './hours-measured.ts';

/**
 * How far the forecasts of `clickstream plan` are from what was measured, on a whole core and with an S3 beside it; and the
 * costs that these hours would have forecasts made of, which it writes when it is asked to.
 */
export const forecasts: Row = {
  name: 'forecasts',
  title: 'forecasts of clickstream plan',
  measure: async (bench) => {
    const hours = await hoursMeasured(bench);
    const loads = hours.map((hour) => measuredLoad(hour, hours));
    const told = loads.map((load) => toldOf(load, COSTS));
    const tables = [
      {
        title: 'forecast and measured',
        cells: [NAMES, ...hours.map((hour, at) => cellsOf(hour, loads[at]!, told[at]!))],
      },
    ];
    const checks = checksOf(loads, told);
    const notes = [`Forecasts are made of \`${COSTS_FILE}\`: ${COSTS_MEASURED.date}, ${COSTS_MEASURED.machine}.`];
    if (loads.length < LEAST_HOURS) return { checks, tables, notes };
    const fitted = fitCosts(loads);
    const errors = checksOf(
      loads,
      loads.map((load) => toldOf(load, fitted)),
    );
    const written = bench.options.writeCosts;
    if (written) writeCosts(fitted, bench);
    return {
      checks,
      tables: [...tables, costsTable(fitted)],
      notes: [
        ...notes,
        `Costs fitted to these hours tell them with ${errors.map(({ what, value }) => `a ${what} of ${shown(value.median, 0)} %`).join(', ')}. ` +
          (written ? 'They are written.' : '`npm run bench -- forecasts --write-costs` writes such costs.'),
      ],
    };
  },
};

const NAMES = ['events', 'shape', 'CPU s forecast', 'measured', 'off by', 'wall s forecast', 'measured', 'off by', 'peak MiB forecast', 'measured']; // prettier-ignore

function measuredLoad({ shape, events, padding, taken }: MeasuredHour, hours: readonly MeasuredHour[]): MeasuredLoad {
  const of = (figure: (one: (typeof taken)[number]) => number): number => median(taken.map(figure));
  const storedBytes = of(({ bytes }) => bytes);
  // Of gzip, what it inflates to is what the same events are as text.
  const plain = hours.find((other) => other.shape === 'ndjson' && other.events === events && other.padding === padding);
  const bytes = shape === 'gzip' && plain ? median(plain.taken.map((one) => one.bytes)) : storedBytes;
  return {
    load: { objects: of(({ processed }) => processed), events, bytes, storedBytes },
    wall_s: of(({ wall_s }) => wall_s),
    cpu_s: of(({ cpu_s }) => cpu_s),
    server_s: of(({ server_s }) => server_s),
    peak_mb: of(({ maxRss_mb }) => maxRss_mb),
  };
}

function toldOf({ load }: MeasuredLoad, costs: Costs): Forecast {
  return forecast(load, { memory_mb: WHOLE_CORE_MB, timeout_s: 900, latency_ms: 0 }, costs);
}

function checksOf(loads: readonly MeasuredLoad[], told: readonly Forecast[]): Check[] {
  const wall = told.map(({ seconds }, at) => errorOf(seconds, loads[at]!.wall_s));
  const cpu = told.map(({ cpu_s }, at) => errorOf(cpu_s, loads[at]!.cpu_s));
  const check = (what: string, most: number, value: number): Check =>
    atMost(most, { what, values: [value], unit: '%', digits: 0 });
  return [
    check('median error of wall times', 20, median(wall)),
    check('worst error of wall times', 60, Math.max(...wall)),
    check('median error of CPU times', 20, median(cpu)),
    check('worst error of CPU times', 60, Math.max(...cpu)),
  ];
}

function costsTable(fitted: Costs): Table {
  const names = Object.keys(COSTS) as (keyof Costs)[];
  return {
    title: 'what forecasts are made of, and what these hours say',
    cells: [['cost', 'in use', 'fitted'], ...names.map((name) => [name, String(COSTS[name]), String(fitted[name])])],
  };
}

function cellsOf(hour: MeasuredHour, { cpu_s, wall_s, peak_mb }: MeasuredLoad, told: Forecast): string[] {
  return [
    shown(hour.events, 0),
    shapeOf(hour),
    shown(told.cpu_s),
    shown(cpu_s),
    offBy(told.cpu_s, cpu_s),
    shown(told.seconds),
    shown(wall_s),
    offBy(told.seconds, wall_s),
    shown(told.peak_mb, 0),
    shown(peak_mb, 0),
  ];
}
