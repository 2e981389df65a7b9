import { rebuild } from '../../src/warehouse/rebuild.ts';
import { DERIVED_TABLES } from '../../src/warehouse/settle-sql.ts';
import { readWarehouseSettings } from '../../src/config/settings.ts';
import type { TestWarehouse } from './warehouse.ts';

/** What it takes to look at what settling made of a warehouse, and to work it out anew. */
export type SettledWarehouse = Pick<TestWarehouse, 'settings' | 'rows' | 'adminEnv'>;

/** Rows of each table that settling works out, as text, in an order of their own. */
export type SettledTables = Readonly<Record<string, readonly string[]>>;

/** What settling has made of the events. */
export async function settledTables({ settings, rows }: Omit<SettledWarehouse, 'adminEnv'>): Promise<SettledTables> {
  const found: Record<string, string[]> = {};
  for (const table of DERIVED_TABLES) {
    const texts = await rows<{ row: string }>(
      `SELECT to_jsonb(t)::text AS row FROM ${settings.tables[table]} AS t ORDER BY to_jsonb(t)::text COLLATE "C"`,
    );
    found[table] = texts.map(({ row }) => row);
  }
  return found;
}

/** The same, worked out from all events at once. Leaves the warehouse like that. */
export async function rebuiltTables(warehouse: SettledWarehouse): Promise<SettledTables> {
  await rebuild(readWarehouseSettings(warehouse.adminEnv), warehouse.settings);
  return settledTables(warehouse);
}

interface Emptied {
  readonly settings: Pick<TestWarehouse['settings'], 'tables'>;
  readonly rows: (sql: string) => Promise<unknown>;
}

/** Empties a warehouse of all but its settings and its vocabulary. */
export async function clearWarehouse({ settings, rows }: Emptied): Promise<void> {
  const { events, rejects, runs, checkpoints, marks, orderMarks, activityMarks, manifests } = settings.tables;
  const derived = DERIVED_TABLES.map((table) => settings.tables[table]);
  const tables = [events, rejects, runs, checkpoints, marks, orderMarks, activityMarks, manifests, ...derived];
  await rows(`TRUNCATE ${tables.join(', ')}`);
}
