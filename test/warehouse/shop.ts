import { readFileSync } from 'node:fs';
import { readWarehouseSettings } from '../../src/config/settings.ts';
import { sqlVariables } from '../../src/config/table-names.ts';
import { rebuild } from '../../src/warehouse/rebuild.ts';
import { fillSql } from '../../src/warehouse/template.ts';
import type { TestWarehouse } from '../support/warehouse.ts';

const EVENTS = 6000;

/**
 * Fills a warehouse with a year of a shop's events, some orders refunded or cancelled and some of several lines, and works
 * out everything else by the days of a time zone.
 */
export async function fillShop(warehouse: TestWarehouse, reportingTimeZone: string): Promise<void> {
  const variables = sqlVariables(warehouse.settings.tables);
  const sql = readFileSync(new URL('../../bench/shop-events.sql', import.meta.url), 'utf8');
  await warehouse.rows(fillSql(sql, { ...variables, first: '0', sessions: String(EVENTS / 2), count: String(EVENTS) }));
  await warehouse.rows(fillSql(AMONG_ORDERS, variables));
  await rebuild(readWarehouseSettings(warehouse.adminEnv), { ...warehouse.settings, reportingTimeZone });
}

const AMONG_ORDERS = `
  UPDATE :"events" AS e
  SET product_id = NULL, currency = CASE WHEN n % 4 = 0 THEN NULL ELSE currency END, properties =
    '{"items": [{"item_id": "sku-1", "price": 2.5, "quantity": 2, "item_category": "Category 1"}, {"price": "1.25"}, {"item_id": "x"}]}'
  FROM (SELECT event_id, row_number() OVER (ORDER BY event_id) AS n FROM :"events" WHERE order_id IS NOT NULL) AS o
  WHERE o.event_id = e.event_id AND n % 2 = 0;

  INSERT INTO :"events" (event_id, event_timestamp, received_at, record_hash, visitor_id, session_id, session_derived, event_name,
    order_id, order_total)
  SELECT gen_random_uuid(), event_timestamp + interval '20 days', received_at + interval '20 days', 0, visitor_id, 'later-' || n,
    false, CASE WHEN n % 5 = 0 THEN 'refund' ELSE 'order_cancelled' END, order_id, 3.5
  FROM (SELECT *, row_number() OVER (ORDER BY event_id) AS n FROM :"events" WHERE order_id IS NOT NULL) AS o
  WHERE n % 5 = 0 OR n % 7 = 0`;
