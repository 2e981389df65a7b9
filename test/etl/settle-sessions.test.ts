import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SettlingRule } from '../../src/config/settling-rule.ts';
import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, HOUR_MS, ndjson } from '../support/bucket.ts';
import { expectAddsUp } from '../support/expect-settled.ts';
import { goesOn, settlingRule } from '../support/rules.ts';
import { clearWarehouse } from '../support/settled.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

let s3: S3Server;
let warehouse: TestWarehouse;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

const MINUTE_MS = 60_000;

/** An event without a session: whose it is, when it happened and in which hour's object it lies. */
interface Sessionless {
  readonly id: number;
  readonly visitor: number;
  readonly at_min: number;
  readonly hour: number;
  /** Which of several records of the event: the one received first decides. */
  readonly received_s: number;
}

const uuid = (id: number): string => `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;

const timeOf = ({ at_min }: { at_min: number }): number => HOUR_MS + at_min * MINUTE_MS;

function record({ id, visitor, at_min, hour, received_s }: Sessionless): Record<string, unknown> {
  return {
    eventId: uuid(id),
    eventName: 'page_view',
    ...(visitor % 2 === 0 ? { clientId: `v${visitor}` } : { userId: `v${visitor}` }),
    eventTimestamp: timeOf({ at_min }),
    _ingest: { receivedAt: new Date(HOUR_MS + 5 * 3_600_000 + hour * 3_600_000 + received_s * 1000).toISOString() },
  };
}

/** The rule of the contract, applied to everything at once. */
function expected(events: readonly Sessionless[], rule: SettlingRule): Map<string, string> {
  const standing = new Map<number, Sessionless>();
  const receipt = (one: Sessionless): number => one.hour * 3600 + one.received_s;
  for (const one of events) {
    const other = standing.get(one.id);
    if (!other || receipt(one) < receipt(other)) standing.set(one.id, one);
  }
  const sessions = new Map<string, string>();
  const last = new Map<number, { at_min: number; session: string }>();
  for (const one of [...standing.values()].sort((a, b) => a.at_min - b.at_min || a.id - b.id)) {
    const before = last.get(one.visitor);
    const joins = before !== undefined && goesOn(rule, timeOf(before), timeOf(one));
    const session = joins ? before.session : `auto-${uuid(one.id)}`;
    sessions.set(uuid(one.id), session);
    last.set(one.visitor, { at_min: one.at_min, session });
  }
  return sessions;
}

const countOf = (sessions: ReadonlyMap<string, string>): number => new Set(sessions.values()).size;

const HOURS = 3;
const sessionless = fc.record({
  id: fc.integer({ min: 1, max: 25 }),
  visitor: fc.integer({ min: 1, max: 3 }),
  at_min: fc.integer({ min: 0, max: 240 }),
  hour: fc.integer({ min: 0, max: HOURS - 1 }),
  received_s: fc.integer({ min: 0, max: 3599 }),
});

/** One that is surely cut: ten minutes before and five after midnight in Chicago. */
const ACROSS_MIDNIGHT: [Sessionless[], number[], number, SettlingRule] = [
  [
    { id: 1, visitor: 1, at_min: 50, hour: 0, received_s: 1 },
    { id: 2, visitor: 1, at_min: 65, hour: 0, received_s: 2 },
  ],
  [0, 1, 2],
  3,
  { sessionTimeout_ms: 30 * MINUTE_MS, cutAtMidnight: true, reportingTimeZone: 'America/Chicago' },
];

it('gives the same sessions as the rule applied at once, whatever it is, for hours in any order, with repeated events', async () => {
  let cut = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(sessionless, {
        minLength: 1,
        maxLength: 40,
        // Two records of one event received in the same second of the same hour are told apart by their hash alone.
        selector: ({ id, hour, received_s }) => `${id} ${hour} ${received_s}`,
      }),
      fc.shuffledSubarray([0, 1, 2], { minLength: HOURS }),
      fc.integer({ min: 1, max: 7 }),
      settlingRule,
      async (events, order, batch, rule) => {
        s3.deleteObjects('raw');
        await clearWarehouse(warehouse);
        await warehouse.rows('DELETE FROM clickstream_settings');
        const settings = { ...warehouse.settings, ...rule, maxRecordsPerBatch: batch };
        for (const hour of order) {
          const prefix = hourPrefix(HOUR_MS + hour * 3_600_000);
          const body = ndjson(events.filter((one) => one.hour === hour).map(record));
          await s3.putObject('raw', `${prefix}event-1.json`, body);
          const result = await runEtl({ overridePrefix: prefix }, settings);
          expect(result.status).toBe('complete');
        }
        const rows = await warehouse.rows<{ event_id: string; session_id: string }>(
          'SELECT event_id, session_id FROM clickstream_events',
        );
        expect(new Map(rows.map(({ event_id, session_id }) => [event_id, session_id]))).toEqual(expected(events, rule));
        if (
          rule.cutAtMidnight &&
          countOf(expected(events, rule)) > countOf(expected(events, { ...rule, cutAtMidnight: false }))
        )
          cut += 1;
        await expectAddsUp({ ...warehouse, settings });
      },
    ),
    { numRuns: 10, examples: [ACROSS_MIDNIGHT] },
  );
  expect(cut).toBeGreaterThan(0);
}, 120_000);

it('one settling waits for another, whose events it might not see', async () => {
  s3.deleteObjects('raw');
  const prefix = hourPrefix(HOUR_MS);
  await s3.putObject(
    'raw',
    `${prefix}event-1.json`,
    ndjson([record({ id: 1, visitor: 1, at_min: 1, hour: 0, received_s: 1 })]),
  );
  const waiting =
    "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
  await clearWarehouse(warehouse);
  await warehouse.rows('DELETE FROM clickstream_settings');
  await warehouse.rows('BEGIN');
  let waited = false;
  let run: ReturnType<typeof runEtl>;
  try {
    await warehouse.rows(
      "SELECT pg_advisory_xact_lock(hashtext('clickstream settle'), 'clickstream_events'::regclass::oid::integer)",
    );
    const over = new AbortController();
    run = runEtl({ overridePrefix: prefix }, warehouse.settings).finally(() => over.abort());
    while (!over.signal.aborted && !waited) waited = (await warehouse.rows(waiting)).length > 0;
  } finally {
    await warehouse.rows('COMMIT');
  }
  expect(await run).toMatchObject({ status: 'complete' });
  expect(waited).toBe(true);
  expect(await warehouse.rows('SELECT * FROM clickstream_session_marks')).toEqual([]);
});
