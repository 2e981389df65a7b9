import pg from 'pg';
import { Umzug } from 'umzug';
import { sqlVariables, type TableNames } from '../config/table-names.ts';
import type { WarehouseSettings } from '../config/settings.ts';
import { ClickstreamError } from '../errors.ts';
import type { Columns } from '../etl/pipeline/column.ts';
import { tlsAdvice } from '../etl/sinks/postgres/tls-advice.ts';
import { connect, inTransaction } from '../etl/sinks/postgres/connection.ts';
import { adoptionState, refuseUnadopted } from './adoption/former-table.ts';
import { renameFormer } from './adoption/rename-former.ts';
import { columnTypes } from './check-tables.ts';
import { commentStatement, missingColumns } from './column-statements.ts';
import { actAsOwner, createRoles, renewGrants } from './roles.ts';
import { listSql } from './sql.ts';
import { fillSql, quoteIdentifier, sqlFile } from './template.ts';

/** What a migration changed, or would change. */
export interface Migrated {
  /** Files of `sql/migrations` that were applied, in order. */
  readonly applied: readonly string[];
  /** Columns of the pipeline that the events table did not have. */
  readonly added: readonly string[];
  /** Roles that were created, when they were asked for. */
  readonly roles?: readonly string[];
}

export interface MigrateOptions {
  /** Whether to create the roles that are missing, and to let them in. */
  readonly roles?: boolean;
  /** Whether a table that is in the place of the events and not ours is renamed, for its rows to be copied. */
  readonly adopt?: boolean;
}

/**
 * Brings the warehouse up to date: applies the numbered migrations that it has not had, each in a transaction of its
 * own, then adds the columns that the pipeline declares and the events table lacks, and renews what the roles that exist
 * may do. One at a time per warehouse.
 *
 * @throws ClickstreamError `migration_failed`, naming the file; the ones before it stay applied. `column_type` when the
 *   events table has a column of the pipeline with another type. `other_table` or `adoption_unfinished`, see
 *   {@link refuseUnadopted}. With `roles`, those of {@link createRoles}; with `adopt`, those of {@link renameFormer}.
 */
export async function migrate(
  { postgres, tables }: WarehouseSettings,
  columns: Columns,
  options: MigrateOptions = {},
): Promise<Migrated> {
  const client = await connect(postgres, 'clickstream migrate').catch((error: unknown) => {
    const advice = tlsAdvice(error);
    const message = `Cannot connect to the warehouse: ${messageOf(error)}${advice === undefined ? '' : `. ${advice}`}`;
    throw migrateError('warehouse_unreachable', message, error);
  });
  try {
    await client.query("SET lock_timeout = '60s'");
    await client.query("SELECT pg_advisory_lock(hashtext('clickstream migrate'))");
    if (tables.schema !== undefined) await createSchema(client, tables.schema);
    const state = await adoptionState(client, tables);
    if (options.adopt !== true) refuseUnadopted(state, tables);
    else if (state === 'needed') await renameFormer(client, tables);
    const roles = options.roles ? await createRoles(client, tables) : undefined;
    await actAsOwner(client, tables);
    const applied = await applyFiles(client, tables);
    const added = await inTransaction(client, async () => {
      const names = await addColumns(client, tables, columns);
      await renewGrants(client, tables);
      return names;
    });
    return { applied, added, ...(roles ? { roles } : {}) };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    throw migrateError('migration_failed', `The warehouse could not be brought up to date: ${messageOf(error)}`, error);
  } finally {
    await client.end();
  }
}

async function createSchema(client: pg.Client, name: string): Promise<void> {
  // Even IF NOT EXISTS takes the right to create one, which an owner of the tables need not have.
  const { rows } = await client.query<{ found: boolean }>('SELECT to_regnamespace($1) IS NOT NULL AS found', [
    quoteIdentifier(name),
  ]);
  if (!rows[0]?.found) await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(name)}`);
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
  const added = missingColumns(tables.events, await columnTypes(client, tables.events), columns);
  for (const { statements } of added) for (const statement of statements) await client.query(statement);
  for (const [name, { comment }] of Object.entries(columns)) {
    if (comment !== '') await client.query(commentStatement(tables.events, name, comment));
  }
  return added.map(({ what }) => what);
}

function migrateError(code: string, message: string, cause: unknown): ClickstreamError {
  return new ClickstreamError({ code, stage: 'migrate', message, cause });
}

/** Classes of SQLSTATE whose messages quote values, which are content of events. */
const QUOTING = /^(?:22|23|P0)/;

function messageOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof pg.DatabaseError)) return cause instanceof Error ? cause.message : String(cause);
  const { code = 'no code', table, column, constraint, message } = cause;
  const where = [table, column, constraint].filter((name) => name !== undefined).join(' ');
  if (QUOTING.test(code)) return `SQLSTATE ${code}${where === '' ? '' : ` (${where})`}`;
  return code === '42501' ? `${message}; run it as a member of the role that owns the tables` : message;
}
