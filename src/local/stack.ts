import { AsyncLocalStorage } from 'node:async_hooks';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { defaultPipeline } from '../etl/default-pipeline.ts';
import { readEtlSettings, type EtlSettings } from '../config/settings.ts';
import { createIngestHandler } from '../ingest/handler.ts';
import { migrate } from '../warehouse/migrate.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { accessibleDataDir } from './postgres/data-dir.ts';
import { startPostgres, type PostgresServer } from './postgres/server.ts';
import { startS3Server, type S3Server } from './s3/server.ts';

const BUCKET = 'raw-clickstream';
const DATABASE = 'clickstream_dw';

/** The whole system on this machine. */
export interface Stack {
  readonly postgres: PostgresServer;
  readonly s3: S3Server;
  readonly gateway: Gateway;
  /** The environment that the Lambdas and the command line work with, as it would be set in the cloud. */
  readonly env: Readonly<Record<string, string>>;
  readonly settings: EtlSettings;
  /** Stops all of it; data that nobody asked to keep is deleted. */
  stop(): Promise<void>;
}

export interface StackOptions {
  readonly data?: string;
  readonly port: number;
  /** Called after a request was stored. */
  readonly onStored?: () => void;
}

/**
 * Starts PostgreSQL with a migrated warehouse, S3 with a bucket, and the ingest behind an HTTP port. When one of them
 * cannot start, those that did are stopped.
 */
export async function startStack({ data, port, onStored }: StackOptions): Promise<Stack> {
  const running: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of running.splice(0).reverse()) await end();
  };
  try {
    const dataDir = accessibleDataDir(data === undefined ? undefined : join(data, 'postgres'));
    if (data === undefined) running.push(() => rm(dataDir, { recursive: true, force: true }));
    const postgres = await startPostgres({
      dataDir,
      database: DATABASE,
      // Data that is thrown away need not survive a power cut.
      settings: data === undefined ? { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' } : {},
    });
    running.push(() => postgres.stop('fast'));
    const s3 = await startS3Server(data === undefined ? {} : { dataDir: join(data, 's3') });
    running.push(() => s3.close());
    s3.createBucket(BUCKET);

    const env = environment(postgres, s3);
    // The SDK's notice about Node versions to come is nothing that a newcomer could act on here.
    Object.assign(process.env, env, { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' });
    const settings = readEtlSettings(process.env);
    await migrate(settings, defaultPipeline.columns);

    const gateway = await startIngest(port, onStored);
    running.push(() => gateway.close());
    return { postgres, s3, gateway, env, settings, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the Lambdas' environment would be, for these servers. */
function environment(postgres: PostgresServer, s3: S3Server): Record<string, string> {
  return {
    RAW_BUCKET_NAME: BUCKET,
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    DW_PG_HOST: postgres.host,
    DW_PG_PORT: String(postgres.port),
    DW_PG_USER: postgres.user,
    DW_PG_PASSWORD: postgres.password,
    DW_PG_DATABASE: DATABASE,
  };
}

function startIngest(port: number, onStored: (() => void) | undefined): Promise<Gateway> {
  // Traffic that is played has a clock of its own: the time at which each request is to be taken as received.
  const clock = new AsyncLocalStorage<number>();
  const ingest = createIngestHandler({ now: () => clock.getStore() ?? Date.now() });
  return startGateway({
    port,
    clock,
    trustForwardedFor: true,
    handler: async (event) => {
      const answer = await ingest(event);
      if (answer.statusCode === 200 && clock.getStore() === undefined) onStored?.();
      return answer;
    },
  });
}
