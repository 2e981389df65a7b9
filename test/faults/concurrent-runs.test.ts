import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EtlSettings } from '../../src/config/settings.ts';
import { ClickstreamError } from '../../src/errors.ts';
import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, HOUR_MS, PREFIX } from '../support/bucket.ts';
import { expectSettled } from '../support/expect-settled.ts';
import { emptyTables, endHolds, expectLoaded, expectOnePass } from '../support/ledger.ts';
import { mixedHour, putObjects, type StoredObject } from '../support/mixed-hour.ts';
import { oracleOf } from '../support/oracle.ts';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.ts';
import { Sometimes } from '../support/sometimes.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

const sometimes = new Sometimes('duplicate', 'reject', 'conflict', 'busy', 'overtaken');

let s3: S3Server;
let warehouse: TestWarehouse;
let proxy: PostgresProxy;
let settings: EtlSettings;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  proxy = await startPostgresProxy(warehouse.settings.postgres);
  const { host, port } = proxy;
  settings = { ...warehouse.settings, postgres: { ...warehouse.settings.postgres, host, port } };
});

afterAll(async () => {
  await proxy.close();
  await warehouse.close();
  await s3.close();
});

beforeEach(async () => {
  s3.deleteObjects('raw');
  await emptyTables(warehouse);
  proxy.errors.length = 0;
});

async function put(...hours: StoredObject[][]): Promise<ReturnType<typeof oracleOf>> {
  for (const objects of hours) await putObjects(s3, objects);
  return oracleOf(hours.flat());
}

/** When a scheduled run would do the hour; being scheduled, it leaves alone what another has completed. */
const afterTheHour = (): number => HOUR_MS + 70 * 60_000;

const prefixOf = (hour: number): string => hourPrefix(HOUR_MS + hour * 3_600_000);

/** A run's status, or the code of its error. */
async function load(payload: unknown, maxRecordsPerBatch: number, now_ms = Date.now): Promise<string> {
  const limits = { remaining_ms: 55_000, memory_bytes: Infinity };
  try {
    const result = await runEtl(payload, { ...settings, maxRecordsPerBatch, catchUp_hours: 0 }, { limits, now_ms });
    sometimes.saw('duplicate', result.duplicates);
    sometimes.saw('reject', result.rejected);
    return result.status;
  } catch (error) {
    expect(error).toBeInstanceOf(ClickstreamError);
    return (error as ClickstreamError).code;
  } finally {
    sometimes.saw('conflict', proxy.errors.filter((sqlstate) => sqlstate === '23505').length);
  }
}

describe('runs of one hour at once', () => {
  it.each([2, 3])('%i of them: one loads it, the others say that it is busy', async (number) => {
    const oracle = await put(mixedHour({ seed: `at once ${number}`, events: 400 }));
    const statuses = await Promise.all(Array.from({ length: number }, () => load({ overridePrefix: PREFIX }, 30)));
    expect(statuses.sort()).toEqual([...Array.from({ length: number - 1 }, () => 'busy'), 'complete']);
    sometimes.saw('busy');
    await expectLoaded(warehouse, oracle);
    await expectSettled(warehouse);
    await expectOnePass(warehouse, oracle);
  });

  it.each([1, 2, 3])('that take the hour from each other all the time commit each batch once (%i)', async (seed) => {
    const oracle = await put(mixedHour({ seed: `overtaken ${seed}`, events: 500 }));
    let running = 3;
    const runs = Array.from({ length: running }, async (_, at) => {
      await sleep(at * 60);
      return load({}, 15, afterTheHour).finally(() => (running -= 1));
    });
    while (running > 0) {
      await endHolds(warehouse);
      await sleep(25);
    }
    const endings = await Promise.all(runs);
    for (const ending of endings) expect(ending).toMatch(/^(?:complete|busy|lost_hour)$/);
    if (endings.includes('lost_hour')) sometimes.saw('overtaken');
    await endHolds(warehouse);
    expect(await load({}, 15, afterTheHour)).toBe('complete');
    await expectLoaded(warehouse, oracle);
    await expectSettled(warehouse);
    await expectOnePass(warehouse, oracle);
  });
});

describe('runs of several hours at once that share visitors and events', () => {
  it.each([
    ['two hours', 2, 20],
    ['three hours', 3, 20],
    ['three hours, in batches of 7', 3, 7],
    ['three hours, each in one batch', 3, 5_000],
  ])('%s', async (_, hours, batch) => {
    const each = Array.from({ length: hours }, (_none, hour) =>
      mixedHour({
        seed: `hour ${hour} of ${hours}`,
        family: 'shared',
        events: 300,
        visitors: 40,
        prefix: prefixOf(hour),
      }),
    );
    const oracle = await put(...each);
    const statuses = await Promise.all(each.map((_none, hour) => load({ overridePrefix: prefixOf(hour) }, batch)));
    expect(statuses).toEqual(each.map(() => 'complete'));
    await expectLoaded(warehouse, oracle);
    await expectSettled(warehouse);
  });
});

describe('runs of overlapping parts of an hour at once', () => {
  it.each([1, 2, 3])('the whole hour and key ranges of it (%i)', async (seed) => {
    const objects = mixedHour({ seed: `ranges ${seed}`, events: 400, perObject: 30 });
    const keys = objects.map(({ key }) => key).sort();
    const at = (share: number): string => keys[Math.floor(share * (keys.length - 1))]!;
    const oracle = await put(objects);
    const payloads = [
      { overridePrefix: PREFIX },
      { overridePrefix: PREFIX, endAt: at(0.6) },
      { overridePrefix: PREFIX, startAfter: at(0.3) },
      { overridePrefix: PREFIX, startAfter: at(0.2), endAt: at(0.8) },
    ];
    const statuses = await Promise.all(payloads.map((payload, number) => load(payload, 10 + 7 * number)));
    expect(statuses).toEqual(payloads.map(() => 'complete'));
    await expectLoaded(warehouse, oracle);
    await expectSettled(warehouse);
  });

  it('ranges that have nothing in common but events make the hour together', async () => {
    const objects = mixedHour({ seed: 'parts', events: 500, perObject: 40 });
    const keys = objects.map(({ key }) => key).sort();
    const middle = keys[Math.floor(keys.length / 2)]!;
    const oracle = await put(objects);
    const parts = [{ endAt: middle }, { startAfter: middle }];
    const statuses = await Promise.all(parts.map((part) => load({ overridePrefix: PREFIX, ...part }, 25)));
    expect(statuses).toEqual(['complete', 'complete']);
    await expectLoaded(warehouse, oracle);
    await expectSettled(warehouse);
    await expectOnePass(warehouse, oracle);
  });
});
