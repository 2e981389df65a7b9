import type { SettlingSettings } from '../config/settings.ts';
import { sqlVariables, type TableNames } from '../config/table-names.ts';
import type { SettlingRule } from '../config/settling-rule.ts';
import { ClickstreamError } from '../errors.ts';
import { HOUR_MS, hourOf, hourPrefix } from '../etl/pipeline/hours.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { admissionLock } from './admission-lock.ts';
import { keepRule } from './adopt-rule.ts';
import { checkTables } from './check-tables.ts';
import { settleSql } from './settle-sql.ts';
import { settlingLock } from './settling-lock.ts';
import { sqlFile } from './template.ts';

/** What to prune. */
export interface PruneRequest {
  /** Events before this day, `YYYY-MM-DD` of the reporting time zone, are not kept. */
  readonly before: string;
  /** Whether the rows of visitors who were not seen since go as well, with their sessions and orders. */
  readonly rows: boolean;
}

/** What pruning has deleted, or would. */
export interface Pruned {
  /** The border, in epoch milliseconds. Later than asked for when it was there already. */
  readonly keptFrom_ms: number;
  events: number;
  sessions: number;
  orders: number;
  visitors: number;
  rejects: number;
}

export interface PruneOptions {
  /** Counts the events, and changes nothing. */
  readonly dryRun?: boolean;
  /** Asked between transactions; what was deleted stays deleted, and pruning again goes on. */
  readonly signal?: AbortSignal;
  /** Called after each transaction, with the events deleted so far and those that are to be. */
  readonly onProgress?: (done: number, all: number) => void;
}

const LIMIT_MS = 24 * 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Hours are deleted together until they come to this many events: a second or so, in which settling waits. */
const EVENTS_TOGETHER = 50_000;

/**
 * Deletes the events of before a day, and keeps every sum. First the border is moved, all there is being settled: from then on
 * older records are dropped when they are read, and what ended more than a day before it is closed, so that no settling
 * and no rebuild works it out anew. Then events go in transactions of their own. Those of a session that goes on after
 * that stay, and so do those of orders made since. Stopped in between, it is finished by doing it again. Needs the owner of the
 * tables.
 *
 * @throws ClickstreamError `nothing_settled`, `other_rule`, `missing_table`, `warehouse_unreachable` or `warehouse_refused`.
 */
export async function prune(
  { postgres, tables, ...rule }: SettlingSettings,
  { before, rows }: PruneRequest,
  { dryRun = false, signal, onProgress }: PruneOptions = {},
): Promise<Pruned> {
  const sql = pruneSql(tables, rule);
  const connection = new Connection(postgres, 'clickstream prune', () => LIMIT_MS, LIMIT_MS);
  connection.onConnect = async (client) => {
    await client.query('SET lock_timeout = 0');
  };
  const write = (statement: string, parameters: unknown[]) =>
    connection.transaction(async (client) => {
      await client.query(sql.lockSettling);
      return client.query<{ visitors: number; sessions: number }>(statement, parameters);
    });
  try {
    await connection.run(async (client) => {
      await checkTables(client, tables, {});
      if (!(await keepRule(client, tables, rule))) throw nothingSettled();
    });
    const keptFrom_ms = dryRun
      ? await connection.run(async (client) => borderOf(await client.query<BorderRow>(sql.border, [before])))
      : await connection.transaction(async (client) => {
          await client.query(sql.lockSettling);
          await client.query(sql.lockAdmission);
          await client.query(sql.settle);
          return borderOf(await client.query<BorderRow>(sql.moveBorder, [before]));
        });
    const closedBefore = new Date(keptFrom_ms - DAY_MS);
    const pruned: Pruned = { keptFrom_ms, events: 0, sessions: 0, orders: 0, visitors: 0, rejects: 0 };
    const hours = await connection.run((client) => client.query<HourRow>(sql.hours, [closedBefore]));
    const all = hours.rows.reduce((sum, { events }) => sum + events, 0);
    if (dryRun) return { ...pruned, events: all };

    for (const { from, to } of together(hours.rows)) {
      if (signal?.aborted === true) break;
      pruned.events += (await write(sql.deleteEvents, [closedBefore, from, to])).rowCount ?? 0;
      onProgress?.(pruned.events, all);
    }
    const untilNone = async (statement: string, parameter: unknown): Promise<number> => {
      let gone = 0;
      for (let some = -1; some !== 0 && signal?.aborted !== true; gone += some) {
        some = (await write(statement, [parameter])).rowCount ?? 0;
      }
      return gone;
    };
    pruned.rejects = await untilNone(sql.deleteRejects, hourPrefix(hourOf(keptFrom_ms)));
    for (let left = rows; left && signal?.aborted !== true;) {
      const gone = (await write(sql.deleteVisitors, [closedBefore])).rows[0]!;
      pruned.visitors += gone.visitors;
      pruned.sessions += gone.sessions;
      left = gone.visitors > 0;
    }
    if (rows) {
      pruned.sessions += await untilNone(sql.deleteNobodys, closedBefore);
      pruned.orders = await untilNone(sql.deleteOrders, closedBefore);
    }
    const { events, sessions, orders, visitors, rejects } = pruned;
    await connection.run((client) => client.query(sql.end, [events, sessions, orders, visitors, rejects]));
    return pruned;
  } finally {
    await connection.close();
  }
}

function pruneSql(tables: TableNames, rule: SettlingRule) {
  const doomed = sqlFile('prune/doomed.sql', sqlVariables(tables));
  const variables = { ...sqlVariables(tables), doomed };
  const file = (name: string): string => sqlFile(`prune/${name}.sql`, variables);
  return {
    lockSettling: `SELECT pg_advisory_xact_lock(${settlingLock(tables)})`,
    lockAdmission: `SELECT pg_advisory_xact_lock(${admissionLock(tables)})`,
    settle: settleSql(tables, rule),
    border: file('border'),
    moveBorder: file('move-border'),
    hours: file('hours'),
    deleteEvents: file('delete-events'),
    deleteRejects: file('delete-rejects'),
    deleteVisitors: file('delete-visitors'),
    deleteNobodys: file('delete-nobodys'),
    deleteOrders: file('delete-orders'),
    end: file('end'),
  };
}

interface HourRow {
  readonly hour: Date;
  readonly events: number;
}

interface BorderRow {
  readonly kept_from_ms: number;
}

function borderOf({ rows }: { readonly rows: readonly BorderRow[] }): number {
  return rows[0]!.kept_from_ms;
}

function nothingSettled(): ClickstreamError {
  return new ClickstreamError({
    code: 'nothing_settled',
    stage: 'config',
    message: 'Nothing was ever loaded into this warehouse, so there is nothing to prune.',
  });
}

/** Hours that follow one another in stretches of some number of events. */
function together(hours: readonly HourRow[]): { readonly from: Date; readonly to: Date }[] {
  const stretches: { from: Date; to: Date; events: number }[] = [];
  for (const { hour, events } of hours) {
    const to = new Date(hour.getTime() + HOUR_MS);
    const last = stretches.at(-1);
    if (last && last.events + events <= EVENTS_TOGETHER) Object.assign(last, { to, events: last.events + events });
    else stretches.push({ from: hour, to, events });
  }
  return stretches;
}
