import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket } from '../support/bucket.ts';
import { aimName, FaultBench, once, type Aim, type Ending } from '../support/fault-bench.ts';
import { expectOnePass } from '../support/ledger.ts';
import { mixedHour, putObjects } from '../support/mixed-hour.ts';
import { oracleOf } from '../support/oracle.ts';
import type { PostgresFault } from '../support/postgres-proxy.ts';
import { Sometimes } from '../support/sometimes.ts';

const objects = mixedHour({ seed: 'faults', events: 250, perObject: 30 });
const oracle = oracleOf(objects);
let s3: S3Server;
/** Those that no test is using; a warehouse takes longer to make than to empty. */
const benches: FaultBench[] = [];

beforeAll(async () => {
  s3 = await freshBucket();
  await putObjects(s3, objects);
});

afterAll(async () => {
  await Promise.all(benches.map((bench) => bench.close()));
  await s3.close();
});

const sometimes = new Sometimes('duplicate', 'reject', 'retry', 'resume', 'conflict', 'lost commit');

/**
 * Loads the hour with one fault, then again without any. A run whose time was up before the fault's moment came, or
 * before its end where it is about that, is given more: how far it gets in a given time is the machine's affair.
 */
async function meet(
  aim: Aim,
  fault: PostgresFault,
  {
    times = 1,
    remaining_ms = 12_000,
    toTheEnd = false,
  }: { times?: number; remaining_ms?: number; toTheEnd?: boolean } = {},
): Promise<Ending> {
  const bench = benches.pop() ?? (await FaultBench.open(s3, oracle));
  try {
    const { plan, fired } = once(aim, fault, times);
    bench.proxy.plan = plan;
    const ending = await bench.run({}, remaining_ms);
    const wasShort = fired() === 0 || (toTheEnd && ending.status === 'partial');
    if (wasShort && remaining_ms < 20_000) {
      await bench.empty();
      benches.push(bench);
      return await meet(aim, fault, { times, remaining_ms: remaining_ms * 2, toTheEnd });
    }
    expect(fired(), 'the moment came').toBeGreaterThan(0);
    const events = await bench.warehouse.rows('SELECT FROM clickstream_events');
    if (ending.status === 'complete') {
      await expectOnePass(bench.warehouse, oracle);
      sometimes.saw('retry');
      if (aim.of === 'commit' && aim.at === 'answer') sometimes.saw('lost commit');
    } else if (events.length > 0) sometimes.saw('resume');
    sometimes.saw('conflict', bench.proxy.errors.filter((sqlstate) => sqlstate === '23505').length);
    sometimes.saw('duplicate', ending.result?.duplicates ?? 0);
    sometimes.saw('reject', ending.result?.rejected ?? 0);
    await bench.expectRecovery();
    await bench.empty();
    benches.push(bench);
    return ending;
  } catch (error) {
    await bench.close();
    throw error;
  }
}

/** Every moment of a run at which what passes matters, from connecting to saying goodbye. */
const MOMENTS: readonly Aim[] = [
  { at: 'connect' },
  { at: 'statement', of: 'session' },
  { at: 'answer', of: 'check tables' },
  { at: 'statement', of: 'take hold' },
  { at: 'answer', of: 'take hold' },
  { at: 'answer', of: 'enter run' },
  { at: 'answer', of: 'commit' },
  { at: 'statement', of: 'copy events' },
  { at: 'data', of: 'copy events' },
  { at: 'done', of: 'copy events' },
  { at: 'answer', of: 'copy events' },
  { at: 'data', of: 'copy marks' },
  { at: 'data', of: 'copy rejects' },
  { at: 'done', of: 'copy staging' },
  { at: 'statement', of: 'merge' },
  { at: 'answer', of: 'merge' },
  { at: 'answer', of: 'move checkpoint', nth: 3 },
  { at: 'statement', of: 'commit', nth: 3 },
  { at: 'answer', of: 'commit', nth: 3 },
  { at: 'statement', of: 'settle' },
  { at: 'answer', of: 'settle' },
];

/** Those after which the run has nothing left to lose. */
const LAST_MOMENTS: readonly Aim[] = [
  { at: 'answer', of: 'end run' },
  { at: 'statement', of: 'release' },
  { at: 'answer', of: 'release' },
  { at: 'goodbye' },
];

describe('a connection that breaks is made anew, and the run completes', () => {
  it.concurrent.each([...MOMENTS, ...LAST_MOMENTS].map((aim) => [aimName(aim), aim] as const))('%s', async (_, aim) => {
    expect(await meet(aim, { kind: 'reset' })).toMatchObject({ status: 'complete' });
  });
});

describe('a connection that falls silent ends the run within its time', () => {
  it.concurrent.each(MOMENTS.map((aim) => [aimName(aim), aim] as const))('%s', async (_, aim) => {
    const ending = await meet(aim, { kind: 'silence' }, { remaining_ms: 2_500 });
    expect(ending.status === 'failed' ? ending.code : ending.status).toMatch(
      /^(?:partial|out_of_time|warehouse_unreachable)$/,
    );
  });

  it.concurrent.each(LAST_MOMENTS.map((aim) => [aimName(aim), aim] as const))('%s', async (_, aim) => {
    const ending = await meet(aim, { kind: 'silence' }, { remaining_ms: 2_500, toTheEnd: true });
    expect(ending).toMatchObject({ status: 'complete' });
  });
});

describe('a COMMIT that the server is still at when it is asked whether it happened', () => {
  it.concurrent.each([1, 2, 3, 5])('counts once (%i)', async (nth) => {
    const aim: Aim = { at: 'statement', of: 'commit', nth };
    expect(await meet(aim, { kind: 'abandon', ms: 700 })).toMatchObject({ status: 'complete' });
  });
});

const AT_WORK: readonly Aim[] = [
  { at: 'statement', of: 'enter run' },
  { at: 'statement', of: 'copy events' },
  { at: 'statement', of: 'copy rejects' },
  { at: 'statement', of: 'merge' },
  { at: 'statement', of: 'move checkpoint', nth: 2 },
  { at: 'statement', of: 'commit', nth: 3 },
  { at: 'statement', of: 'settle' },
];
const codesAtWork = (...sqlstates: string[]): (readonly [string, string, Aim])[] =>
  sqlstates.flatMap((sqlstate) => AT_WORK.map((aim) => [sqlstate, aimName(aim), aim] as const));

describe('an answer that says to try again is followed by another try', () => {
  it.concurrent.each([
    ...codesAtWork('40001'),
    ...codesAtWork('40P01', '55P03', '25006').filter((_, at) => at % 3 === 0),
  ])('%s at %s', async (sqlstate, _, aim) => {
    expect(await meet(aim, { kind: 'refuse', sqlstate })).toMatchObject({ status: 'complete' });
  });

  it.concurrent.each(codesAtWork('57P01'))('%s, which ends the session, at %s', async (sqlstate, _, aim) => {
    expect(await meet(aim, { kind: 'refuse', sqlstate, fatal: true })).toMatchObject({ status: 'complete' });
  });

  it.concurrent.each(['57P03', '53300'])('%s at connect', async (sqlstate) => {
    const refusal = { kind: 'refuse', sqlstate, fatal: true } as const;
    expect(await meet({ at: 'connect' }, refusal)).toMatchObject({ status: 'complete' });
  });
});

describe('an answer that stays the same ends the run with a code', () => {
  it.concurrent.each(codesAtWork('53100'))('%s at %s', async (sqlstate, _, aim) => {
    expect(await meet(aim, { kind: 'refuse', sqlstate })).toMatchObject({ code: 'warehouse_refused' });
  });

  it.concurrent.each([
    ['57P03', { at: 'connect' }, true],
    ['53300', { at: 'connect' }, true],
    ['40001', { at: 'statement', of: 'commit', nth: 2 }, false],
    ['25006', { at: 'statement', of: 'copy events' }, false],
  ] as const)('%s again and again', async (sqlstate, aim, fatal) => {
    const ending = await meet(aim, { kind: 'refuse', sqlstate, fatal }, { times: 1000, remaining_ms: 4_000 });
    expect(ending.code).toMatch(/^(?:warehouse_unreachable|out_of_time)$/);
  });

  it('55P03 for the hold means that somebody is at work on the hour', async () => {
    const aim: Aim = { at: 'statement', of: 'take hold' };
    expect(await meet(aim, { kind: 'refuse', sqlstate: '55P03' })).toMatchObject({ status: 'busy' });
  });
});

describe('the server itself fails the commit of a batch', () => {
  it.concurrent.each([
    ['40001', "RAISE EXCEPTION USING ERRCODE = '40001'", 'complete'],
    ['40P01', "RAISE EXCEPTION USING ERRCODE = '40P01'", 'complete'],
    ['53100', "RAISE EXCEPTION USING ERRCODE = '53100'", 'warehouse_refused'],
    ['the end of the session', 'PERFORM pg_terminate_backend(pg_backend_pid())', 'complete'],
  ])('with %s', async (_, action, expected) => {
    const bench = await FaultBench.open(s3, oracle);
    try {
      // A sequence is not rolled back, so the third and the fifth move of the checkpoint fail and their repetitions do not.
      await bench.warehouse.rows(`
        CREATE SEQUENCE moves;
        CREATE FUNCTION fail_now_and_then() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF nextval('moves') IN (3, 5) THEN ${action}; END IF;
          RETURN new;
        END $$;
        CREATE CONSTRAINT TRIGGER now_and_then AFTER UPDATE OF commit_no ON clickstream_checkpoints
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_now_and_then()`);
      const ending = await bench.run({}, 12_000);
      expect(ending.code ?? ending.status).toBe(expected);
      await bench.warehouse.rows('DROP TRIGGER now_and_then ON clickstream_checkpoints');
      await bench.expectRecovery();
    } finally {
      await bench.close();
    }
  });
});
