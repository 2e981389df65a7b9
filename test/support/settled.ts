import type { SettlingRule } from '../../src/config/settling-rule.ts';
import { rebuild } from '../../src/warehouse/rebuild.ts';
import { DERIVED_TABLES } from '../../src/warehouse/settle-sql.ts';
import { readWarehouseSettings } from '../../src/config/settings.ts';
import type { TestWarehouse } from './warehouse.ts';

/** Rows of each table that settling works out, as text, in an order of their own. */
export type SettledTables = Readonly<Record<string, readonly string[]>>;

/** What settling has made of the events. */
export async function settledTables(warehouse: TestWarehouse): Promise<SettledTables> {
  const found: Record<string, string[]> = {};
  for (const table of DERIVED_TABLES) {
    const texts = await warehouse.rows<{ row: string }>(
      `SELECT to_jsonb(t)::text AS row FROM ${warehouse.settings.tables[table]} AS t ORDER BY to_jsonb(t)::text COLLATE "C"`,
    );
    found[table] = texts.map(({ row }) => row);
  }
  return found;
}

/** The same, worked out from all events at once. Leaves the warehouse like that. */
export async function rebuiltTables(
  warehouse: TestWarehouse,
  rule: SettlingRule = warehouse.settings,
): Promise<SettledTables> {
  await rebuild(readWarehouseSettings(warehouse.adminEnv), rule);
  return settledTables(warehouse);
}

/** Empties a warehouse of all but its settings and its vocabulary. */
export async function clearWarehouse(warehouse: TestWarehouse): Promise<void> {
  const { events, rejects, runs, checkpoints, marks, orderMarks, activityMarks, manifests } = warehouse.settings.tables;
  const derived = DERIVED_TABLES.map((table) => warehouse.settings.tables[table]);
  const tables = [events, rejects, runs, checkpoints, marks, orderMarks, activityMarks, manifests, ...derived];
  await warehouse.rows(`TRUNCATE ${tables.join(', ')}`);
}
