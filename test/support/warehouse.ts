import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { EtlSettings } from '../../src/config/settings.ts';
import { tableNames, type TableNames } from '../../src/config/table-names.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import type { Columns } from '../../src/etl/pipeline/column.ts';
import { migrate } from '../../src/warehouse/migrate.ts';
import { roleNames } from '../../src/warehouse/roles.ts';
import { MARKERS } from './markers.ts';

/** A migrated warehouse in a database of its own. Its tables are the owner role's, as `migrate --roles` makes them. */
export interface TestWarehouse {
  /** Those of a login role that is a member of the loader and of nothing else: what the ETL may do is tested with it. */
  readonly settings: EtlSettings;
  /** The same as `DW_PG_*` variables. */
  readonly env: Readonly<Record<string, string>>;
  /** The variables of the administrator, for commands that change the tables themselves. */
  readonly adminEnv: Readonly<Record<string, string>>;
  /** Asks as the administrator. */
  rows<T = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

export interface WarehouseOptions {
  readonly targetTable?: string;
  readonly columns?: Columns;
  readonly bucket?: string;
  readonly s3Endpoint?: string;
}

/** Makes a database and migrates it. */
export async function freshWarehouse(options: WarehouseOptions = {}): Promise<TestWarehouse> {
  const server = inject('postgres');
  const database = `test_${randomBytes(6).toString('hex')}`;
  const { targetTable = 'clickstream_events', bucket = 'raw', s3Endpoint } = options;
  const tables = tableNames(targetTable);
  const isUsual = targetTable === 'clickstream_events' && options.columns === undefined;
  if (isUsual) await template();
  const loader = await asAdmin(async (admin) => {
    await admin.query(`CREATE DATABASE ${database}${isUsual ? ` TEMPLATE ${TEMPLATE}` : ''}`);
    return loaderLogin(admin, tables);
  });
  const schema = tables.schema === undefined ? {} : { schema: tables.schema };
  const settings: EtlSettings = {
    bucket,
    ...(s3Endpoint === undefined ? {} : { s3Endpoint }),
    postgres: { ssl: false, ...server, ...loader, database, ...schema },
    tables,
    sessionTimeout_ms: 30 * 60_000,
    cutAtMidnight: false,
    reportingTimeZone: 'UTC',
    catchUp_hours: 24,
    logLevel: 'silent',
  };
  if (!isUsual) await migrateAsOwner(database, tables, options.columns ?? defaultPipeline.columns);
  const client = new pg.Client({ ...server, database });
  await client.connect();
  await client.query("SET TimeZone = 'UTC'");
  // Sequences and tables that a test adds as its own tools may be used by triggers, which run as the loader.
  await client.query('ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC');
  await client.query('ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO PUBLIC');
  const env = (account: { user: string; password: string }): Record<string, string> => ({
    RAW_BUCKET_NAME: bucket,
    DW_PG_HOST: server.host,
    DW_PG_PORT: String(server.port),
    DW_PG_USER: account.user,
    DW_PG_PASSWORD: account.password,
    DW_PG_DATABASE: database,
    ...(server.ssl ? { DW_PG_SSL: 'true', DW_PG_SSL_CA: server.ssl.ca } : {}),
    TARGET_TABLE: targetTable,
    ...(s3Endpoint === undefined ? {} : { AWS_ENDPOINT_URL_S3: s3Endpoint }),
  });
  return {
    settings,
    env: env(loader),
    adminEnv: env(server),
    rows: async (sql, parameters) => (await client.query(sql, parameters)).rows as never,
    close: async () => {
      await client.end();
      await asAdmin((admin) => admin.query(`DROP DATABASE ${database} WITH (FORCE)`));
    },
  };
}

/** The usual warehouse as `migrate` makes it, to be copied. */
const TEMPLATE = 'clickstream_template';

async function template(): Promise<void> {
  await asAdmin(async (admin) => {
    await admin.query("SELECT pg_advisory_lock(hashtext('template of tests'))");
    const { rows } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (rows.length > 0) return;
    const tables = tableNames('clickstream_events');
    await loaderLogin(admin, tables);
    const draft = `${TEMPLATE}_draft`;
    await admin.query(`DROP DATABASE IF EXISTS ${draft}`);
    await admin.query(`CREATE DATABASE ${draft}`);
    await migrateAsOwner(draft, tables, defaultPipeline.columns);
    await admin.query(`ALTER DATABASE ${draft} RENAME TO ${TEMPLATE}`);
  });
}

async function migrateAsOwner(database: string, tables: TableNames, columns: Columns): Promise<void> {
  const server = inject('postgres');
  const schema = tables.schema === undefined ? {} : { schema: tables.schema };
  await migrate({ tables, postgres: { ssl: false, ...server, database, ...schema } }, columns, { roles: true });
}

/**
 * A login role that is a member of a warehouse's loader role and of nothing else; made once, with the role. Several of
 * one warehouse differ by their names' endings.
 */
export async function loaderLogin(
  admin: pg.Client,
  tables: TableNames,
  ending = 'login',
): Promise<{ user: string; password: string }> {
  const { loader } = roleNames(tables);
  const login = { user: `${loader}_${ending}`, password: MARKERS.password };
  await admin.query("SELECT pg_advisory_lock(hashtext('roles of tests'))");
  try {
    const { rows } = await admin.query<{ rolname: string }>('SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)', [
      [loader, login.user],
    ]);
    const found = new Set(rows.map(({ rolname }) => rolname));
    if (!found.has(loader)) await admin.query(`CREATE ROLE "${loader}" NOLOGIN`);
    if (!found.has(login.user)) {
      await admin.query(`CREATE ROLE "${login.user}" LOGIN PASSWORD '${login.password}' IN ROLE "${loader}"`);
    }
  } finally {
    await admin.query("SELECT pg_advisory_unlock(hashtext('roles of tests'))");
  }
  return login;
}

/** Does work as the server's superuser, outside of any warehouse. */
export async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client(inject('postgres'));
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
