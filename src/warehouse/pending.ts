import type { WarehouseSettings } from '../config/settings.ts';
import type { Columns } from '../etl/pipeline/column.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { adoptionState, refuseUnadopted } from './adoption/former-table.ts';
import { columnTypes } from './check-tables.ts';
import { missingColumns, postgresName } from './column-statements.ts';
import type { Migrated } from './migrate.ts';
import { listSql, readSql } from './sql.ts';

/** What `migrate` would change. */
export interface Pending extends Migrated {
  /** What would add the columns. */
  readonly statements: readonly string[];
}

export interface PendingOptions {
  /** Whether a table that was there before is to be adopted. */
  readonly adopt?: boolean;
  /** The columns that the migrations bring with the events table; all of them unless given. */
  readonly migrated?: Columns;
}

/**
 * What `migrate` would do to the warehouse as it is now. Changes nothing.
 *
 * @throws ClickstreamError `warehouse_unreachable`; `column_type` as `migrate` does; without `adopt`, those of
 *   {@link refuseUnadopted}.
 */
export async function pendingMigrations(
  { postgres, tables }: WarehouseSettings,
  columns: Columns,
  { adopt = false, migrated = columns }: PendingOptions = {},
): Promise<Pending> {
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
      const present = state === 'needed' ? new Map<string, string>() : await columnTypes(client, tables.events);
      // The migrations bring columns of their own; only what is missing after them would be added.
      const after = present.size === 0 ? typesOf(migrated) : new Map([...broughtBy(applied, migrated), ...present]);
      const added = missingColumns(tables.events, after, columns);
      return {
        applied,
        added: added.map(({ what }) => what),
        statements: added.flatMap(({ statements }) => statements),
      };
    });
  } finally {
    await connection.close();
  }
}

/** The columns that migrations add to an events table that is there already. */
function broughtBy(migrations: readonly string[], migrated: Columns): Map<string, string> {
  const sql = migrations.map((name) => readSql(`migrations/${name}`)).join('\n');
  const names = new Set(Array.from(sql.matchAll(/ADD COLUMN IF NOT EXISTS (\w+)/g), ([, name]) => name!));
  return new Map([...typesOf(migrated)].filter(([name]) => names.has(name)));
}

function typesOf(columns: Columns): Map<string, string> {
  return new Map(Object.entries(columns).map(([name, { type }]) => [name, postgresName(type)]));
}
