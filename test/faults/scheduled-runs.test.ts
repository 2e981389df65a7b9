import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { HoursFailed } from '../../src/etl/pipeline/run.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, HOUR_MS } from '../support/bucket.ts';
import { emptyTables, endHolds, expectLoaded, expectOnePass } from '../support/ledger.ts';
import { mixedHour, putObjects, type StoredObject } from '../support/mixed-hour.ts';
import { oracleOf } from '../support/oracle.ts';
import { Sometimes } from '../support/sometimes.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { CRON, invoke, type Ending } from './deadline-invocation.ts';

const MINUTE_MS = 60_000;
const ENOUGH_MS = 50_000;
/** The hour that is due, and the ones before it in the order in which a run catches up with them. */
const BACK = [0, 3, 2, 1];
const prefixOf = (back: number): string => hourPrefix(HOUR_MS - back * 60 * MINUTE_MS);

const sometimes = new Sometimes('busy', 'unchanged');

let s3: S3Server;
let warehouse: TestWarehouse;
/** Keys in the order in which they were read. */
const reads: string[] = [];

beforeAll(async () => {
  s3 = await freshBucket({
    onRequest: ({ method, key }) => {
      if (method === 'GET' && key !== '') reads.push(key);
    },
  });
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

beforeEach(async () => {
  s3.deleteObjects('raw');
  await emptyTables(warehouse);
  reads.length = 0;
});

/** Hours that share visitors and events, so that which of them comes first must not matter. */
function hours(seed: string, backs: readonly number[] = BACK): StoredObject[][] {
  return backs.map((back) =>
    mixedHour({
      seed: `${seed} ${back}`,
      family: seed,
      events: 90,
      perObject: 20,
      visitors: 20,
      prefix: prefixOf(back),
    }),
  );
}

async function put(all: readonly StoredObject[][]): Promise<ReturnType<typeof oracleOf>> {
  for (const objects of all) await putObjects(s3, objects);
  return oracleOf(all.flat());
}

const options = (catchUp_hours: number) => ({
  remaining_ms: ENOUGH_MS,
  env: { CATCH_UP_HOURS: String(catchUp_hours), MAX_RECORDS_PER_BATCH: '25' },
});

/** The prefixes of the hours that were read, each as often as reading came to it. */
function hoursRead(): string[] {
  const prefixes = reads.map((key) => key.slice(0, prefixOf(0).length));
  return prefixes.filter((prefix, at) => prefix !== prefixes[at - 1]);
}

function sumOf(endings: readonly Ending[], count: 'read' | 'inserted' | 'processed'): number {
  return endings.reduce((sum, { result }) => sum + (result?.[count] ?? 0), 0);
}

describe('a scheduled run', () => {
  it('does the hour that is due, then the open ones before it, oldest first', async () => {
    const oracle = await put(hours('catch up'));
    expect(await invoke(warehouse, CRON, options(3))).toMatchObject({ status: 'complete' });
    expect(hoursRead()).toEqual(BACK.map(prefixOf));
    await expectLoaded(warehouse, oracle);
    await expectOnePass(warehouse, oracle);
  });

  it('leaves alone what has not changed, and hours further back than it looks', async () => {
    const all = hours('unchanged');
    const oracle = await put(all);
    await invoke(warehouse, CRON, options(3));
    reads.length = 0;
    await putObjects(s3, hours('too old', [4])[0]!);
    const again = await invoke(warehouse, CRON, options(3));
    expect(again).toMatchObject({ status: 'complete', result: { read: 0, inserted: 0, batches: 0 } });
    expect(reads).toEqual([]);
    await expectLoaded(warehouse, oracle);
  });

  it('reads an hour again that got keys late, and no other', async () => {
    const all = hours('late keys');
    const late = all[2]!.splice(-2);
    await put(all);
    await invoke(warehouse, CRON, options(3));
    reads.length = 0;
    await putObjects(s3, late);
    expect(await invoke(warehouse, CRON, options(3))).toMatchObject({ status: 'complete' });
    expect(hoursRead()).toEqual([prefixOf(BACK[2]!)]);
    await expectLoaded(warehouse, oracleOf([...all.flat(), ...late]));
  });

  it('completes an hour only by a listing that began five minutes after its end', async () => {
    const all = hours('too early', [0]);
    const late = all[0]!.splice(-1);
    const settings = { ...warehouse.settings, catchUp_hours: 0 };
    const at = (minute: number) => ({ now_ms: () => HOUR_MS + minute * MINUTE_MS });
    const state = (): Promise<unknown[]> => warehouse.rows('SELECT state FROM clickstream_checkpoints');
    await put(all);
    expect(await runEtl({}, settings, at(64.99))).toMatchObject({ status: 'complete' });
    expect(await state()).toEqual([{ state: 'loaded' }]);
    await putObjects(s3, late);
    expect(await runEtl({}, settings, at(65))).toMatchObject({ status: 'complete' });
    expect(await state()).toEqual([{ state: 'completed' }]);
    await expectLoaded(warehouse, oracleOf([...all.flat(), ...late]));
  });

  it('records an hour that fails, does the others, and throws at the end', async () => {
    const all = hours('one fails');
    const oracle = await put(all);
    const victim = all[1]!.flatMap(({ records }) => records).find((one) => 'event' in one && 'eventId' in one.event);
    const id = (victim as { event: { eventId: string } }).event.eventId.toLowerCase();
    const others = [...all.slice(0, 1), ...all.slice(2)].flat(2).flatMap(({ records }) => records);
    const isOnlyThere = others.every((one) => !('event' in one) || String(one.event['eventId']).toLowerCase() !== id);
    await warehouse.rows(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'P0001'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON clickstream_events FOR EACH ROW
        WHEN (NEW.event_id = '${id}') EXECUTE FUNCTION refuse()`);
    const settings = { ...warehouse.settings, catchUp_hours: 3, maxRecordsPerBatch: 25 };
    const failure = await runEtl(CRON, settings, { limits: { remaining_ms: ENOUGH_MS, memory_bytes: Infinity } }).then(
      () => undefined,
      (error: unknown) => error,
    );
    await warehouse.rows('DROP TRIGGER refuse ON clickstream_events; DROP FUNCTION refuse');
    expect(failure).toBeInstanceOf(HoursFailed);
    const failed = (failure as HoursFailed).failures.map(({ prefix }) => prefix);
    expect(failed).toContain(prefixOf(BACK[1]!));
    if (isOnlyThere) expect(failed).toHaveLength(1);
    expect((failure as HoursFailed).message).toContain(prefixOf(BACK[1]!));
    const runs = await warehouse.rows<{ unit: string; status: string; error_code: string | null }>(
      'SELECT unit, status, error_code FROM clickstream_runs ORDER BY started_at',
    );
    expect(runs.map(({ unit }) => unit)).toEqual(BACK.map(prefixOf));
    for (const { unit, status, error_code } of runs) {
      const expected = failed.includes(unit) ? ['failed', 'warehouse_refused'] : ['complete', null];
      expect([status, error_code]).toEqual(expected);
    }

    await endHolds(warehouse);
    expect(await invoke(warehouse, CRON, options(3))).toMatchObject({ status: 'complete' });
    await expectLoaded(warehouse, oracle);
    await expectOnePass(warehouse, oracle);
  });

  it('that meets a bucket which is not there throws at once and tries no other hour', async () => {
    const ending = await invoke(warehouse, CRON, {
      ...options(3),
      env: { RAW_BUCKET_NAME: 'nowhere', CATCH_UP_HOURS: '3' },
    });
    expect(ending).toMatchObject({ status: 'failed', code: 'missing_bucket' });
    const runs = await warehouse.rows('SELECT unit, status, error_code FROM clickstream_runs');
    expect(runs).toEqual([{ unit: prefixOf(0), status: 'failed', error_code: 'missing_bucket' }]);
  });
});

describe('three deliveries of one event', () => {
  it.each([0, 3])('at once do the work once, with %i hours to catch up with', async (catchUp_hours) => {
    const oracle = await put(hours(`at once ${catchUp_hours}`, BACK.slice(0, catchUp_hours + 1)));
    const endings = await Promise.all([1, 2, 3].map(() => invoke(warehouse, CRON, options(catchUp_hours))));
    for (const { status } of endings) expect(status).toMatch(/^(?:complete|busy)$/);
    if (endings.some(({ status }) => status === 'busy')) sometimes.saw('busy');
    // Whoever came to an hour while another had it went on to the next one; each hour was done by somebody.
    expect(sumOf(endings, 'read')).toBe(oracle.counts.read);
    expect(sumOf(endings, 'inserted')).toBe(oracle.tables.events.length);
    expect(sumOf(endings, 'processed')).toBe(oracle.counts.processed);
    expect(reads).toHaveLength(oracle.counts.processed);
    await expectLoaded(warehouse, oracle);
    await expectOnePass(warehouse, oracle);
  });

  it('one after another do the work once, and two of them find nothing changed', async () => {
    const oracle = await put(hours('in turn'));
    const endings: Ending[] = [];
    for (let delivery = 0; delivery < 3; delivery += 1) endings.push(await invoke(warehouse, CRON, options(3)));
    expect(endings.map(({ status }) => status)).toEqual(['complete', 'complete', 'complete']);
    expect(endings.map(({ result }) => result!.read)).toEqual([oracle.counts.read, 0, 0]);
    sometimes.saw('unchanged', endings.filter(({ result }) => result!.hours[0]?.unchanged).length);
    expect(reads).toHaveLength(oracle.counts.processed);
    await expectLoaded(warehouse, oracle);
    await expectOnePass(warehouse, oracle);
  });
});
