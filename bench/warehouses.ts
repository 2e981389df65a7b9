import pg from 'pg';
import { tableNames } from '../src/config/table-names.ts';
import { defaultPipeline } from '../src/etl/default-pipeline.ts';
import { startPostgres, type PostgresServer } from '../src/local/postgres/server.ts';
import { migrate } from '../src/warehouse/migrate.ts';
import { serverCpu_s } from './postgres-cpu.ts';

export const EVENTS_TABLE = 'clickstream_events';

/**
 * As a server is deployed, with what it is told to write on the disk when a commit is answered. WAL has room for a whole
 * hour, memory for its tables, and no vacuum begins by chance in the middle of one of two sides: where one would have been,
 * the bench asks for it.
 */
export const SERVER_SETTINGS = { max_wal_size: '8GB', shared_buffers: '512MB', autovacuum: 'off' } as const;

/** A PostgreSQL of the bench's own, with warehouses in databases of their own. */
export interface Warehouses {
  readonly server: PostgresServer;
  /** A migrated warehouse without events; whatever had the name is dropped. `template` is another warehouse to be copied. */
  create(database: string, template?: string): Promise<void>;
  /** A database with nothing in it. */
  createEmpty(database: string): Promise<void>;
  drop(database: string): Promise<void>;
  /** Asks as the administrator. */
  ask<T extends object = Record<string, unknown>>(database: string, sql: string): Promise<T[]>;
  /** Makes what comes next begin with nothing left to be written. */
  calm(): Promise<void>;
  /** CPU seconds that the server has used until now, once nobody but the bench is connected. */
  cpu_s(): Promise<number>;
  stop(): Promise<void>;
}

const TEMPLATE = 'template_warehouse';

/** @param dataDir a folder that is the caller's to remove. */
export async function startWarehouses(dataDir: string): Promise<Warehouses> {
  const server = await startPostgres({ dataDir, settings: SERVER_SETTINGS });
  const admin = new pg.Client(server.connection);
  await admin.connect();
  const create = async (database: string, template = TEMPLATE): Promise<void> => {
    await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${database} TEMPLATE ${template}`);
  };
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  const postgres = { ...server.connection, database: TEMPLATE, ssl: false as const };
  await migrate({ postgres, tables: tableNames(EVENTS_TABLE) }, defaultPipeline.columns);
  return {
    server,
    create,
    createEmpty: (database) => create(database, 'template1'),
    async drop(database) {
      await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    },
    async ask<T extends object>(database: string, sql: string) {
      const client = new pg.Client({ ...server.connection, database });
      await client.connect();
      try {
        return (await client.query<T>(sql)).rows;
      } finally {
        await client.end();
      }
    },
    async calm() {
      await admin.query('CHECKPOINT');
    },
    async cpu_s() {
      // What a backend has used is the server's for good when it has ended.
      for (let tries = 0; tries < 100; tries += 1) {
        const others = `SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
        if ((await admin.query(others)).rowCount === 0) break;
      }
      return serverCpu_s(server.pid);
    },
    async stop() {
      await admin.end();
      await server.stop('immediate');
    },
  };
}

/** The variables of a program that is to load into a database. */
export function loadEnv(server: PostgresServer, database: string, s3Url?: string): Record<string, string> {
  return {
    RAW_BUCKET_NAME: 'bench',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_REGION: 'us-east-1',
    ...(s3Url === undefined ? {} : { AWS_ENDPOINT_URL_S3: s3Url }),
    DW_PG_HOST: server.host,
    DW_PG_PORT: String(server.port),
    DW_PG_USER: server.user,
    DW_PG_PASSWORD: server.password,
    DW_PG_DATABASE: database,
    TARGET_TABLE: EVENTS_TABLE,
    LOG_LEVEL: 'silent',
  };
}
