import { ClickstreamError } from '../errors.ts';
import { EnvReader } from './env-reader.ts';
import {
  bucketName,
  certificates,
  endpointUrl,
  oneOf,
  password,
  postgresHost,
  postgresName,
  timeZone,
  trueOrFalse,
  wholeNumber,
} from './setting-kinds.ts';
import { tableNames, type TableNames } from './table-names.ts';
import type { SettlingRule } from './settling-rule.ts';

/** pino's levels, the most serious first, and the one that says nothing. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How to reach the warehouse, in the shape that a `pg` client takes. Holds the password: never log it. */
export interface PostgresSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly database: string;
  /** Either no TLS, or TLS that checks the server's certificate against `ca` (PEM) or the well-known authorities. */
  readonly ssl: false | { readonly rejectUnauthorized: true; readonly ca?: string };
  /** The schema of TARGET_TABLE; absent when the server's search path decides. */
  readonly schema?: string;
}

/** What a command needs that works on the warehouse alone, such as `migrate`. */
export interface WarehouseSettings {
  readonly postgres: PostgresSettings;
  readonly tables: TableNames;
}

/** What a look at the warehouse's state needs. */
export interface StatusSettings extends WarehouseSettings {
  /** How far back scheduled runs look, and so how far back an hour that is not completed matters. */
  readonly catchUp_hours: number;
}

/** What every run of the ETL needs, wherever its rows go. */
export interface RunSettings extends SettlingRule {
  /** The bucket with the raw events, or the ARN of an access point to it. */
  readonly bucket: string;
  /** Set for an S3 that is not Amazon's, which is then addressed path-style. */
  readonly s3Endpoint?: string;
  /** A strict cap on the records of a batch; absent, batches grow to what is fastest within memory. */
  readonly maxRecordsPerBatch?: number;
  /** How far back a scheduled run looks for hours that are not completed; 0 means not at all. */
  readonly catchUp_hours: number;
  readonly logLevel: LogLevel;
}

/** What a run of the ETL into the warehouse needs. */
export interface EtlSettings extends WarehouseSettings, RunSettings {}

/**
 * The ETL's settings. Nothing but the environment, and the file that DW_PG_SSL_CA may name, is touched.
 *
 * @throws ClickstreamError `invalid_config` that names every variable that is missing or wrong, what it holds (never a
 *   password) and what it may hold.
 */
export function readEtlSettings(env: NodeJS.ProcessEnv): EtlSettings {
  const reader = new EnvReader(env);
  return reader.finish({ ...readRun(reader), ...readWarehouse(reader, env) });
}

/**
 * The settings of a run that does not write to the warehouse; its variables are not looked at.
 *
 * @throws ClickstreamError as {@link readEtlSettings} does.
 */
export function readRunSettings(env: NodeJS.ProcessEnv): RunSettings {
  const reader = new EnvReader(env);
  return reader.finish(readRun(reader));
}

/**
 * The inactivity that ends a session, for what runs transforms without a bucket or a warehouse. In milliseconds.
 *
 * @throws ClickstreamError `invalid_config` as {@link readEtlSettings} does.
 */
export function readSessionTimeout(env: NodeJS.ProcessEnv): number {
  const reader = new EnvReader(env);
  return reader.finish(readRule(reader)).sessionTimeout_ms;
}

function readRun(reader: EnvReader): RunSettings {
  const bucket = reader.required('RAW_BUCKET_NAME', bucketName);
  const s3Endpoint = reader.optional('AWS_ENDPOINT_URL_S3', endpointUrl);
  const maxRecordsPerBatch = reader.optional('MAX_RECORDS_PER_BATCH', wholeNumber(1, 1_000_000));
  const catchUp_hours = readCatchUp(reader);
  const logLevel = reader.optional('LOG_LEVEL', oneOf(LOG_LEVELS)) ?? 'info';
  return {
    bucket,
    ...(s3Endpoint === undefined ? {} : { s3Endpoint }),
    ...(maxRecordsPerBatch === undefined ? {} : { maxRecordsPerBatch }),
    ...readRule(reader),
    catchUp_hours,
    logLevel,
  };
}

function readRule(reader: EnvReader): SettlingRule {
  const sessionTimeout_minutes = reader.optional('SESSION_TIMEOUT_MINUTES', wholeNumber(1, 1440)) ?? 30;
  return {
    sessionTimeout_ms: sessionTimeout_minutes * 60_000,
    cutAtMidnight: reader.optional('SESSION_CUT_AT_MIDNIGHT', trueOrFalse) ?? false,
    reportingTimeZone: reader.optional('REPORTING_TIME_ZONE', timeZone) ?? 'UTC',
  };
}

function readCatchUp(reader: EnvReader): number {
  return reader.optional('CATCH_UP_HOURS', wholeNumber(0, 8760)) ?? 24;
}

/**
 * The settings of a command that works on the warehouse alone; it does not need the bucket.
 *
 * @throws ClickstreamError as {@link readEtlSettings} does.
 */
export function readWarehouseSettings(env: NodeJS.ProcessEnv): WarehouseSettings {
  const reader = new EnvReader(env);
  return reader.finish(readWarehouse(reader, env));
}

/**
 * The settings of a look at the warehouse's state.
 *
 * @throws ClickstreamError as {@link readEtlSettings} does.
 */
export function readStatusSettings(env: NodeJS.ProcessEnv): StatusSettings {
  const reader = new EnvReader(env);
  return reader.finish({ ...readWarehouse(reader, env), catchUp_hours: readCatchUp(reader) });
}

function readWarehouse(reader: EnvReader, env: NodeJS.ProcessEnv): WarehouseSettings {
  const host = reader.required('DW_PG_HOST', postgresHost);
  const port = reader.optional('DW_PG_PORT', wholeNumber(1, 65_535)) ?? 5432;
  const user = reader.required('DW_PG_USER', postgresName('a PostgreSQL user'));
  const secret = reader.optional('DW_PG_PASSWORD', password);
  const database = reader.required('DW_PG_DATABASE', postgresName('a PostgreSQL database'));
  const ssl = readSsl(reader);
  const tables = readTables(reader, env['TARGET_TABLE'] ?? 'clickstream_events');
  const postgres = { host, port, user, ...(secret === undefined ? {} : { password: secret }), database, ssl };
  return { postgres: { ...postgres, ...schemaOf(tables) }, tables };
}

function readSsl(reader: EnvReader): PostgresSettings['ssl'] {
  const on = reader.optional('DW_PG_SSL', trueOrFalse);
  const ca = reader.optional('DW_PG_SSL_CA', certificates);
  if (on === true) return ca === undefined ? { rejectUnauthorized: true } : { rejectUnauthorized: true, ca };
  // Whoever gives a CA believes that the connection is checked against it; going on in the clear would be a lie.
  if (ca !== undefined)
    reader.note('DW_PG_SSL_CA is set but TLS is off: set DW_PG_SSL to "true", or unset DW_PG_SSL_CA.');
  return false;
}

/** Tables that are wrong are not there, and are told by {@link EnvReader.finish}. */
function schemaOf(tables: TableNames | undefined): Pick<PostgresSettings, 'schema'> {
  return tables?.schema === undefined ? {} : { schema: tables.schema };
}

function readTables(reader: EnvReader, targetTable: string): TableNames {
  try {
    return tableNames(targetTable);
  } catch (error) {
    if (!(error instanceof ClickstreamError)) throw error;
    reader.note(error.message);
    return undefined as never;
  }
}
