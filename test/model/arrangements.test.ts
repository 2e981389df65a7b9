import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../../src/local/traffic/random.ts';
import { expectSettled } from '../support/expect-settled.ts';
import { expectWholeBatches } from '../support/ledger.ts';
import { oracleOf, tablesIn, type Row, type Tables } from '../support/oracle.ts';
import type { StoredRecord } from '../support/mixed-hour.ts';
import { Sometimes } from '../support/sometimes.ts';
import { Bench } from './bench.ts';
import { FORMS, HOURS, newObject, asStored, prefixOf, type ModelObject } from './objects.ts';
import { Traffic } from './traffic.ts';

/** How many arrangements of each kind; the longer form of the histories makes these longer as well. */
const RUNS = Number(process.env['CLICKSTREAM_MODEL_RUNS'] ?? 4);
const SEED = Number(process.env['CLICKSTREAM_SEED'] ?? Date.now() % 0x7fffffff);

const sometimes = new Sometimes('duplicate', 'reject', 'several pages', 'many ranges', 'late objects');
let bench: Bench;

beforeAll(async () => {
  bench = await Bench.open();
  console.log(`CLICKSTREAM_SEED=${SEED} repeats these arrangements`);
});

afterAll(async () => {
  await bench.close();
});

/**
 * Records that all carry an id and a time of receipt, each with the hour that it was received in. Pieces that are no
 * events are left out: what a piece is depends on the object it lies in.
 */
function someRecords(seed: number, count: number): { readonly hour: number; readonly record: StoredRecord }[] {
  const traffic = new Traffic();
  const random = Random.seeded(`arrangement ${seed}`);
  const all = Array.from({ length: count }, () => {
    const hour = random.int(0, HOURS - 1);
    return traffic.records(random, hour, 1).map((record) => ({ hour, record }));
  }).flat();
  return all.filter(({ record }) => 'event' in record && record.event['eventId'] !== undefined);
}

/** How the records lie in objects, under keys in any order; records of an hour stay in it. */
function intoObjects(records: ReturnType<typeof someRecords>, random: Random, perObject: number): ModelObject[] {
  const objects: ModelObject[] = [];
  for (let hour = 0; hour < HOURS; hour += 1) {
    const own = shuffled(
      records.filter((one) => one.hour === hour),
      random,
    );
    while (own.length > 0) {
      const some = own.splice(0, random.int(1, perObject)).map(({ record }) => record);
      const key = `${prefixOf(hour)}event-${random.uuid()}.json`;
      objects.push(newObject(key, hour, random.pick(FORMS.filter((form) => form !== 'cutOff')), some));
    }
  }
  return objects;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, place: random.word() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Tables without where a record lay. */
function placeless({ events, rejects }: Tables): { events: readonly Row[]; rejects: string[] } {
  return { events, rejects: rejects.map(({ code }) => code).sort() };
}

interface Arrangement {
  readonly seed: number;
  readonly batch: number;
  readonly perObject: number;
  readonly pageSize: number;
  /** How many key ranges each hour is loaded by. */
  readonly ranges: number;
  readonly hours: readonly number[];
  /** Whether half of the first hour comes in when all hours are loaded. */
  readonly late: boolean;
}

/** Stores the records in an arrangement, loads them, and gives what that made of them. */
async function loaded(records: ReturnType<typeof someRecords>, arrangement: Arrangement): Promise<unknown> {
  const { seed, batch, perObject, pageSize, ranges, hours, late } = arrangement;
  await bench.reset(seed);
  bench.traits.pageSize = pageSize;
  const objects = intoObjects(records, Random.seeded(`objects ${seed}`), perObject);
  const isLate = (object: ModelObject): boolean =>
    late && object.hour === hours[0] && objects.indexOf(object) % 2 === 0;
  if (objects.some(isLate)) sometimes.saw('late objects');
  for (const turn of [objects.filter((object) => !isLate(object)), objects.filter(isLate)]) {
    for (const object of turn) await bench.put(object);
    for (const hour of hours.filter((one) => turn.some((object) => object.hour === one))) {
      const keys = bench.s3.listObjects('raw', prefixOf(hour)).map(({ key }) => key);
      if (keys.length > pageSize) sometimes.saw('several pages');
      for (const payload of payloadsOf(hour, keys, ranges)) await load(payload, batch);
    }
  }
  await expectWholeBatches(bench.warehouse);
  const tables = placeless(await tablesIn(bench.warehouse));
  // The contract's tables, worked out from the objects all at once.
  expect(tables).toEqual(placeless(oracleOf(objects.map(asStored)).tables));
  return { ...tables, settled: await expectSettled(bench.warehouse) };
}

async function load(payload: object, batch: number): Promise<void> {
  const ending = await bench.run(payload, batch);
  expect(ending).toMatchObject({ status: 'complete' });
  sometimes.saw('duplicate', ending.result!.duplicates);
  sometimes.saw('reject', ending.result!.rejected);
}

/** The hour, or ranges of its keys that make it up. */
function payloadsOf(hour: number, keys: readonly string[], ranges: number): object[] {
  const size = Math.ceil(keys.length / ranges);
  const ends = keys.filter((_, at) => at % size === size - 1 && at < keys.length - 1);
  if (ends.length > 0) sometimes.saw('many ranges');
  return [undefined, ...ends].map((startAfter, at) => ({
    overridePrefix: prefixOf(hour),
    ...(startAfter === undefined ? {} : { startAfter }),
    ...(ends[at] === undefined ? {} : { endAt: ends[at] }),
  }));
}

const plain: Arrangement = {
  seed: 0,
  batch: 1000,
  perObject: 1000,
  pageSize: 1000,
  ranges: 1,
  hours: [0, 1, 2],
  late: false,
};
const seed = fc.noShrink(fc.nat({ max: 999_999 }));

/** One set of records, loaded plainly and in another arrangement. */
async function expectSame(other: fc.Arbitrary<Partial<Arrangement>>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(seed, fc.integer({ min: 30, max: 60 }), other, async (number, count, changed) => {
      const records = someRecords(number, count);
      const once = await loaded(records, plain);
      expect(await loaded(records, { ...plain, seed: number, ...changed })).toEqual(once);
    }),
    { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: TIMEOUT_MS / 2 },
  );
}

const TIMEOUT_MS = 60_000 + RUNS * 10_000;

it(
  'keys in any order, pages of any size and GETs that end in any order give the same tables',
  async () => {
    await expectSame(
      fc.record({ pageSize: fc.integer({ min: 1, max: 3 }), perObject: fc.integer({ min: 1, max: 3 }) }),
    );
  },
  TIMEOUT_MS,
);

it(
  'hours in any order, late ones included, give the same tables',
  async () => {
    const hours = fc.shuffledSubarray([0, 1, 2], { minLength: HOURS });
    const perObject = fc.integer({ min: 1, max: 5 });
    const batch = fc.integer({ min: 5, max: 50 });
    await expectSame(fc.record({ hours, perObject, batch, late: fc.constant(true) }));
  },
  TIMEOUT_MS,
);

it(
  'batches, key ranges and objects of any size give the same tables',
  async () => {
    await expectSame(
      fc.record({
        batch: fc.integer({ min: 1, max: 12 }),
        ranges: fc.integer({ min: 1, max: 6 }),
        perObject: fc.integer({ min: 1, max: 20 }),
      }),
    );
  },
  TIMEOUT_MS,
);
