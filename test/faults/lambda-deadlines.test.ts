import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { S3Request } from '../../src/local/s3/request.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket } from '../support/bucket.ts';
import { aimName, FaultBench, once, STATEMENTS, type Aim } from '../support/fault-bench.ts';
import { endHolds, expectLoaded, expectOnePass, expectWholeBatches } from '../support/ledger.ts';
import { mixedHour, putObjects } from '../support/mixed-hour.ts';
import { oracleOf } from '../support/oracle.ts';
import type { FaultPlan, PostgresFault } from '../support/postgres-proxy.ts';
import { Sometimes } from '../support/sometimes.ts';
import { CRON, invoke, type Ending } from './deadline-invocation.ts';

const objects = mixedHour({ seed: 'lambda deadlines', events: 220, perObject: 30 });
const oracle = oracleOf(objects);
const keys = objects.map(({ key }) => key).sort();
const ENOUGH_MS = 40_000;

const sometimes = new Sometimes('partial', 'out of time', 'complete', 'resumed');

/** How long S3 takes for a request; a test of slow S3 has a bucket of its own. */
let delayOf_ms: (request: S3Request) => number = () => 0;
let s3: S3Server;
let slowS3: S3Server;
/** Those that no test is using; a warehouse takes longer to make than to empty. */
const benches: FaultBench[] = [];

beforeAll(async () => {
  s3 = await freshBucket();
  await putObjects(s3, objects);
  slowS3 = await freshBucket({
    onRequest: async (request) => {
      const delay_ms = delayOf_ms(request);
      if (delay_ms > 0) await sleep(delay_ms, undefined, { ref: false });
      return undefined;
    },
  });
  await putObjects(slowS3, objects);
});

afterAll(async () => {
  await Promise.all(benches.map((bench) => bench.close()));
  await s3.close();
  await slowS3.close();
});

function note(ending: Ending): void {
  if (ending.status === 'partial') sometimes.saw('partial');
  if (ending.status === 'complete') sometimes.saw('complete');
  if (ending.code === 'out_of_time') sometimes.saw('out of time');
}

/** What was committed is whole, nothing is left open, and the next invocation takes the hour to its end in the same pass. */
async function expectNextFinishes(bench: FaultBench): Promise<void> {
  bench.proxy.plan = undefined;
  await expectWholeBatches(bench.warehouse);
  expect(bench.proxy.open, 'the invocation has closed its connections').toBe(0);
  const before = await bench.warehouse.rows('SELECT FROM clickstream_events');
  bench.proxy.reset();
  await endHolds(bench.warehouse);
  const next = await invoke(bench.warehouse, CRON, { remaining_ms: ENOUGH_MS, postgres: bench.proxy });
  expect(next).toMatchObject({ status: 'complete' });
  if (before.length > 0 && next.result!.read > 0) sometimes.saw('resumed');
  await expectLoaded(bench.warehouse, oracle);
  await expectOnePass(bench.warehouse, oracle);
}

/**
 * Invokes it while one answer takes longer than it has, and then in peace. One whose time was up before that moment came
 * is given more: how far it gets is the machine's affair.
 */
async function meet(
  make: (fault: PostgresFault) => Meeting,
  kind: 'delay' | 'silence',
  remaining_ms = 3_000,
): Promise<Ending> {
  const bench = benches.pop() ?? (await FaultBench.open(s3, oracle));
  try {
    const { plan, fired } = make(kind === 'delay' ? { kind, ms: remaining_ms + 4_000 } : { kind });
    bench.proxy.plan = plan;
    const ending = await invoke(bench.warehouse, CRON, { remaining_ms, postgres: bench.proxy });
    const came = fired();
    if (came > 0) {
      note(ending);
      await expectNextFinishes(bench);
    } else {
      bench.proxy.plan = undefined;
      bench.proxy.reset();
    }
    await bench.empty();
    benches.push(bench);
    if (came > 0) return ending;
  } catch (error) {
    await bench.close();
    throw error;
  }
  expect(remaining_ms, 'the moment comes').toBeLessThan(20_000);
  return meet(make, kind, remaining_ms * 2);
}

interface Meeting {
  readonly plan: FaultPlan;
  readonly fired: () => number;
}

/** Every phase of a run, by an answer that it waits for there. */
const PHASES: readonly Aim[] = [
  { at: 'connect' },
  { at: 'answer', of: 'session' },
  { at: 'answer', of: 'check tables' },
  { at: 'answer', of: 'look at holder' },
  { at: 'answer', of: 'take hold' },
  { at: 'answer', of: 'enter run' },
  { at: 'answer', of: 'begin', nth: 2 },
  { at: 'answer', of: 'clear rejects' },
  { at: 'data', of: 'copy events' },
  { at: 'done', of: 'copy events' },
  { at: 'done', of: 'copy marks' },
  { at: 'done', of: 'copy rejects' },
  { at: 'done', of: 'copy staging' },
  { at: 'answer', of: 'merge' },
  { at: 'answer', of: 'count run', nth: 2 },
  { at: 'answer', of: 'move checkpoint', nth: 3 },
  { at: 'statement', of: 'commit', nth: 3 },
  { at: 'answer', of: 'commit', nth: 3 },
  { at: 'statement', of: 'settle' },
  { at: 'answer', of: 'settle' },
  { at: 'answer', of: 'end run' },
  { at: 'answer', of: 'release' },
  { at: 'goodbye' },
];

/** The move of the checkpoint that says that the hour is done. */
function atFinish(fault: PostgresFault): Meeting {
  let settling = false;
  let fired = 0;
  const plan: FaultPlan = ({ at, statement, application }) => {
    if (application !== 'clickstream etl') return undefined;
    settling ||= statement.includes('clickstream_taken');
    if (fired > 0 || !settling || at !== 'answer' || !statement.includes('SET commit_no = commit_no + 1'))
      return undefined;
    fired += 1;
    return fault;
  };
  return { plan, fired: () => fired };
}

type Phase = readonly [name: string, make: (fault: PostgresFault) => Meeting];

const named = (aims: readonly Aim[]): Phase[] => aims.map((aim) => [aimName(aim), (fault) => once(aim, fault)]);
const FINISH: Phase = ['finish', atFinish];
const ENDINGS = /^(?:complete|partial|out_of_time|warehouse_unreachable)$/;

describe('Postgres that takes longer than there is time', () => {
  it.concurrent.each([...named(PHASES), FINISH])(
    '%s: the invocation ends in time, and the next one finishes',
    async (_, make) => {
      const { status, code } = await meet(make, 'delay');
      expect(code ?? status).toMatch(ENDINGS);
    },
    120_000,
  );
});

describe('Postgres that says nothing any more', () => {
  // Silence at the other moments is met by the tests of Postgres' faults.
  const aims: readonly Aim[] = [
    { at: 'answer', of: 'look at holder' },
    { at: 'answer', of: 'begin', nth: 2 },
    { at: 'answer', of: 'clear rejects' },
    { at: 'answer', of: 'count run', nth: 2 },
  ];
  it.concurrent.each([...named(aims), FINISH])(
    '%s: the invocation ends in time, and the next one finishes',
    async (_, make) => {
      const { status, code } = await meet(make, 'silence');
      expect(code ?? status).toMatch(ENDINGS);
    },
    120_000,
  );
});

describe('S3 that takes its time', () => {
  const isObject = ({ key }: S3Request): boolean => key !== '';

  it.each<[string, (request: S3Request) => number, RegExp]>([
    ['for a listing, longer than there is', (request) => (isObject(request) ? 0 : 12_000), /^partial$/],
    ['for each object, longer than there is', (request) => (isObject(request) ? 12_000 : 0), /^partial$/],
    [
      'for the one in the middle, longer than there is',
      ({ key }) => (key === keys[keys.length >> 1] ? 12_000 : 0),
      /^partial$/,
    ],
    ['for the last one, longer than there is', ({ key }) => (key === keys.at(-1) ? 12_000 : 0), /^partial$/],
    ['for everything, 300 ms', () => 300, /^(?:partial|complete)$/],
    ['for everything, 1,500 ms', () => 1_500, /^(?:partial|complete)$/],
  ])('%s', async (_, delay, expected) => {
    const bench = await FaultBench.open(slowS3, oracle);
    try {
      delayOf_ms = delay;
      const ending = await invoke(bench.warehouse, CRON, { remaining_ms: 4_000, postgres: bench.proxy });
      note(ending);
      expect(ending.code ?? ending.status).toMatch(expected);
      delayOf_ms = () => 0;
      await expectNextFinishes(bench);
    } finally {
      delayOf_ms = () => 0;
      await bench.close();
    }
  });
});

it('S3 that takes too long for the listing of an hour that was begun, or done, loses nothing of it', async () => {
  const bench = await FaultBench.open(slowS3, oracle);
  const isListing = ({ key }: S3Request): boolean => key === '';
  const again = (remaining_ms: number): Promise<Ending> =>
    invoke(bench.warehouse, CRON, { remaining_ms, postgres: bench.proxy });
  const checkpoint = (): Promise<unknown[]> =>
    bench.warehouse.rows('SELECT state, pass, commit_no, last_key FROM clickstream_checkpoints');
  try {
    delayOf_ms = ({ key }) => (key === keys.at(-1) ? 60_000 : 0);
    let begun = await again(4_000);
    while (begun.result!.batches === 0) begun = await again(8_000);
    expect(begun.status).toBe('partial');
    for (const state of ['reading', 'completed']) {
      const before = await checkpoint();
      expect(before).toMatchObject([{ state }]);
      delayOf_ms = (request) => (isListing(request) ? 12_000 : 0);
      expect(await again(3_000)).toMatchObject({ status: 'partial', result: { read: 0, batches: 0 } });
      expect(await checkpoint()).toEqual(before);
      delayOf_ms = () => 0;
      expect(await again(ENOUGH_MS)).toMatchObject({ status: 'complete' });
    }
    await expectLoaded(bench.warehouse, oracle);
    await expectOnePass(bench.warehouse, oracle);
  } finally {
    delayOf_ms = () => 0;
    await bench.close();
  }
});

it('a budget of 2.5 s makes progress, and the hour is done in the end', async () => {
  const bench = await FaultBench.open(s3, oracle);
  try {
    // As far away as another availability zone, and a little busy: the hour takes several invocations. The many answers
    // of a settling come together.
    bench.proxy.plan = ({ at, statement }) =>
      at === 'answer' && !STATEMENTS.settle.test(statement) ? { kind: 'delay', ms: 12 } : undefined;
    const endings: Ending[] = [];
    while (endings.at(-1)?.status !== 'complete') {
      expect(endings.length, JSON.stringify(endings)).toBeLessThan(60);
      const ending = await invoke(bench.warehouse, CRON, {
        remaining_ms: 2_500,
        postgres: bench.proxy,
        env: { MAX_RECORDS_PER_BATCH: '5' },
      });
      expect(ending.code ?? ending.status).toMatch(/^(?:partial|complete)$/);
      endings.push(ending);
      note(ending);
      if (endings.length > 1) sometimes.saw('resumed');
    }
    expect(endings.length).toBeGreaterThan(1);
    const batches = endings.map(({ result }) => result!.batches);
    // A machine that is busy with other things may take all of the time for connecting, now and then.
    const idle = batches.filter((number) => number === 0).length;
    expect(idle, JSON.stringify(batches)).toBeLessThan(batches.length / 2);
    expect(endings.reduce((sum, { result }) => sum + result!.read, 0)).toBe(oracle.counts.read);
    await expectLoaded(bench.warehouse, oracle);
    await expectOnePass(bench.warehouse, oracle);
  } finally {
    await bench.close();
  }
}, 200_000);

it('memory that is used up stops it after a commit, each time, and the hour is done in the end', async () => {
  const bench = await FaultBench.open(s3, oracle);
  try {
    const endings: Ending[] = [];
    while (endings.at(-1)?.status !== 'complete') {
      expect(endings.length).toBeLessThan(200);
      // Less than an empty process takes.
      const memory_mb = 8;
      endings.push(await invoke(bench.warehouse, CRON, { remaining_ms: 60_000, memory_mb, postgres: bench.proxy }));
      note(endings.at(-1)!);
      if (endings.at(-1)!.status === 'complete') break;
      expect(endings.at(-1)).toMatchObject({ status: 'partial', result: { batches: 1 } });
    }
    expect(endings.length).toBeGreaterThan(3);
    await expectLoaded(bench.warehouse, oracle);
    await expectOnePass(bench.warehouse, oracle);
  } finally {
    await bench.close();
  }
}, 120_000);
