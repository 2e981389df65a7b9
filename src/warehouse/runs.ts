import type { WarehouseSettings } from '../config/settings.ts';
import { sqlVariables } from '../config/table-names.ts';
import { noCounts, type Counts } from '../etl/pipeline/ledger.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { checkTables } from './check-tables.ts';
import { sqlFile } from './template.ts';

/** A row of the ledger: what one invocation did with one hour, or a range of its keys. */
export interface LedgerRun {
  readonly runId: string;
  /** The hour's prefix, or the range. */
  readonly unit: string;
  readonly hour_ms: number;
  readonly trigger: string;
  /** `lost`: it died, or was overtaken. */
  readonly status: 'running' | 'complete' | 'partial' | 'failed' | 'lost';
  readonly errorCode: string | null;
  readonly started_ms: number;
  readonly ended_ms: number | null;
  /** Null while it runs, and of a run that died. */
  readonly duration_ms: number | null;
  readonly peakRss_mb: number | null;
  readonly counts: Readonly<Counts>;
}

/** Which rows of the ledger are asked for. */
export interface RunFilter {
  /** At most so many. */
  readonly last: number;
  /** Only of this hour. */
  readonly hour_ms?: number;
  /** Only those that failed or died. */
  readonly failed: boolean;
}

/** Longer than it takes on a warehouse of years. */
const LIMIT_MS = 30_000;

/**
 * The latest runs of the ledger, newest first. Changes nothing.
 *
 * @throws ClickstreamError `warehouse_unreachable` or `missing_table`.
 */
export async function readRuns({ postgres, tables }: WarehouseSettings, filter: RunFilter): Promise<LedgerRun[]> {
  const sql = sqlFile('statements/runs-list.sql', sqlVariables(tables));
  const { last, hour_ms, failed } = filter;
  const parameters = [last, hour_ms === undefined ? null : new Date(hour_ms), failed];
  const began_ms = performance.now();
  const connection = new Connection(postgres, 'clickstream runs', () => LIMIT_MS + began_ms - performance.now());
  try {
    return await connection.run(async (client) => {
      await checkTables(client, tables, {});
      const { rows } = await client.query<Row>(sql, parameters);
      return rows.map(ledgerRun);
    });
  } finally {
    await connection.close();
  }
}

/** bigint columns arrive as text; no count comes near 2^53. */
interface Row extends Readonly<Record<keyof Counts, string>> {
  readonly run_id: string;
  readonly unit: string;
  readonly hour: Date;
  readonly trigger: string;
  readonly status: LedgerRun['status'];
  readonly error_code: string | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly duration_ms: string | null;
  readonly peak_rss_mb: number | null;
}

function ledgerRun(row: Row): LedgerRun {
  const counts = noCounts();
  for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] = Number(row[name]);
  return {
    runId: row.run_id,
    unit: row.unit,
    hour_ms: row.hour.getTime(),
    trigger: row.trigger,
    status: row.status,
    errorCode: row.error_code,
    started_ms: row.started_at.getTime(),
    ended_ms: row.ended_at?.getTime() ?? null,
    duration_ms: row.duration_ms === null ? null : Number(row.duration_ms),
    peakRss_mb: row.peak_rss_mb,
    counts,
  };
}
