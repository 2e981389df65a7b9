import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { RunRequest } from '../../config/payload.ts';
import type { EtlSettings } from '../../config/settings.ts';
import { ClickstreamError } from '../../errors.ts';
import { adoptRule } from '../../warehouse/adopt-rule.ts';
import { checkTables } from '../../warehouse/check-tables.ts';
import { currentRule } from '../../warehouse/current-rule.ts';
import { rebuild } from '../../warehouse/rebuild.ts';
import { defaultPipeline } from '../default-pipeline.ts';
import type { Columns } from '../pipeline/column.ts';
import { Budget, NO_LIMITS } from '../pipeline/budget.ts';
import { unitLabel, type HourUnit } from '../pipeline/hours.ts';
import type { RunResult } from '../pipeline/result.ts';
import { runRequest, type EtlOptions } from '../run-etl.ts';
import { Connection } from '../sinks/postgres/connection.ts';
import { copyLines } from '../sinks/postgres/copy.ts';
import { HOLD_S } from '../sinks/postgres/hold.ts';
import { errorCode } from '../sinks/postgres/retryable.ts';
import { settle } from '../sinks/postgres/settle.ts';
import { statementsFor } from '../sinks/postgres/statements.ts';
import { applyEvents } from './apply.ts';
import { readDifference, readFigures, shifted, type Difference, type Figures } from './difference.ts';
import { notingRecords } from './note-records.ts';
import { comparedTable, readTable, replaySql, type ReplaySql } from './replay-sql.ts';
import { openShadow, type Shadow } from './shadow.ts';

/** The hours that a replay reads. */
export type HoursRequest = Extract<RunRequest, { kind: 'hours' }>;

export interface ReplayOptions extends Pick<EtlOptions, 'pipeline' | 'store' | 'stop' | 'onProgress' | 'onUnit'> {
  /** Whether to replace the hours with what was found. */
  readonly apply?: boolean;
  /** Told of each step before it begins. */
  readonly onStep?: (name: string, at: number, of: number) => void;
  /** Told when everything is applied, and before it is settled. */
  readonly onApplied?: () => void | Promise<void>;
}

/** What a replay found, and whether the warehouse is like that now. */
export interface Replayed {
  readonly applied: boolean;
  /** Of the loading into the shadow. */
  readonly loaded: RunResult;
  readonly difference: Difference;
  readonly before: Figures;
  readonly after: Figures;
}

/** A comparison of a day, and the rebuild of all of its visitors, may take an hour each. */
const LONGEST_WORK_MS = 6 * 3_600_000;

/**
 * Loads hours into a shadow by the code and the rule at hand, and compares that with the warehouse: what events would
 * change, and what that would make of sessions, orders and revenue. With `apply` the hours are replaced in one transaction,
 * as one more pass of the ledger, and settled. The shadow is dropped in the end, and by the next replay when this one dies.
 *
 * @throws ClickstreamError `hour_busy` when a run has one of the hours, `may_not_create_schema`, `may_not_replace`, `other_rule`,
 *   `replay_stopped`, `replay_overtaken`, and those of a run of the ETL. Nothing was changed then.
 */
export async function replay(
  request: HoursRequest,
  settings: EtlSettings,
  options: ReplayOptions = {},
): Promise<Replayed> {
  const { pipeline = defaultPipeline, apply = false } = options;
  const { columns } = pipeline;
  const budget = new Budget(NO_LIMITS, options.stop);
  const left = (): number => budget.timeLeft_ms();
  const work = new Connection(settings.postgres, 'clickstream replay', left, LONGEST_WORK_MS);
  const steps = [
    'preparing a shadow',
    'loading',
    'comparing',
    'trying it out',
    ...(apply ? ['applying', 'settling'] : []),
  ];
  const step = (name: string): void => options.onStep?.(name, steps.indexOf(name), steps.length);
  let shadow: Shadow | undefined;
  try {
    await work.run(async (client) => {
      await checkTables(client, settings.tables, columns);
      // Another rule is a matter of a rebuild, which is about all events.
      if (await currentRule(client, settings.tables)) {
        await adoptRule(client, statementsFor(settings.tables, columns, settings).adoptRule, settings);
      }
      if (apply) await refuseReaders(client, settings.tables.events);
    });
    step('preparing a shadow');
    shadow = await openShadow(settings, columns, left);
    const compared = comparedTable(shadow);
    const sql = replaySql(settings.tables, shadow, columns, { compared, applied: 'true' });
    await work.run((client) => client.query(sql('create')));
    step('loading');
    const loaded = await load(request, settings, shadow, options);
    step('comparing');
    const { difference, before } = await compare(work, sql, columns);
    step('trying it out');
    const after = await tryOut(settings, shadow, columns, before, left);
    if (apply) await applyAll(work, request.hours, settings, shadow, columns, options, step);
    return { applied: apply, loaded, difference, before, after };
  } finally {
    budget.close();
    await Promise.all([work.close(), shadow?.drop()]);
  }
}

/** Loads the hours into the shadow, and notes every record that was read. */
async function load(
  request: HoursRequest,
  settings: EtlSettings,
  shadow: Shadow,
  { pipeline = defaultPipeline, store, stop, onProgress, onUnit }: ReplayOptions,
): Promise<RunResult> {
  const notes = new Connection(shadow.postgres, 'clickstream replay', () => Infinity);
  const statement = `COPY ${readTable(shadow)} (hour, received_at, record_hash) FROM STDIN`;
  // Noted twice is as good as once.
  const note = (lines: readonly string[]): Promise<void> =>
    notes.run((client) => copyLines(client, { statement, lines }));
  try {
    const result = await runRequest(
      request,
      { ...settings, postgres: shadow.postgres, tables: shadow.tables },
      {
        pipeline: notingRecords(pipeline, note),
        ...(store ? { store } : {}),
        ...(stop ? { stop } : {}),
        ...(onProgress ? { onProgress } : {}),
        ...(onUnit ? { onUnit } : {}),
      },
    );
    if (result.status === 'complete') return result;
    throw new ClickstreamError({
      code: 'replay_stopped',
      stage: 'read',
      message: 'The replay was stopped before it had read everything. Nothing was changed; it begins anew next time.',
    });
  } finally {
    await notes.close();
  }
}

async function compare(
  work: Connection,
  sql: ReplaySql,
  columns: Columns,
): Promise<{ difference: Difference; before: Figures }> {
  return inSnapshot(work, async (client) => {
    await client.query(sql('compare'));
    const difference = await readDifference(client, sql, columns);
    const before = await readFigures(client, sql);
    await client.query(sql('affected'));
    return { difference, before };
  });
}

/** The warehouse's figures as they would be: those of the affected visitors are worked out before and after. */
async function tryOut(
  settings: EtlSettings,
  shadow: Shadow,
  columns: Columns,
  whole: Figures,
  left: () => number,
): Promise<Figures> {
  const trial = { postgres: shadow.postgres, tables: shadow.trial };
  await rebuild(trial, settings);
  const sql = replaySql(shadow.trial, shadow, columns, { compared: comparedTable(shadow), applied: 'c.matters' });
  const statements = statementsFor(shadow.trial, columns, settings);
  const connection = new Connection(shadow.postgres, 'clickstream replay', left, LONGEST_WORK_MS);
  try {
    const before = await connection.run((client) => readFigures(client, sql));
    await inSnapshot(connection, (client) => applyEvents(client, sql, statements));
    await settle(connection, statements);
    const after = await connection.run((client) => readFigures(client, sql));
    return shifted(whole, before, after);
  } finally {
    await connection.close();
  }
}

/** Replaces the hours in one transaction, which holds them as a run does, and settles. */
async function applyAll(
  work: Connection,
  hours: readonly HourUnit[],
  settings: EtlSettings,
  shadow: Shadow,
  columns: Columns,
  { onApplied }: ReplayOptions,
  step: (name: string) => void,
): Promise<void> {
  step('applying');
  const runId = randomUUID();
  const statements = statementsFor(settings.tables, columns, settings);
  const anew = 'clickstream_replayed';
  const sql = replaySql(settings.tables, shadow, columns, { compared: anew, applied: 'true' });
  await inSnapshot(work, async (client) => {
    // Before the snapshot is taken, which must see who was erased: nobody can be until this is over.
    await client.query(`LOCK TABLE ${settings.tables.tombstones} IN SHARE MODE`);
    const { rows } = await client.query<{ overtaken: boolean }>(sql('overtaken'));
    if (rows[0]?.overtaken) throw overtaken();
    // An answer to COMMIT that was lost.
    const done = await client.query(`SELECT FROM ${settings.tables.runs} WHERE run_id = $1 LIMIT 1`, [runId]);
    if (done.rows.length > 0) return;
    for (const hour of hours) await hold(client, hour, statements.takeHold, runId);
    // What other runs have committed since it was compared counts.
    await client.query(`CREATE TEMPORARY TABLE ${anew} (LIKE ${comparedTable(shadow)} INCLUDING ALL) ON COMMIT DROP`);
    await client.query(sql('compare'));
    await applyEvents(client, sql, statements);
    await client.query(sql('rejects'), [runId]);
    await client.query(sql('ledger'), [runId]);
  });
  await onApplied?.();
  step('settling');
  await settle(work, statements);
  await work.run((client) => client.query(sql('complete'), [runId]));
}

/** Takes an hour as a run does; the hold goes with the transaction, however that ends. */
async function hold(client: Client, hour: HourUnit, takeHold: string, runId: string): Promise<void> {
  const label = unitLabel(hour);
  try {
    const { rows } = await client.query(takeHold, [label, new Date(hour.hour_ms), runId, HOLD_S]);
    if (rows.length > 0) return;
  } catch (error) {
    // Somebody has the row locked, so somebody is at work on it.
    if (errorCode(error) !== '55P03') throw error;
  }
  throw hourBusy(label);
}

/** Work in a transaction that sees the warehouse of one moment; again from its start when another run was in its way. */
async function inSnapshot<T>(connection: Connection, work: (client: Client) => Promise<T>): Promise<T> {
  return connection.transaction(async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    return work(client);
  });
}

/** Said before anything is loaded: only the owner may delete events. */
async function refuseReaders(client: Client, events: string): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>("SELECT has_table_privilege($1, 'DELETE') AS may", [events]);
  if (rows[0]?.may) return;
  throw new ClickstreamError({
    code: 'may_not_replace',
    stage: 'config',
    message:
      'Applying a replay also removes events, which only the owner of the tables may: run it as a member of the role ' +
      'that owns them. Without --apply it shows what would change.',
  });
}

function overtaken(): ClickstreamError {
  return new ClickstreamError({
    code: 'replay_overtaken',
    stage: 'write',
    message: 'Somebody was erased while the hours were loaded, so that nothing was applied. Replay again.',
  });
}

function hourBusy(unit: string): ClickstreamError {
  return new ClickstreamError({
    code: 'hour_busy',
    stage: 'write',
    message: `A run is at work on ${unit}, so that nothing was applied. Wait for it and replay again.`,
  });
}
