import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, HOUR } from '../support/bucket.ts';
import { once, type Aim } from '../support/fault-bench.ts';
import { expectLoaded, expectOnePass } from '../support/ledger.ts';
import { mixedHour, putObjects } from '../support/mixed-hour.ts';
import { oracleOf } from '../support/oracle.ts';
import { startPostgresProxy, type FaultPlan, type PostgresProxy } from '../support/postgres-proxy.ts';
import { Sometimes } from '../support/sometimes.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { DeadlineProcess } from './deadline-process.ts';

/** What the contract gives a dead run's hold, and what other programs may take from the machine meanwhile. */
const FREE_WITHIN_MS = 10_000;
const BUSY_MACHINE_MS = 6_000;

const objects = mixedHour({ seed: 'hung runs', events: 400, perObject: 30 });
const oracle = oracleOf(objects);
const sometimes = new Sometimes('busy', 'taken over', 'woke too late');

let s3: S3Server;

beforeAll(async () => {
  s3 = await freshBucket();
  await putObjects(s3, objects);
});

afterAll(async () => {
  await s3.close();
});

/** A run in a process of its own that reaches its warehouse through a proxy. */
interface Scene {
  readonly warehouse: TestWarehouse;
  readonly proxy: PostgresProxy;
  readonly run: DeadlineProcess;
}

async function withScene(play: (scene: Scene) => Promise<void>): Promise<void> {
  const warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  const proxy = await startPostgresProxy(warehouse.settings.postgres);
  const run = new DeadlineProcess({ ...warehouse.env, DW_PG_PORT: String(proxy.port), MAX_RECORDS_PER_BATCH: '10' });
  try {
    await play({ warehouse, proxy, run });
  } finally {
    await run.kill();
    await proxy.close();
    await warehouse.close();
  }
}

/** Every answer takes a while, so that the run is still at it when something happens to it. */
const slowly: FaultPlan = ({ at }) => (at === 'answer' ? { kind: 'delay', ms: 25 } : undefined);

async function committed(run: DeadlineProcess, batches: number): Promise<void> {
  while (run.commits < batches) {
    expect(run.isRunning, run.stderr).toBe(true);
    await sleep(5);
  }
}

/** Asks again and again until the hour is done by another run. Gives how long it was busy. */
async function busyFor_ms(warehouse: TestWarehouse): Promise<number> {
  const began_ms = performance.now();
  for (;;) {
    const asked_ms = performance.now();
    const { status } = await runEtl({ targetUtcHour: HOUR }, { ...warehouse.settings, maxRecordsPerBatch: 40 });
    if (status === 'complete') return asked_ms - began_ms;
    expect(status).toBe('busy');
    sometimes.saw('busy');
    expect(performance.now() - began_ms, 'the hour is free in the end').toBeLessThan(40_000);
    await sleep(150);
  }
}

describe.concurrent('an hour whose run is dead is free within 10 s', () => {
  it.each<[string, (scene: Scene) => Promise<void>]>([
    ['killed amid its work', () => Promise.resolve()],
    [
      'stopped for a while, then killed',
      async ({ run }) => {
        run.signal('SIGSTOP');
        await sleep(1_500);
      },
    ],
    [
      // What is left of the machine is a connection that the server still believes in, and locks.
      'cut off from the network, then killed: its connections are half open',
      async ({ proxy }) => {
        proxy.plan = () => ({ kind: 'silence' });
        await sleep(500);
      },
    ],
  ])(
    '%s',
    async (_, before) => {
      await withScene(async (scene) => {
        const { warehouse, proxy, run } = scene;
        proxy.plan = slowly;
        await run.begin({ targetUtcHour: HOUR });
        await committed(run, 2);
        await before(scene);
        await run.kill();
        const busy_ms = await busyFor_ms(warehouse);
        console.info(`busy for ${Math.round(busy_ms)} ms after the death`);
        expect(busy_ms).toBeLessThan(FREE_WITHIN_MS + BUSY_MACHINE_MS);
        await expectLoaded(warehouse, oracle);
        await expectOnePass(warehouse, oracle);
      });
    },
    90_000,
  );
});

/** Where in its transaction a run stands still, by a message that is held back from it or from the server. */
const PLACES: readonly (readonly [string, Aim])[] = [
  ['before it says BEGIN', { at: 'statement', of: 'begin', nth: 5 }],
  ['amid its rows', { at: 'done', of: 'copy events', nth: 2 }],
  ['with the checkpoint moved and not yet committed', { at: 'answer', of: 'move checkpoint', nth: 4 }],
  ['with its COMMIT on the way', { at: 'statement', of: 'commit', nth: 4 }],
];
/** Longer than a hold lasts; what was held back then arrives. */
const HELD_BACK_MS = 14_000;

describe.concurrent('a run that stands still', () => {
  it.each(PLACES)(
    '%s loses its hour, and cannot commit when it wakes',
    async (_, aim) => {
      await withScene(async ({ warehouse, proxy, run }) => {
        const { plan, fired } = once(aim, { kind: 'delay', ms: HELD_BACK_MS });
        proxy.plan = (moment) => plan(moment) ?? slowly(moment);
        await run.begin({ targetUtcHour: HOUR });
        while (fired() === 0) {
          expect(run.isRunning, run.stderr).toBe(true);
          await sleep(5);
        }
        run.signal('SIGSTOP');
        const stopped_ms = performance.now();
        await busyFor_ms(warehouse);
        sometimes.saw('taken over');
        await expectLoaded(warehouse, oracle);
        const checkpoint = 'SELECT commit_no, pass, digest FROM clickstream_checkpoints';
        const before = await warehouse.rows(checkpoint);

        proxy.plan = undefined;
        await sleep(Math.max(0, HELD_BACK_MS + 500 - (performance.now() - stopped_ms)));
        run.signal('SIGCONT');
        expect(await run.ended).toBe(1);
        expect(run.stderr).toContain('Another run has taken over');
        sometimes.saw('woke too late');
        expect(await warehouse.rows(checkpoint)).toEqual(before);
        await expectLoaded(warehouse, oracle);
        await expectOnePass(warehouse, oracle);
      });
    },
    90_000,
  );
});
