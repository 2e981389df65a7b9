import { readRunSettings } from '../config/settings.ts';
import { S3Store } from '../etl/sources/s3/store.ts';
import { advice, MEMORY_SIZES_MB } from '../plan/advice.ts';
import { countHours, type CountedHours } from '../plan/count-hours.ts';
import { forecast, monthlyCost, type HourLoad, type Place } from '../plan/forecast.ts';
import { EXIT } from './exit-codes.ts';
import { colorsFor, print, printJson } from './output.ts';
import { readPlanFlags, type PlanFlags, type PlanSource } from './plan-flags.ts';
import { planDocument, planText, type Plan } from './plan-text.ts';
import { stepProgress } from './step-progress.ts';
import { hourText } from './text.ts';

/**
 * `clickstream plan`: says what an hour will take before it is run, and what a month of them costs. Needs no warehouse, and
 * the bucket only when it is asked about.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong.
 */
export async function planCommand(flags: PlanFlags): Promise<number> {
  const { source, place } = readPlanFlags(flags, Date.now());
  const plan = planFor(await loadOf(source), place);
  if (flags.json === true) printJson(planDocument(plan));
  else print(planText(plan, colorsFor(process.stdout, process.env)));
  return EXIT.complete;
}

/** The plan for hours that were counted, or for one that was thought of. */
export function planFor(counted: CountedHours | HourLoad, place: Place): Plan {
  const hours = 'hours' in counted ? counted : undefined;
  const load = 'hours' in counted ? counted.largest : counted;
  const average = 'hours' in counted ? averageOf(counted) : counted;
  const found = forecast(load, place);
  const sizes = [...new Set([...MEMORY_SIZES_MB, place.memory_mb])].sort((a, b) => a - b);
  return {
    counted: hours,
    load,
    average,
    place,
    found,
    sizes: sizes.map((memory_mb) => {
      const there = { ...place, memory_mb };
      return { forecast: forecast(load, there), month: monthlyCost(average, forecast(average, there)) };
    }),
    advice: advice(load, place, found),
  };
}

function averageOf({ hours, total }: CountedHours): HourLoad {
  const each = (sum: number): number => Math.round(sum / hours);
  const { objects, events, bytes, storedBytes } = total;
  return { objects: each(objects), events: each(events), bytes: each(bytes), storedBytes: each(storedBytes) };
}

async function loadOf(source: PlanSource): Promise<CountedHours | HourLoad> {
  if (source.kind === 'assumed') return source.load;
  const { bucket, s3Endpoint } = readRunSettings(process.env);
  const store = new S3Store({ bucket, endpoint: s3Endpoint });
  const progress = stepProgress(process.stderr);
  try {
    const { request } = source;
    const units = request.kind === 'hours' ? request.hours : [request.hour];
    return await countHours(store, units, new AbortController().signal, (hour_ms, at, of) =>
      progress.onStep(`listing ${hourText(hour_ms)}`, at, of),
    );
  } finally {
    progress.close();
    await store.close();
  }
}
