import { afterAll, beforeAll, expect, it } from 'vitest';
import { sqlVariables } from '../../src/config/table-names.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { DERIVED_TABLES } from '../../src/warehouse/settle-sql.ts';
import { sqlFile } from '../../src/warehouse/template.ts';
import { event, freshBucket, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { expectSettled } from '../support/expect-settled.ts';
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

it('events from before there were sessions, orders and rollups are settled by the next run', async () => {
  const events = Array.from({ length: 200 }, (_, number) =>
    event(number, {
      ...(number % 3 === 0 ? { sessionId: `s${number % 9}` } : {}),
      ...(number % 20 === 0 ? { eventName: 'purchase', orderId: `o${number % 60}`, orderTotal: number } : {}),
    }),
  );
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson(events));
  await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
  const { tables } = warehouse.settings;
  // As an older version left it: events that are loaded, and nothing that is made from them.
  await warehouse.rows(`TRUNCATE ${DERIVED_TABLES.map((table) => tables[table]).join(', ')}`);
  await warehouse.rows(sqlFile('migrations/0022_settle_what_is_there.sql', sqlVariables(tables)));
  await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
  const settled = await expectSettled(warehouse);
  expect(settled['sessions']!.length).toBeGreaterThan(10);
  expect(settled['orders']).toHaveLength(3);
});
