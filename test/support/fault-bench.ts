
import type { EtlSettings } from '../../src/config/settings.ts';
import { ClickstreamError } from '../../src/errors.ts';
import type { RunResult } from '../../src/etl/pipeline/result.ts';
import { runEtl, type EtlOptions } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket, HOUR } from './bucket.ts';
import { emptyTables, endHolds, expectLoaded, expectOnePass, expectWholeBatches } from './ledger.ts';
import { mixedHour, putObjects, type StoredObject } from './mixed-hour.ts';
import { oracleOf, type Oracle } from './oracle.ts';
import { startPostgresProxy, type FaultPlan, type PostgresProxy } from './postgres-proxy.ts';
import { freshWarehouse, type TestWarehouse } from './warehouse.ts';

/** How a run ended: with a result, or with a coded error. Anything else fails the test. */
export type Ending =
  | { readonly status: RunResult['status']; readonly code?: undefined; readonly result: RunResult }
  | { readonly status: 'failed'; readonly code: string };
