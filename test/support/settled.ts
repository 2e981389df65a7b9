import type { SettlingRule } from '../../src/config/settling-rule.ts';
import { rebuild } from '../../src/warehouse/rebuild.ts';
import { DERIVED_TABLES } from '../../src/warehouse/settle-sql.ts';
import { readWarehouseSettings } from '../../src/config/settings.ts';
import type { TestWarehouse } from './warehouse.ts';

/** What it takes to look at what settling made of a warehouse, and to work it out anew. */
export type SettledWarehouse = Pick<TestWarehouse, 'settings' | 'rows' | 'adminEnv'>;

/** Rows of each table that settling works out, as text, in an order of their own. */
export type SettledTables = Readonly<Record<string, readonly string[]>>;

/** What settling has made of the events. */
export async function settledTables(warehouse: Omit<SettledWarehouse, 'adminEnv'>): Promise<SettledTables> {
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
  warehouse: SettledWarehouse,
  rule: SettlingRule = warehouse.settings,
): Promise<SettledTables> {
  await rebuild(readWarehouseSettings(warehouse.adminEnv), rule);
  return settledTables(warehouse);
}

interface Emptied {
  readonly settings: Pick<TestWarehouse['settings'], 'tables'>;
  readonly rows: (sql: string) => Promise<unknown>;
}

/** Empties a warehouse of all but its settings and its vocabulary; whoever was erased may come in again. */
export async function clearWarehouse(warehouse: Emptied): Promise<void> {
  const { settings } = warehouse;
  const { events, rejects, runs, checkpoints, marks, orderMarks, activityMarks, manifests } = settings.tables;
  const { tombstones, erasures } = settings.tables;
  const derived = DERIVED_TABLES.map((table) => settings.tables[table]);
  const tables = [events, rejects, runs, checkpoints, marks, orderMarks, activityMarks, manifests, ...derived];
  // Quicker than TRUNCATE, which makes new files for every table and index.
  await warehouse.rows([...tables, tombstones, erasures].map((table) => `DELETE FROM ${table}`).join('; '));
  await warehouse.rows(`UPDATE ${settings.tables.settings} SET events_kept_from = NULL`);
}
