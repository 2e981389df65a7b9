import type { SettlingRule } from '../../../config/settling-rule.ts';
import { sqlVariables, type TableNames } from '../../../config/table-names.ts';
import { quoteIdentifier, sqlFile, type SqlVariables } from '../../../warehouse/template.ts';
import type { Columns } from '../../pipeline/column.ts';
import { settleAheadSql, settleSql } from '../../../warehouse/settle-sql.ts';
import { admissionLock } from '../../../warehouse/admission-lock.ts';
import { settlingLock } from '../../../warehouse/settling-lock.ts';

/** Columns of a row that say nothing about its event, and so do not tell two rows of one record apart. */
const DERIVED = new Set(['session_id']);

/** Every statement of the sink, for given tables and columns. */
export interface Statements {
  readonly copyEvents: string;
  readonly copyStaging: string;
  readonly copyRejects: string;
  readonly copyMarks: string;
  readonly copyOrderMarks: string;
  readonly copyActivityMarks: string;
  readonly createStaging: string;
  readonly mergeStaging: string;
  readonly clearRejects: string;
  readonly clearRejectsAt: string;
  readonly lookAtHolder: string;
  readonly endDeadHolder: string;
  readonly takeHold: string;
  readonly renewHold: string;
  readonly moveHold: string;
  readonly releaseHold: string;
  readonly beginRun: string;
  readonly clearManifest: string;
  readonly addManifest: string;
  readonly advanceRun: string;
  readonly endRun: string;
  readonly advanceCheckpoint: string;
  readonly lastCommit: string;
  /** Shared, until the transaction's end. */
  readonly lockAdmission: string;
  readonly readAdmission: string;
  readonly readTombstones: string;
  readonly lockSettling: string;
  /** Says whether it was free; does not wait for it. */
  readonly tryLockSettling: string;
  readonly anyMarks: string;
  readonly settle: string;
  /** Of visitors who seem to be gone. */
  readonly settleAhead: string;
  readonly adoptRule: string;
  /** What `settle` goes by. */
  readonly rule: SettlingRule;
}

/**
 * What the sink's SQL files ask for: tables, the pipeline's columns as lists, and the marks that a change leaves for
 * settling.
 */
export function sinkVariables(tables: TableNames, columns: Columns): SqlVariables {
  const names = Object.keys(columns).map(quoteIdentifier);
  const list = (of: string, wanted: readonly string[]): string => wanted.map((name) => `${of}${name}`).join(', ');
  const own = names.filter((name) => !DERIVED.has(name.slice(1, -1)));
  const told = (of: string): string =>
    `${list(`${of}.`, own)}, CASE WHEN NOT ${of}.session_derived THEN ${of}.session_id END`;
  return {
    ...sqlVariables(tables),
    columns: list('', names),
    staged_columns: list('s.', names),
    staged_values: told('s'),
    stored_values: told('e'),
    assignments: own.map((name) => `${name} = s.${name}`).join(', '),
    leave_marks: sqlFile('statements/leave-marks.sql', sqlVariables(tables)),
  };
}

/** Fills the SQL files in. */
export function statementsFor(tables: TableNames, columns: Columns, rule: SettlingRule): Statements {
  const variables = sinkVariables(tables, columns);
  const list = variables['columns']!;
  const file = (name: string): string => sqlFile(`statements/${name}.sql`, variables);
  return {
    copyEvents: `COPY ${tables.events} (${list}) FROM STDIN`,
    copyStaging: `COPY clickstream_staging (${list}) FROM STDIN`,
    copyRejects:
      `COPY ${tables.rejects} (source_key, record_index, start_bytes, end_bytes, last_modified, etag, code, detail, ` +
      'raw, run_id) FROM STDIN',
    copyMarks: `COPY ${tables.marks} (visitor_id, session_id, from_at, to_at) FROM STDIN`,
    copyOrderMarks: `COPY ${tables.orderMarks} (order_id) FROM STDIN`,
    copyActivityMarks: `COPY ${tables.activityMarks} (quarter, event_name, events) FROM STDIN`,
    createStaging: file('create-staging'),
    mergeStaging: file('merge-staging'),
    clearRejects: file('clear-rejects'),
    clearRejectsAt: file('clear-rejects-at'),
    lookAtHolder: file('look-at-holder'),
    endDeadHolder: file('end-dead-holder'),
    takeHold: file('take-hold'),
    renewHold: file('renew-hold'),
    moveHold: file('move-hold'),
    releaseHold: file('release-hold'),
    beginRun: file('begin-run'),
    clearManifest: file('clear-manifest'),
    addManifest: file('add-manifest'),
    advanceRun: file('advance-run'),
    endRun: file('end-run'),
    advanceCheckpoint: file('advance-checkpoint'),
    lastCommit: file('last-commit'),
    lockAdmission: `SELECT pg_advisory_xact_lock_shared(${admissionLock(tables)})`,
    readAdmission: file('read-admission'),
    readTombstones: file('read-tombstones'),
    lockSettling: `SELECT pg_advisory_xact_lock(${settlingLock(tables)})`,
    tryLockSettling: `SELECT pg_try_advisory_xact_lock(${settlingLock(tables)}) AS locked`,
    anyMarks:
      `SELECT EXISTS (SELECT FROM ${tables.marks}) OR EXISTS (SELECT FROM ${tables.orderMarks}) ` +
      `OR EXISTS (SELECT FROM ${tables.activityMarks}) AS found`,
    settle: settleSql(tables, rule),
    settleAhead: settleAheadSql(tables, rule),
    adoptRule: file('adopt-rule'),
    rule,
  };
}
