import type { WarehouseSettings } from '../config/settings.ts';
import type { Columns } from '../etl/pipeline/column.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { adoptionState, refuseUnadopted } from './adoption/former-table.ts';
import { columnTypes } from './check-tables.ts';
import type { Migrated, MigrateOptions } from './migrate.ts';
import { listSql, readSql } from './sql.ts';

/**
 * What `migrate` would do to the warehouse as it is now. Changes nothing.
 *
 * @throws ClickstreamError `warehouse_unreachable`; without `adopt`, those of {@link refuseUnadopted}.
 */
export async function pendingMigrations(
  { postgres, tables }: WarehouseSettings,
  columns: Columns,
  { adopt = false }: MigrateOptions = {},
): Promise<Migrated> {
  const connection = new Connection(postgres, 'clickstream migrate', () => Infinity);
  try {
    return await connection.run(async (client) => {
      const state = await adoptionState(client, tables);
      if (!adopt) refuseUnadopted(state, tables);
      const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
        tables.migrations,
      ]);
      const done = rows[0]?.found
        ? await client.query<{ name: string }>(`SELECT name FROM ${tables.migrations}`)
        : { rows: [] };
      const had = new Set(done.rows.map(({ name }) => name));
      const applied = listSql('migrations').filter((name) => !had.has(name));
      // What is there to be adopted gives way to a table that the migrations make.
      const present = state === 'needed' ? new Map() : await columnTypes(client, tables.events);
      // The migrations bring columns of their own; only what is missing after them would be added.
      const brought = columnsOf(applied);
      const missing = Object.entries(columns).filter(([name]) => !present.has(name) && !brought.has(name));
      const added = present.size === 0 ? [] : missing;
      return { applied, added: added.map(([name, { type }]) => `${name} ${type}`) };
    });
  } finally {
    await connection.close();
  }
}

/** The columns that migrations add to tables that are there already. */
function columnsOf(migrations: readonly string[]): Set<string> {
  const sql = migrations.map((name) => readSql(`migrations/${name}`)).join('\n');
  return new Set(Array.from(sql.matchAll(/ADD COLUMN IF NOT EXISTS (\w+)/g), ([, name]) => name!));
}
