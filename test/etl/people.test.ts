import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, HOUR_MS, ndjson } from '../support/bucket.ts';
import { clientUsersOf, peopleOf, type PersonEvent } from '../support/people.ts';
import { clearWarehouse } from '../support/settled.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

let s3: S3Server;
let warehouse: TestWarehouse;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
});

beforeEach(async () => {
  s3.deleteObjects('raw');
  await clearWarehouse(warehouse);
  await warehouse.rows('TRUNCATE clickstream_identity_overrides');
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

let objects = 0;

/** Loads an object with these records into the n-th hour. */
async function load(hour: number, records: readonly object[]): Promise<void> {
  const prefix = hourPrefix(HOUR_MS + hour * 3_600_000);
  objects += 1;
  await s3.putObject('raw', `${prefix}event-${String(objects).padStart(6, '0')}.json`, ndjson(records));
  expect((await runEtl({ overridePrefix: prefix }, warehouse.settings)).status).toBe('complete');
}

interface Visit {
  readonly client?: string;
  readonly user?: string;
  readonly session?: string;
  /** Hours after the first; visits days apart are no longer late. */
  readonly at_h: number;
  readonly query?: string;
  readonly order?: { readonly id: string; readonly total: number; readonly currency: string };
}

let ids = 0;

function record({ client, user, session, at_h, query = '', order }: Visit): object {
  ids += 1;
  const at_ms = HOUR_MS + at_h * 3_600_000;
  return {
    eventId: `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`,
    eventName: order ? 'purchase' : 'page_view',
    eventTimestamp: at_ms,
    pageUrl: `https://shop.example/${query}`,
    ...(client === undefined ? {} : { clientId: client }),
    ...(user === undefined ? {} : { userId: user }),
    ...(session === undefined ? {} : { sessionId: session }),
    ...(order && { orderId: order.id, orderTotal: order.total, currency: order.currency }),
    _ingest: { receivedAt: new Date(at_ms + 1000).toISOString() },
  };
}

const people = (columns = 'person, sessions::int'): Promise<object[]> =>
  warehouse.rows(`SELECT ${columns} FROM clickstream_people ORDER BY person COLLATE "C"`);

it('gives a client’s visits to its only user, those before the login included, and takes them back when another one is seen', async () => {
  await load(0, [record({ client: 'laptop', at_h: 0 })]);
  expect(await people()).toEqual([{ person: 'c:laptop', sessions: 1 }]);

  await load(1, [
    record({ client: 'laptop', user: 'ann', at_h: 5 }),
    record({ client: 'phone', user: 'ann', at_h: 6 }),
  ]);
  expect(await people('person, clients::int, sessions::int')).toEqual([{ person: 'u:ann', clients: 2, sessions: 3 }]);

  // Bob on the laptop: it is shared from now on, and always was.
  await load(2, [record({ client: 'laptop', user: 'bob', at_h: 20 })]);
  expect(await people()).toEqual([
    { person: 'c:laptop', sessions: 1 },
    { person: 'u:ann', sessions: 2 },
    { person: 'u:bob', sessions: 1 },
  ]);
  const events = await warehouse.rows(
    "SELECT count(*)::int AS events FROM clickstream_events WHERE client_id = 'laptop' AND user_id IS NULL",
  );
  expect(events, 'no event was rewritten').toEqual([{ events: 1 }]);
});

it('goes by an override at once, and by the rule again when it is taken away', async () => {
  await load(0, [
    record({ client: 'laptop', user: 'ann', at_h: 0 }),
    record({ client: 'laptop', at_h: 5 }),
    record({ client: 'kiosk', at_h: 10 }),
  ]);
  const byRule = [
    { person: 'c:kiosk', sessions: 1 },
    { person: 'u:ann', sessions: 2 },
  ];
  expect(await people()).toEqual(byRule);

  await warehouse.rows(
    "INSERT INTO clickstream_identity_overrides VALUES ('kiosk', 'u:ann', 'she says so'), ('laptop', NULL, 'a family’s')",
  );
  expect(await people()).toEqual([
    { person: 'c:laptop', sessions: 1 },
    { person: 'u:ann', sessions: 2 },
  ]);
  expect(await warehouse.rows('SELECT * FROM clickstream_client_people ORDER BY client_id')).toEqual([
    { client_id: 'kiosk', person: 'u:ann', users: '0', overridden: true },
    { client_id: 'laptop', person: null, users: '1', overridden: true },
  ]);

  await warehouse.rows('DELETE FROM clickstream_identity_overrides');
  expect(await people()).toEqual(byRule);
});

it.each(['ann', '', 'x:ann', 'u:'])('takes no override to %j, which is nobody’s name', async (person) => {
  const inserted = warehouse.rows("INSERT INTO clickstream_identity_overrides VALUES ('a', $1)", [person]);
  await expect(inserted).rejects.toMatchObject({ code: '23514' });
});

const visit = fc.record(
  {
    client: fc.constantFrom('1', '2', '3'),
    user: fc.constantFrom('1', '2', '3'),
    session: fc.constantFrom('s1', 's2'),
    at_h: fc.integer({ min: 0, max: 40 }).map((half) => half / 2),
    query: fc.constantFrom('?utm_source=mail&utm_medium=email', '?gclid=1', ''),
    order: fc.record({
      id: fc.constantFrom('o1', 'o2', 'o3', 'o4'),
      total: fc.integer({ min: 1, max: 100 }).map((n) => n / 4),
      currency: fc.constantFrom('EUR', 'CHF'),
    }),
  },
  { requiredKeys: ['at_h'] },
);

const override = fc.record({
  client_id: fc.constantFrom('1', '2', '4'),
  person: fc.constantFrom(null, 'u:1', 'u:9', 'c:3'),
});

it('says who is who, new and returning, and by which touches, as the rule in JavaScript says it of the events', async () => {
  let stitched = 0;
  let shared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(visit, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 1, max: 3 }),
      fc.uniqueArray(override, { maxLength: 2, selector: ({ client_id }) => client_id }),
      async (visits, hours, overrides) => {
        s3.deleteObjects('raw');
        await clearWarehouse(warehouse);
        await warehouse.rows('TRUNCATE clickstream_identity_overrides');
        // Every hour may hold any time, so that visits come late and out of order.
        for (let hour = 0; hour < hours; hour += 1) {
          await load(hour, visits.filter((_, at) => at % hours === hour).map(record));
        }
        for (const { client_id, person } of overrides) {
          await warehouse.rows('INSERT INTO clickstream_identity_overrides VALUES ($1, $2)', [client_id, person]);
        }
        const events = await warehouse.rows<PersonEvent>(
          `SELECT e.event_id, e.client_id, e.user_id, e.visitor_id, e.session_id,
             (extract(epoch FROM e.event_timestamp) * 1000)::float AS at_ms, e.traffic_source, e.traffic_channel,
             o.currency, o.net::float AS net
           FROM clickstream_events AS e LEFT JOIN clickstream_orders AS o ON o.event_id = e.event_id`,
        );
        expect(
          await warehouse.rows(
            `SELECT client_id, user_id, (extract(epoch FROM first_at) * 1000)::float AS first_ms,
               (extract(epoch FROM last_at) * 1000)::float AS last_ms, events, sessions
             FROM clickstream_client_users ORDER BY client_id, user_id`,
          ),
        ).toEqual(clientUsersOf(events));

        const expected = peopleOf(events, overrides);
        expect(
          await warehouse.rows(
            `SELECT visitor_id, session_id, person FROM clickstream_session_people ORDER BY visitor_id, session_id`,
          ),
        ).toEqual(expected.sessions);
        expect(
          await people(
            `person, (extract(epoch FROM first_seen) * 1000)::float AS first_ms,
             (extract(epoch FROM last_seen) * 1000)::float AS last_ms, clients::int, sessions::int, events::int,
             orders::int, revenue, first_source, last_source`,
          ),
        ).toEqual(expected.people);
        expect(
          await warehouse.rows(
            `SELECT day::text, people::int, new_people::int, returning_people::int FROM clickstream_daily_people ORDER BY day`,
          ),
        ).toEqual(expected.days);
        stitched += expected.people.filter(({ clients }) => clients > 1).length;
        shared += expected.sessions.filter(({ visitor_id, person }) => person !== null && person !== visitor_id).length;
      },
    ),
    { numRuns: 15 },
  );
  expect(stitched).toBeGreaterThan(0);
  expect(shared).toBeGreaterThan(0);
}, 120_000);
