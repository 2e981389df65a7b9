import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { EtlSettings } from '../../src/config/settings.ts';
import { tableNames } from '../../src/config/table-names.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import type { Columns } from '../../src/etl/pipeline/column.ts';
import { migrate } from '../../src/warehouse/migrate.ts';

/** A migrated warehouse in a database of its own. */
export interface TestWarehouse {
  readonly settings: EtlSettings;
  /** The same as `DW_PG_*` variables. */
  readonly env: Readonly<Record<string, string>>;
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
  const admin = new pg.Client(server);
  await admin.connect();
  await admin.query(`CREATE DATABASE ${database}`);
  await admin.end();
  const { targetTable = 'clickstream_events', bucket = 'raw', s3Endpoint } = options;
  const settings: EtlSettings = {
    bucket,
    ...(s3Endpoint === undefined ? {} : { s3Endpoint }),
    postgres: { ...server, database, ssl: false },
    tables: tableNames(targetTable),
    sessionTimeout_ms: 30 * 60_000,
    catchUp_hours: 24,
    logLevel: 'silent',
  };
  await migrate(settings, options.columns ?? defaultPipeline.columns);
  const client = new pg.Client({ ...server, database });
  await client.connect();
  await client.query("SET TimeZone = 'UTC'");
  return {
    settings,
    env: {
      RAW_BUCKET_NAME: bucket,
      DW_PG_HOST: server.host,
      DW_PG_PORT: String(server.port),
      DW_PG_USER: server.user,
      DW_PG_PASSWORD: server.password,
      DW_PG_DATABASE: database,
      TARGET_TABLE: targetTable,
      ...(s3Endpoint === undefined ? {} : { AWS_ENDPOINT_URL_S3: s3Endpoint }),
    },
    rows: async (sql, parameters) => (await client.query(sql, parameters)).rows as never,
    close: async () => {
      await client.end();
      const again = new pg.Client(server);
      await again.connect();
      await again.query(`DROP DATABASE ${database} WITH (FORCE)`);
      await again.end();
    },
  };
}
