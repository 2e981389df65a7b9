import type { Columns } from '../etl/pipeline/column.ts';
import type { JsonObject } from '../etl/pipeline/record.ts';
import { definePipeline } from '../etl/pipeline/pipeline.ts';
import type { Transform } from '../etl/pipeline/transform.ts';
import { Random } from '../local/traffic/random.ts';
import { sampleEvents } from '../local/traffic/samples.ts';
import { ODD_EVENTS, spoiled, spoiledEverywhere } from './hostile-events.ts';
import { newRecords, ORIGIN } from './records.ts';
import { edgeValue, ordinaryValue } from './typed-values.ts';
import { writeJson } from './write-json.ts';
import { DEFAULT_RULE } from '../config/settling-rule.ts';

/** A record that a transform is to be tried with. */
export interface Planned {
  readonly event: JsonObject;
  /** What earlier transforms have put into columns. */
  readonly given: Readonly<Record<string, unknown>>;
  /**
   * - `shop`: an event of a shop, with the columns that the transforms before make of it
   * - `typed`: the same with any values of their types in its columns, null included
   * - `hostile`: an event, or values, that nobody thought of
   */
  readonly kind: 'shop' | 'typed' | 'hostile';
}

export interface PlanOptions {
  readonly seed: number | string;
  /** The columns that records have before the transform. */
  readonly columns: Columns;
  /** Those that it may be given any values in. */
  readonly needs: Columns;
  /** The transforms that come before it. */
  readonly before: readonly Transform[];
  readonly events: readonly JsonObject[];
}

const SAMPLES_PER_KIND = 3;
/** Of the events, so many come again, as retries do. */
const REPEATED = 6;

/** Records to try a transform with: the same for the same seed. */
export async function planRecords({ seed, columns, needs, before, events }: PlanOptions): Promise<Planned[]> {
  const random = Random.seeded(seed);
  // As the decoder will give them: a property that is undefined is none.
  const given = events.map((event) => JSON.parse(writeJson(event)) as JsonObject);
  const samples = [...given, ...samplesOf(seed)];
  const complete = (row: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(columns).map(([name, declared]) => [
        name,
        row[name] ?? (declared.nullable && name in row ? null : ordinaryValue(declared, random)),
      ]),
    );
  const shop = (await rowsOf(samples, before)).map(({ event, row }): Planned => ({
    event,
    given: complete(row),
    kind: 'shop',
  }));
  const typed = shop.map(({ event, given }): Planned => {
    const drawn = Object.entries(needs).map(([name, declared]): [string, unknown] => [
      name,
      random.chance(0.6) ? ordinaryValue(declared, random) : given[name],
    ]);
    return { event, given: { ...given, ...Object.fromEntries(drawn) }, kind: 'typed' };
  });
  const hostile = [
    ...ODD_EVENTS,
    ...given.flatMap((event) => spoiledEverywhere(event, random)),
    ...shop.flatMap(({ event }) => [event, spoiled(event, random), spoiled(event, random)]),
  ].map((event): Planned => {
    const { given } = random.pick(shop);
    const drawn = Object.entries(needs).map(([name, declared]): [string, unknown] => [
      name,
      random.chance(0.5) ? edgeValue(declared, random) : given[name],
    ]);
    return { event, given: { ...given, ...Object.fromEntries(drawn) }, kind: 'hostile' };
  });
  const all = [...shop, ...typed, ...hostile];
  return [...all, ...Array.from({ length: REPEATED }, () => random.pick(all))];
}

/** Of the last seed: a test file has many transforms and one seed. */
let last: { readonly seed: number | string; readonly samples: readonly JsonObject[] } | undefined;

function samplesOf(seed: number | string): readonly JsonObject[] {
  if (last?.seed !== seed) last = { seed, samples: sampleEvents({ seed, perKind: SAMPLES_PER_KIND }) };
  return last.samples;
}

/** What the transforms before make of events; those that they reject or drop never come to the one after. */
async function rowsOf(
  events: readonly JsonObject[],
  before: readonly Transform[],
): Promise<{ event: JsonObject; row: Record<string, unknown> }[]> {
  const run = await definePipeline(before).open(DEFAULT_RULE);
  try {
    const { records } = await run.process(newRecords(run, events, ORIGIN));
    return records.map(({ event, row }) => ({ event, row }));
  } finally {
    await run.close();
  }
}
