import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readEtlSettings, type EtlSettings } from '../../src/config/settings.ts';
import { hourPrefix, hourUnit } from '../../src/etl/pipeline/hours.ts';
import { definePipeline, type Pipeline } from '../../src/etl/pipeline/pipeline.ts';
import { transform } from '../../src/etl/pipeline/transform.ts';
import { column, required } from '../../src/etl/pipeline/column.ts';
import { replay, type HoursRequest, type Replayed } from '../../src/etl/replay/replay.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, HOUR_MS, ndjson } from '../support/bucket.ts';
import { clearWarehouse, rebuiltTables, settledTables } from '../support/settled.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

let s3: S3Server;
let warehouse: TestWarehouse;
/** Those of the owner of the tables, who alone may apply a replay. */
let owner: EtlSettings;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  owner = { ...readEtlSettings(warehouse.adminEnv), logLevel: 'silent' };
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

beforeEach(async () => {
  s3.deleteObjects('raw');
  await clearWarehouse(warehouse);
});

const HOURS = 3;
const MINUTE_MS = 60_000;

/** What later code does otherwise with an event, by the last digit of its id. */
interface Change {
  readonly digit: number;
  readonly what: 'drop' | 'reject' | 'reprice' | 'rename' | 'split' | 'moveVisitor' | 'moveTime' | 'nothing';
}

/** The default transforms, and then some changes. */
function codeWith(changes: readonly Change[]): Pipeline {
  const byDigit = new Map(changes.map(({ digit, what }) => [String(digit), what]));
  const change = transform({
    name: 'change',
    needs: {
      event_id: required(column.uuid()),
      event_name: required(column.text()),
      event_timestamp: required(column.timestamptz()),
      visitor_id: column.text(),
      order_total: column.numeric(),
    },
    each(record, context) {
      const { row } = record;
      const what = byDigit.get(row.event_id.at(-1)!);
      if (what === 'drop') context.drop(record, 'unwanted');
      if (what === 'reject') context.reject(record, 'unwanted', 'by the code at hand');
      if (what === 'reprice' && row.order_total !== null) row.order_total = 7;
      if (what === 'rename') row.event_name = 'product_view';
      if (what === 'split') context.split(record, 'part');
      if (what === 'moveVisitor') row.visitor_id = 'c:v1';
      if (what === 'moveTime') row.event_timestamp -= 45 * MINUTE_MS;
    },
  });
  return definePipeline([...defaultPipeline.transforms, change] as never);
}

const change: fc.Arbitrary<Change> = fc.record({
  digit: fc.nat(9),
  what: fc.constantFrom('drop', 'reject', 'reprice', 'rename', 'split', 'moveVisitor', 'moveTime', 'nothing'),
});

const shopEvent = fc.record({
  id: fc.integer({ min: 1, max: 30 }),
  visitor: fc.integer({ min: 0, max: 3 }),
  session: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 1 }),
  at_min: fc.integer({ min: 0, max: 240 }),
  hour: fc.integer({ min: 0, max: HOURS - 1 }),
  received_s: fc.integer({ min: 0, max: 3599 }),
  name: fc.constantFrom('home_view', 'product_view', 'add_to_cart', 'checkout_start'),
  order: fc.option(
    fc.record({
      id: fc.integer({ min: 1, max: 3 }),
      name: fc.constantFrom('purchase', 'refund', 'order_cancelled'),
      total: fc.integer({ min: 0, max: 20_000 }).map((cents) => cents / 100),
    }),
    { freq: 2 },
  ),
});
type ShopEvent = typeof shopEvent extends fc.Arbitrary<infer T> ? T : never;

function record({ id, visitor, session, at_min, hour, received_s, name, order }: ShopEvent): object {
  return {
    eventId: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    eventName: order?.name ?? name,
    ...(visitor === 0 ? {} : { clientId: `v${visitor}` }),
    ...(session === null ? {} : { sessionId: `s${session}` }),
    eventTimestamp: HOUR_MS + at_min * MINUTE_MS,
    pageUrl: `https://shop.example/${at_min}`,
    product: { id: `p${at_min % 3}`, price: 2.5 },
    ...(order && { orderId: `o${order.id}`, orderTotal: order.total, currency: 'EUR' }),
    _ingest: { receivedAt: new Date(HOUR_MS + (5 + hour) * 3_600_000 + received_s * 1000).toISOString() },
  };
}

const prefixOf = (hour: number): string => hourPrefix(HOUR_MS + hour * 3_600_000);

async function putHours(events: readonly ShopEvent[]): Promise<void> {
  for (let hour = 0; hour < HOURS; hour += 1) {
    const lines = ndjson(events.filter((one) => one.hour === hour).map(record));
    await s3.putObject('raw', `${prefixOf(hour)}event-1.json`, `${lines}no JSON\n`);
  }
}

async function load(pipeline: Pipeline, hours: readonly number[] = [0, 1, 2]): Promise<void> {
  for (const hour of hours) {
    const result = await runEtl({ overridePrefix: prefixOf(hour) }, warehouse.settings, { pipeline });
    expect(result.status).toBe('complete');
  }
}

function hoursOf(...hours: readonly number[]): HoursRequest {
  return { kind: 'hours', prefix: 'events/', hours: hours.map((hour) => hourUnit(HOUR_MS + hour * 3_600_000)) };
}

/** Everything that must be the same, whichever way it came about. */
async function contents(): Promise<object> {
  const events = await warehouse.rows('SELECT * FROM clickstream_events ORDER BY event_id');
  const rejects = await warehouse.rows(
    'SELECT source_key, record_index, code, detail, raw FROM clickstream_rejects ORDER BY 1, 2',
  );
  const checkpoints = await warehouse.rows(
    'SELECT unit, state, read, split, rejected, dropped, objects FROM clickstream_checkpoints ORDER BY unit',
  );
  const marks = await warehouse.rows('SELECT visitor_id FROM clickstream_session_marks');
  return { events, rejects, checkpoints, marks, settled: await settledTables(warehouse) };
}

const events = fc.uniqueArray(shopEvent, {
  minLength: 5,
  maxLength: 40,
  selector: ({ id, hour, received_s }) => `${id} ${hour} ${received_s}`,
});
const changes = fc.uniqueArray(change, { minLength: 3, maxLength: 6, selector: ({ digit }) => digit });

it('leaves what a fresh warehouse loaded by the new code holds, and had said so before', async () => {
  const seen = { inserted: 0, changed: 0, removed: 0 };
  await fc.assert(
    fc.asyncProperty(
      events,
      changes,
      changes,
      fc.constantFrom<readonly HoursRequest[]>(
        [hoursOf(0, 1, 2)],
        [hoursOf(2), hoursOf(0, 1)],
        [hoursOf(1), hoursOf(0), hoursOf(2)],
      ),
      async (list, older, newer, requests) => {
        s3.deleteObjects('raw');
        await clearWarehouse(warehouse);
        await putHours(list);
        await load(codeWith(newer));
        const fresh = await contents();
        await clearWarehouse(warehouse);
        await load(codeWith(older));
        const before = await contents();
        const pipeline = codeWith(newer);

        const preview = await replay(requests[0]!, owner, { pipeline });
        expect(await contents()).toEqual(before);

        let last: Replayed | undefined;
        for (const request of requests) last = await replay(request, owner, { pipeline, apply: true });
        expect(await contents()).toEqual(fresh);
        expect(await figures()).toEqual(last!.after);
        if (requests.length === 1) expect(preview).toMatchObject({ difference: last!.difference, after: last!.after });
        const again = await replay(hoursOf(0, 1, 2), owner, { pipeline });
        expect(again.difference).toMatchObject({ inserted: 0, changed: 0, removed: 0, columns: [], examples: [] });
        expect(again.after).toEqual(again.before);
        for (const key of ['inserted', 'changed', 'removed'] as const) seen[key] += preview.difference[key];
      },
    ),
    { numRuns: 3, endOnFailure: true },
  );
  // Of a few histories of chance no more is certain.
  expect(seen.inserted + seen.changed + seen.removed).toBeGreaterThan(0);
  expect(await schemas()).toEqual([]);
}, 400_000);

async function figures(): Promise<Replayed['after']> {
  const [row] = await warehouse.rows<Replayed['after']>(`
    SELECT (SELECT count(*)::integer FROM clickstream_events) AS events,
      (SELECT count(*)::integer FROM clickstream_visitors) AS visitors,
      (SELECT count(*)::integer FROM clickstream_sessions) AS sessions,
      (SELECT count(*)::integer FROM clickstream_sessions WHERE page_views <= 1) AS bounces,
      (SELECT count(*)::integer FROM clickstream_sessions WHERE orders > 0) AS converted,
      (SELECT count(*)::integer FROM clickstream_orders) AS orders,
      (SELECT coalesce(jsonb_object_agg(currency, net), '{}') FROM (
        SELECT currency, trim_scale(sum(net))::text AS net FROM clickstream_orders GROUP BY currency) AS r) AS revenue`);
  return row!;
}

const schemas = (): Promise<unknown[]> =>
  warehouse.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'clickstream\\_replay\\_%'");

const some: readonly ShopEvent[] = Array.from({ length: 12 }, (_, id) => ({
  id: id + 1,
  visitor: 1 + (id % 2),
  session: null,
  at_min: id * 10,
  hour: id % HOURS,
  received_s: id,
  name: 'product_view',
  order: id % 4 === 0 ? { id, name: 'purchase', total: 10.5 } : null,
}));
const dropOnes = codeWith([{ digit: 1, what: 'drop' }]);

it('removes nothing whose object is gone from the bucket', async () => {
  await putHours(some);
  await load(defaultPipeline);
  s3.deleteObjects('raw');
  const before = await warehouse.rows('SELECT * FROM clickstream_events ORDER BY event_id');
  const { difference } = await replay(hoursOf(0, 1, 2), owner, { apply: true });
  expect(difference).toMatchObject({ inserted: 0, changed: 0, removed: 0 });
  expect(await warehouse.rows('SELECT * FROM clickstream_events ORDER BY event_id')).toEqual(before);
});

it('leaves alone hours that a run has, with all the others that were asked for', async () => {
  await putHours(some);
  await load(defaultPipeline);
  const before = await contents();
  await warehouse.rows(`UPDATE clickstream_checkpoints SET holder = gen_random_uuid(), held_until = now() + interval '1 hour'
    WHERE unit = '${prefixOf(2)}'`);
  const run = replay(hoursOf(0, 1, 2), owner, { apply: true, pipeline: dropOnes });
  await expect(run).rejects.toMatchObject({ code: 'hour_busy' });
  await warehouse.rows('UPDATE clickstream_checkpoints SET holder = NULL, held_until = NULL');
  expect(await contents()).toEqual(before);
  expect(await schemas()).toEqual([]);
});

it('that dies after it was applied leaves the settling to the next run', async () => {
  await putHours(some);
  await load(dropOnes);
  const fresh = await contents();
  await clearWarehouse(warehouse);
  await load(defaultPipeline);
  const died = new Error('died');
  const run = replay(hoursOf(0, 1, 2), owner, {
    apply: true,
    pipeline: dropOnes,
    onApplied: () => {
      throw died;
    },
  });
  await expect(run).rejects.toBe(died);
  const states = await warehouse.rows('SELECT DISTINCT state FROM clickstream_checkpoints');
  expect(states).toEqual([{ state: 'loaded' }]);
  const now_ms = (): number => HOUR_MS + 4 * 3_600_000;
  await runEtl({}, warehouse.settings, { pipeline: dropOnes, now_ms });
  expect(await contents()).toMatchObject({ settled: (fresh as { settled: object }).settled, marks: [] });
});

it('drops the shadow of a replay that died, and leaves that of one at work alone', async () => {
  await putHours(some);
  await load(defaultPipeline);
  await warehouse.rows('CREATE SCHEMA clickstream_replay_00112233aabb');
  await warehouse.rows('CREATE SCHEMA clickstream_replay_44556677ccdd');
  await warehouse.rows(
    "SELECT pg_advisory_lock(hashtext('clickstream replay'), hashtext('clickstream_replay_44556677ccdd'))",
  );
  await replay(hoursOf(0), owner);
  expect(await schemas()).toEqual([{ nspname: 'clickstream_replay_44556677ccdd' }]);
  await warehouse.rows('SELECT pg_advisory_unlock_all()');
  await replay(hoursOf(0), owner);
  expect(await schemas()).toEqual([]);
});

it('beside runs of other hours, which bring the same events, it loses nothing of either', async () => {
  await putHours(some.map((one) => ({ ...one, hour: 0 })));
  const shared = some.map((one) => ({ ...one, hour: 1, received_s: one.received_s + 1 }));
  await s3.putObject('raw', `${prefixOf(1)}event-1.json`, ndjson(shared.map(record)));
  await load(defaultPipeline, [0]);
  const [replayed] = await Promise.all([
    replay(hoursOf(0), owner, { apply: true, pipeline: codeWith([{ digit: 1, what: 'reprice' }]) }),
    runEtl({ overridePrefix: prefixOf(1) }, { ...warehouse.settings, maxRecordsPerBatch: 1 }),
  ]);
  expect(replayed.applied).toBe(true);
  const settled = await settledTables(warehouse);
  expect(settled).toEqual(await rebuiltTables(warehouse));
  expect(await warehouse.rows('SELECT order_total FROM clickstream_events WHERE order_total = 7')).toHaveLength(1);
});
