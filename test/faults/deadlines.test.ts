import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/local/s3/faults.ts';
import type { S3Request } from '../../src/local/s3/request.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, PREFIX } from '../support/bucket.ts';
import { FaultBench, once } from '../support/fault-bench.ts';
import { mixedHour, putObjects } from '../support/mixed-hour.ts';
import { oracleOf } from '../support/oracle.ts';
import { Sometimes } from '../support/sometimes.ts';

const objects = mixedHour({ seed: 'deadlines', events: 300, perObject: 30 });
const oracle = oracleOf(objects);
const keys = objects.map(({ key }) => key).sort();
const sometimes = new Sometimes('stopped after commits', 'stopped before any', 'resume');

/** Whether S3 leaves a request without an answer, or stops in the middle of one. */
let isIgnored: (request: S3Request) => boolean = () => false;
let stallAfter_bytes: number | undefined;
let s3: S3Server;

beforeAll(async () => {
  s3 = await freshBucket({
    onRequest: (request): Fault | undefined => {
      if (isIgnored(request)) return { kind: 'stall', afterBytes: -1 };
      const isObject = request.key !== '' && stallAfter_bytes !== undefined;
      return isObject ? { kind: 'stall', afterBytes: stallAfter_bytes! } : undefined;
    },
  });
  await putObjects(s3, objects);
});

afterAll(async () => {
  await s3.close();
});

async function withBench(use: (bench: FaultBench) => Promise<void>): Promise<void> {
  const bench = await FaultBench.open(s3, oracle);
  try {
    await use(bench);
    isIgnored = () => false;
    await bench.expectRecovery();
  } finally {
    isIgnored = () => false;
    await bench.close();
  }
}

describe('S3 that never answers', () => {
  it.each([
    ['a listing', (request: S3Request) => request.key === '', 0],
    ['any object', (request: S3Request) => request.key !== '', 0],
    ['one object', (request: S3Request) => request.key === keys[Math.floor(keys.length / 2)], 1],
    ['the last object', (request: S3Request) => request.key === keys.at(-1), 1],
  ])('%s: the run ends in time, with what came before committed', async (_, ignored, least) => {
    await withBench(async (bench) => {
      isIgnored = ignored;
      const ending = await bench.run({}, 3_000);
      expect(ending.status).toBe('partial');
      expect(ending.result!.batches).toBeGreaterThanOrEqual(least);
      sometimes.saw(ending.result!.batches > 0 ? 'stopped after commits' : 'stopped before any');

      isIgnored = () => false;
      const rest = await bench.run({}, 10_000);
      expect(rest.status).toBe('complete');
      expect(rest.result!.read + ending.result!.read).toBe(oracle.counts.read);
      if (ending.result!.read > 0) sometimes.saw('resume');
    });
  });
});

it('an object whose body stops coming is committed as far as it came, and the next run goes on in its middle', async () => {
  const records = mixedHour({ seed: 'large', events: 3_500 }).flatMap((object) => object.records);
  const large = [
    { key: `${PREFIX}large.json`, form: 'lines' as const, records: records.filter((one) => 'event' in one) },
  ];
  const bench = await FaultBench.open(s3, oracleOf(large));
  try {
    s3.deleteObjects('raw');
    await putObjects(s3, large);
    stallAfter_bytes = 1_200_000;
    const ending = await bench.run({}, 3_000);
    expect(ending).toMatchObject({ status: 'partial', result: { resumeFrom: { key: large[0]!.key } } });
    expect(ending.result!.read).toBeGreaterThan(0);
    stallAfter_bytes = undefined;
    const rest = await bench.run({}, 20_000);
    expect(rest).toMatchObject({ status: 'complete' });
    expect(rest.result!.read).toBe(records.filter((one) => 'event' in one).length - ending.result!.read);
    await bench.expectRecovery();
  } finally {
    stallAfter_bytes = undefined;
    s3.deleteObjects('raw');
    await putObjects(s3, objects);
    await bench.close();
  }
});

describe('Postgres that takes its time for every answer', () => {
  it.each([20, 150, 400])('%i ms: the run ends in time', async (ms) => {
    await withBench(async (bench) => {
      bench.proxy.plan = ({ at }) => (at === 'answer' ? { kind: 'delay', ms } : undefined);
      const ending = await bench.run({}, 3_000);
      // Entering the hour alone takes some ten answers.
      expect(ending.code ?? ending.status).toMatch(ms < 100 ? /^(?:partial|complete)$/ : /^(?:partial|out_of_time)$/);
    });
  });

  it('at last: a run that has committed is partial, and says where the next one goes on', async () => {
    await withBench(async (bench) => {
      let commits = 0;
      bench.proxy.plan = ({ at, statement }) => {
        if (at === 'answer' && statement === 'COMMIT') commits += 1;
        return commits > 3 && at === 'answer' ? { kind: 'delay', ms: 5_000 } : undefined;
      };
      const ending = await bench.run({}, 4_000);
      expect(ending).toMatchObject({ status: 'partial' });
      expect(ending.result!.batches).toBeGreaterThan(0);
      expect(ending.result!.resumeFrom).toBeDefined();
    });
  });
});

it('a run whose renewals fall silent keeps its hold by renewing it on another connection', async () => {
  await withBench(async (bench) => {
    const slow = once({ at: 'answer', of: 'move checkpoint' }, { kind: 'delay', ms: 1_100 }, 9);
    const silence = once({ at: 'answer', of: 'renew', application: 'clickstream hold' }, { kind: 'silence' });
    bench.proxy.plan = (moment) => slow.plan(moment) ?? silence.plan(moment);
    const run = bench.run({}, 30_000);
    await sleep(9_000);
    expect(silence.fired()).toBe(1);
    const held = 'SELECT held_until > clock_timestamp() AS held FROM clickstream_checkpoints';
    expect(await bench.warehouse.rows(held)).toEqual([{ held: true }]);
    expect(await run).toMatchObject({ status: 'complete' });
  });
}, 40_000);
