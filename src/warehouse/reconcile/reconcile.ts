import pg from 'pg';
import { sqlVariables } from '../../config/table-names.ts';
import type { WarehouseSettings } from '../../config/settings.ts';
import { ClickstreamError } from '../../errors.ts';
import { Connection } from '../../etl/sinks/postgres/connection.ts';
import { checkTables } from '../check-tables.ts';
import { sqlFile } from '../template.ts';
import { mergeOrders, type Discrepancy, type Reconciled, type SideOrder } from './merge-orders.ts';
import { connectShop, shopCursor, shopRefused, type ShopTable } from './shop.ts';

/** What is to be compared: orders of the shop from a moment (included) to another one (excluded), epoch milliseconds. */
export interface ReconcileRequest {
  readonly shopUrl: string;
  readonly table: ShopTable;
  readonly from_ms: number;
  readonly to_ms: number;
}

/** Orders asked of a server at a time: what is held in memory. */
const FETCH_ROWS = 5_000;
/** Sorting a year of orders takes a while; nobody waits for a day. */
const LIMIT_MS = 24 * 3_600_000;

/**
 * Compares the orders of the shop's own database with those that clickstream has seen. Both sides are read in one
 * snapshot each, in READ ONLY transactions, and held a few thousand rows at a time.
 *
 * @param found told of each order of which they do not say the same, in the order of ids.
 * @throws ClickstreamError `shop_unreachable`, `shop_refused`, `orders_unsorted`, `warehouse_unreachable`,
 *   `warehouse_refused` or `missing_table`.
 */
export async function reconcileOrders(
  { postgres, tables }: WarehouseSettings,
  { shopUrl, table, from_ms, to_ms }: ReconcileRequest,
  found: (discrepancy: Discrepancy) => void,
): Promise<Reconciled> {
  const connection = new Connection(postgres, 'clickstream orders reconcile', () => LIMIT_MS, LIMIT_MS);
  const shop = await connectShop(shopUrl);
  let isSecondTry = false;
  try {
    return await connection.run(async (warehouse) => {
      // What was found is told already.
      if (isSecondTry) throw lost('warehouse_unreachable', 'warehouse');
      isSecondTry = true;
      await checkTables(warehouse, tables, {});
      await begin(warehouse);
      await begin(shop).catch(refused);
      try {
        const text = sqlFile('reconcile/seen.sql', sqlVariables(tables));
        await warehouse.query({ text, values: [new Date(from_ms), new Date(to_ms)] });
        await shop.query(shopCursor(table, from_ms, to_ms)).catch(refused);
        return await mergeOrders(ordersOf(shop, refused), ordersOf(warehouse, rethrown), found);
      } finally {
        await warehouse.query('ROLLBACK').catch(() => undefined);
      }
    });
  } finally {
    await shop.end().catch(() => undefined);
    await connection.close();
  }
}

/** While one side sorts, the other one waits. */
async function begin(client: pg.Client): Promise<void> {
  await client.query(
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0; ' +
      "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'",
  );
}

async function* ordersOf(client: pg.Client, onError: (error: unknown) => never): AsyncGenerator<SideOrder, undefined> {
  for (;;) {
    const { rows } = await client.query<SideOrder>(`FETCH ${FETCH_ROWS} FROM clickstream_orders`).catch(onError);
    yield* rows;
    if (rows.length < FETCH_ROWS) return;
  }
}

function refused(error: unknown): never {
  throw error instanceof pg.DatabaseError ? shopRefused(error) : lost('shop_unreachable', 'shop’s database');
}

function lost(code: string, what: string): ClickstreamError {
  return new ClickstreamError({
    code,
    stage: 'read',
    message: `The connection to the ${what} was lost while orders were read. Nothing was changed; run it again.`,
  });
}

function rethrown(error: unknown): never {
  throw error;
}
