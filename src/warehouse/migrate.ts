import pg from 'pg';
import { Umzug } from 'umzug';
import { sqlVariables, type TableNames } from '../config/table-names.ts';
import type { WarehouseSettings } from '../config/settings.ts';
import { ClickstreamError } from '../errors.ts';
import type { Columns } from '../etl/pipeline/column.ts';
import { connect, inTransaction } from '../etl/sinks/postgres/connection.ts';
import { columnTypes } from './check-tables.ts';
import { listSql } from './sql.ts';
import { fillSql, quoteIdentifier, sqlFile } from './template.ts';

/** What a migration changed, or would change. */
export interface Migrated {
  /** Files of `sql/migrations` that were applied, in order. */
  readonly applied: readonly string[];
  /** Columns of the pipeline that the events table did not have. */
  readonly added: readonly string[];
}

/**
 * Brings the warehouse up to date: applies the numbered migrations that it has not had, each in a transaction of its
 * own, then adds the columns that the pipeline declares and the events table lacks. One at a time per warehouse.
 *
 * @throws ClickstreamError `migration_failed`, naming the file; the ones before it stay applied.
 */
export async function migrate({ postgres, tables }: WarehouseSettings, columns: Columns): Promise<Migrated> {
  const client = await connect(postgres, 'clickstream migrate').catch((error: unknown) => {
    throw migrateError('warehouse_unreachable', `Cannot connect to the warehouse: ${messageOf(error)}`, error);
  });
  try {
    await client.query("SET lock_timeout = '60s'");
    await client.query("SELECT pg_advisory_lock(hashtext('clickstream migrate'))");
    if (tables.schema !== undefined) {
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(tables.schema)}`);
    }
    const applied = await applyFiles(client, tables);
    const added = await inTransaction(client, () => addColumns(client, tables, columns));
    return { applied, added };
  } finally {
    await client.end();
  }
}

async function applyFiles(client: pg.Client, tables: TableNames): Promise<string[]> {
  const variables = sqlVariables(tables);
  await client.query(fillSql(CREATE_MIGRATIONS, variables));
  const migrations = listSql('migrations').map((name) => ({
    name,
    up: () =>
      inTransaction(client, async () => {
        await client.query(sqlFile(`migrations/${name}`, variables));
        await client.query(`INSERT INTO ${tables.migrations} (name) VALUES ($1)`, [name]);
      }),
  }));
  const umzug = new Umzug({
    migrations,
    logger: undefined,
    storage: {
      // The row is written in the migration's own transaction; here there is nothing left to do.
      logMigration: () => Promise.resolve(),
      unlogMigration: () => Promise.resolve(),
      executed: async () => {
        const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${tables.migrations} ORDER BY name`);
        return rows.map(({ name }) => name);
      },
    },
  });
  try {
    return (await umzug.up()).map(({ name }) => name);
  } catch (error) {
    throw migrateError('migration_failed', `A migration failed and was rolled back: ${messageOf(error)}`, error);
  }
}

const CREATE_MIGRATIONS = `
  CREATE TABLE IF NOT EXISTS :"migrations" (
    name text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`;

/** Adds the columns that a pipeline declares beyond those of the migrations, and writes every column's comment. */
async function addColumns(client: pg.Client, tables: TableNames, columns: Columns): Promise<string[]> {
  const present = await columnTypes(client, tables.events);
  const added: string[] = [];
  for (const [name, { type, comment }] of Object.entries(columns)) {
    const identifier = quoteIdentifier(name);
    if (!present.has(name)) {
      await client.query(`ALTER TABLE ${tables.events} ADD COLUMN ${identifier} ${type}`);
      added.push(`${name} ${type}`);
    }
    if (comment !== '') {
      await client.query(`COMMENT ON COLUMN ${tables.events}.${identifier} IS ${pg.escapeLiteral(comment)}`);
    }
  }
  return added;
}

function migrateError(code: string, message: string, cause: unknown): ClickstreamError {
  return new ClickstreamError({ code, stage: 'migrate', message, cause });
}

function messageOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
