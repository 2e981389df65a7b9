import type { Client } from 'pg';
import type { StatusSettings } from '../config/settings.ts';
import { sqlVariables } from '../config/table-names.ts';
import { HOUR_MS, hourOf } from '../etl/pipeline/hours.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { checkTables } from './check-tables.ts';
import { sqlFile } from './template.ts';

/** What a look at the warehouse found. Times are milliseconds since 1970. */
export interface WarehouseStatus {
  readonly at_ms: number;
  /** The start of the latest hour that is in for good. */
  readonly lastCompleted_ms: number | null;
  readonly lastRun: LastRun | null;
  /** The hour just over and as many before it as a scheduled run looks back on. */
  readonly hours: number;
  /** Those of them that are not in, oldest first. */
  readonly open: readonly OpenHour[];
  /** Of the last 24 hours, the most frequent first. */
  readonly rejects: readonly { readonly code: string; readonly count: number; readonly last_ms: number }[];
  readonly unsettledMarks: number;
}

/** The latest invocation, over all of its hours. */
export interface LastRun {
  readonly runId: string;
  readonly trigger: string;
  /** `lost`: it died, or was overtaken. */
  readonly status: 'running' | 'complete' | 'partial' | 'failed' | 'lost';
  readonly errorCode: string | null;
  readonly started_ms: number;
  readonly ended_ms: number | null;
  readonly hours: number;
  readonly processed: number;
  readonly read: number;
  readonly inserted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly dropped: number;
}

/**
 * - `never`: no run has come to it
 * - `running`: one is at work on it
 * - `failed`: its last run did
 * - `lost`: its last run died, or was overtaken
 * - `open`: it was read, but not to its end, or before it was over
 */
export type OpenState = 'never' | 'running' | 'failed' | 'lost' | 'open';

/** An hour that is not in. */
export interface OpenHour {
  readonly hour_ms: number;
  readonly state: OpenState;
  readonly errorCode: string | null;
  /** When its last run began. */
  readonly lastTry_ms: number | null;
}

/** Longer than any of the queries takes on a warehouse of years; a server that does not answer is no status. */
const LIMIT_MS = 30_000;

/**
 * Looks at the warehouse's ledger, checkpoints and dead letters, all as of one moment. Changes nothing.
 *
 * @param now_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `warehouse_unreachable` or `missing_table`.
 */
export async function readStatus(settings: StatusSettings, now_ms: number): Promise<WarehouseStatus> {
  const { postgres, tables, catchUp_hours } = settings;
  const variables = sqlVariables(tables);
  const sql = (name: string): string => sqlFile(`statements/status-${name}.sql`, variables);
  const began_ms = performance.now();
  const connection = new Connection(postgres, 'clickstream status', () => LIMIT_MS + began_ms - performance.now());
  const due_ms = hourOf(now_ms) - HOUR_MS;
  const from = new Date(due_ms - catchUp_hours * HOUR_MS);
  try {
    return await connection.transaction(async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      await checkTables(client, tables, {});
      const [completed] = await select<{ hour: Date | null }>(client, sql('last-completed'));
      const [run] = await select<RunRow>(client, sql('last-run'));
      const open = await select<HourRow>(client, sql('hours'), [from, new Date(due_ms)]);
      const rejects = await select<RejectRow>(client, sql('rejects'), [new Date(now_ms - 24 * HOUR_MS)]);
      const [marks] = await select<{ count: string }>(client, sql('marks'));
      return {
        at_ms: now_ms,
        lastCompleted_ms: completed?.hour?.getTime() ?? null,
        lastRun: run ? lastRun(run) : null,
        hours: catchUp_hours + 1,
        open: open.map(openHour),
        rejects: rejects.map(({ code, count, last_at }) => ({
          code,
          count: Number(count),
          last_ms: last_at.getTime(),
        })),
        unsettledMarks: Number(marks?.count ?? 0),
      };
    });
  } finally {
    await connection.close();
  }
}

async function select<Row extends object>(client: Client, sql: string, parameters: unknown[] = []): Promise<Row[]> {
  const { rows } = await client.query<Row>(sql, parameters);
  return rows;
}

/** Sums arrive as text; none comes near 2^53. */
interface RunRow extends Record<'processed' | 'read' | 'inserted' | 'duplicates' | 'rejected' | 'dropped', string> {
  readonly run_id: string;
  readonly trigger: string;
  readonly status: LastRun['status'];
  readonly error_code: string | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly hours: number;
}

function lastRun(row: RunRow): LastRun {
  return {
    runId: row.run_id,
    trigger: row.trigger,
    status: row.status,
    errorCode: row.error_code,
    started_ms: row.started_at.getTime(),
    ended_ms: row.ended_at?.getTime() ?? null,
    hours: row.hours,
    processed: Number(row.processed),
    read: Number(row.read),
    inserted: Number(row.inserted),
    duplicates: Number(row.duplicates),
    rejected: Number(row.rejected),
    dropped: Number(row.dropped),
  };
}

interface HourRow {
  readonly hour: Date;
  readonly state: string | null;
  readonly held: boolean;
  readonly run_status: string | null;
  readonly error_code: string | null;
  readonly started_at: Date | null;
}

interface RejectRow {
  readonly code: string;
  readonly count: string;
  readonly last_at: Date;
}

function openHour({ hour, state, held, run_status, error_code, started_at }: HourRow): OpenHour {
  return {
    hour_ms: hour.getTime(),
    state: openState(state, held, run_status),
    errorCode: error_code,
    lastTry_ms: started_at?.getTime() ?? null,
  };
}

function openState(state: string | null, held: boolean, runStatus: string | null): OpenState {
  if (held) return 'running';
  if (runStatus === 'failed') return 'failed';
  // Nobody holds the hour, so whoever is entered as running is no more.
  if (runStatus === 'lost' || runStatus === 'running') return 'lost';
  return state === null || state === 'new' ? 'never' : 'open';
}
