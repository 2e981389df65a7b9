import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { tableNames, type TableNames } from '../../config/table-names.ts';
import type { PostgresSettings, WarehouseSettings } from '../../config/settings.ts';
import { ClickstreamError } from '../../errors.ts';
import { migrate } from '../../warehouse/migrate.ts';
import { quoteIdentifier } from '../../warehouse/template.ts';
import type { Columns } from '../pipeline/column.ts';
import { Connection, type TimeLeft } from '../sinks/postgres/connection.ts';
import { errorCode } from '../sinks/postgres/retryable.ts';

const PREFIX = 'clickstream_replay_';

/** A schema of its own, with tables to load into and others to try changes on. Nobody else looks at it. */
export interface Shadow {
  readonly schema: string;
  /** How to reach it: nothing beside it is named without a schema. */
  readonly postgres: PostgresSettings;
  /** What the replay loads. */
  readonly tables: TableNames;
  /** Where it is tried out what that changes. */
  readonly trial: TableNames;
  /** Drops it. */
  drop(): Promise<void>;
}

/**
 * Makes a shadow and drops those of replays that died: while one is at work it holds a lock of its schema's name.
 *
 * @throws ClickstreamError `may_not_create_schema`, with the SQL that an administrator has to run; those of `migrate`.
 */
export async function openShadow(
  { postgres, tables }: WarehouseSettings,
  columns: Columns,
  timeLeft_ms: TimeLeft,
): Promise<Shadow> {
  const schema = PREFIX + randomBytes(6).toString('hex');
  const keeper = new Connection(postgres, 'clickstream replay', timeLeft_ms);
  // A connection that breaks takes the lock along.
  keeper.onConnect = async (client) => {
    await client.query(`SELECT pg_advisory_lock(${lockOf(schema)})`);
  };
  const drop = async (): Promise<void> => {
    await keeper.run((client) => client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)).catch(() => undefined);
    await keeper.close();
  };
  try {
    await keeper.run(dropDead);
    await keeper.run((client) => createSchema(client, schema));
    const shadow = {
      schema,
      postgres: { ...postgres, schema },
      tables: tableNames(`${schema}.${tables.events.split('.').at(-1)!.slice(1, -1)}`),
      trial: tableNames(`${schema}.trial_events`),
      drop,
    };
    for (const own of [shadow.tables, shadow.trial]) await migrate({ postgres: shadow.postgres, tables: own }, columns);
    return shadow;
  } catch (error) {
    await drop();
    throw error;
  }
}

function lockOf(schema: string): string {
  return `hashtext('clickstream replay'), hashtext('${schema}')`;
}

async function dropDead(client: Client): Promise<void> {
  const { rows } = await client.query<{ schema: string }>(
    `SELECT nspname AS schema FROM pg_namespace WHERE nspname ~ '^${PREFIX}[0-9a-f]{12}$' AND pg_has_role(nspowner, 'USAGE')`,
  );
  for (const { schema } of rows) {
    const { rows: locks } = await client.query<{ dead: boolean }>(
      `SELECT pg_try_advisory_lock(${lockOf(schema)}) AS dead`,
    );
    if (!locks[0]?.dead) continue;
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.query(`SELECT pg_advisory_unlock(${lockOf(schema)})`);
  }
}

async function createSchema(client: Client, schema: string): Promise<void> {
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  } catch (error) {
    if (errorCode(error) !== '42501') throw error;
    const { rows } = await client.query<{ user: string; database: string }>(
      'SELECT current_user AS user, current_database() AS database',
    );
    const { user, database } = rows[0]!;
    throw new ClickstreamError({
      code: 'may_not_create_schema',
      stage: 'config',
      message:
        'A replay loads into a schema of its own, which this user may not create. Have an administrator run: ' +
        `GRANT CREATE ON DATABASE ${quoteIdentifier(database)} TO ${quoteIdentifier(user)};`,
      cause: error,
    });
  }
}
