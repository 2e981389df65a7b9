import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readPayload } from '../../src/config/payload.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import type { Sink } from '../../src/etl/pipeline/sink.ts';
import { runEtl, runRequest } from '../../src/etl/run-etl.ts';
import { PostgresSink } from '../../src/etl/sinks/postgres/sink.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, HOUR, HOUR_MS, ndjson, PREFIX } from '../support/bucket.ts';
import { expectSettled } from '../support/expect-settled.ts';
import { clearWarehouse } from '../support/settled.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

const EVENTS = 2_000;
const VISITORS = 200;
/** New rows after which settling begins: some fifteen times in the hour. */
const AHEAD_ROWS = 100;

let s3: S3Server;
let warehouse: TestWarehouse;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  await s3.putObject('raw', `${PREFIX}part-0.json`, ndjson(shoppers()));
});

beforeEach(async () => {
  await clearWarehouse(warehouse);
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

/**
 * An hour in order of time. Visitors come for a few minutes; every tenth comes back half an hour later, and so after the
 * settling of the first half. Every third has no session of its own.
 */
function shoppers(): object[] {
  return Array.from({ length: EVENTS }, (_, number) => {
    const visitor = Math.floor((number * VISITORS) / EVENTS);
    const returning = visitor % 10 === 0 && number % 2 === 0 ? EVENTS / 2 : 0;
    const at_ms = HOUR_MS + ((number + returning) / EVENTS) * 3_500_000;
    const order = number % 7 === 0 ? { orderId: `o${number % 350}`, orderTotal: 20.5, currency: 'EUR' } : {};
    return {
      eventId: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      eventName:
        'orderId' in order ? 'checkout_complete' : ['product_view', 'add_to_cart', 'checkout_start'][number % 3],
      clientId: `v${visitor}`,
      ...(visitor % 3 === 0 ? {} : { sessionId: `s${visitor}` }),
      ...order,
      product: { id: `p${number % 5}`, price: 10.25 },
      pageUrl: `https://shop.example/${number % 4}`,
      eventTimestamp: new Date(at_ms).toISOString(),
      _ingest: { receivedAt: new Date(at_ms + 200).toISOString() },
    };
  }).sort((a, b) => a.eventTimestamp.localeCompare(b.eventTimestamp));
}

interface Watch {
  /** Called before the settling at the end. */
  readonly beforeSettling?: () => Promise<void>;
  /** Called after each commit. */
  readonly onProgress?: () => void;
  readonly stop?: AbortSignal;
}

/** Loads the hour with settling ahead, which is what an hour of a million events has. */
async function load({ beforeSettling, ...options }: Watch): Promise<string> {
  const { settings } = warehouse;
  const sink = new PostgresSink({
    postgres: settings.postgres,
    tables: settings.tables,
    columns: defaultPipeline.columns,
    rule: settings,
    trigger: 'explicit',
    timeLeft_ms: () => Number.POSITIVE_INFINITY,
    aheadRows: AHEAD_ROWS,
  });
  const watched: Sink = {
    open: () => sink.open(),
    close: () => sink.close(),
    claim: async (unit) => {
      const claim = await sink.claim(unit);
      if (!claim) return undefined;
      const settle = claim.settle.bind(claim);
      claim.settle = async () => {
        await beforeSettling?.();
        await settle();
      };
      return claim;
    },
  };
  const request = readPayload({ targetUtcHour: HOUR }, Date.now());
  const { status } = await runRequest(request, { ...settings, maxRecordsPerBatch: 50 }, { sink: watched, ...options });
  return status;
}

const sessions = async (): Promise<number> => {
  const [row] = await warehouse.rows<{ found: number }>('SELECT count(*)::integer AS found FROM clickstream_sessions');
  return row!.found;
};

/** Waits until nobody settles. */
async function calm(): Promise<void> {
  const settling = `SELECT FROM pg_stat_activity WHERE application_name = 'clickstream settle' AND datname = current_database()
    AND state <> 'idle'`;
  await expect.poll(async () => (await warehouse.rows(settling)).length, { timeout: 20_000 }).toBe(0);
}

test('visitors who seem to be gone are settled while the hour is read, and the end is as if nobody had been', async () => {
  let ahead = 0;
  const beforeSettling = async (): Promise<void> => {
    await calm();
    ahead = await sessions();
  };
  expect(await load({ beforeSettling })).toBe('complete');
  expect(ahead).toBeGreaterThan(0);
  expect(ahead).toBeLessThan(await sessions());
  await expectSettled(warehouse);
});

test('a run that ends early lets go of what it was settling, and the next one settles it', async () => {
  const stop = new AbortController();
  let batches = 0;
  const onProgress = (): void => {
    batches += 1;
    if (batches === 20) stop.abort();
  };
  expect(await load({ onProgress, stop: stop.signal })).toBe('partial');
  const locks = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (
    SELECT oid FROM pg_database WHERE datname = current_database())`;
  await expect.poll(async () => (await warehouse.rows(locks)).length, { timeout: 5_000 }).toBe(0);
  expect((await runEtl({ targetUtcHour: HOUR }, warehouse.settings)).status).toBe('complete');
  await expectSettled(warehouse);
});
