import { sqlVariables, type TableNames } from '../../../config/table-names.ts';
import { quoteIdentifier, sqlFile } from '../../../warehouse/template.ts';
import type { Columns } from '../../pipeline/column.ts';
import { DERIVED_SESSION_PREFIX } from '../../transforms/open-sessions.ts';

/** Columns of a row that say nothing about its event, and so do not tell two rows of one record apart. */
const DERIVED = new Set(['session_id']);

/** Every statement of the sink, for given tables and columns. */
export interface Statements {
  readonly copyEvents: string;
  readonly copyStaging: string;
  readonly copyRejects: string;
  readonly copyMarks: string;
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
  readonly lockSettling: string;
  readonly anyMarks: string;
  readonly settleSessions: string;
}

/** Fills the SQL files in. */
export function statementsFor(tables: TableNames, columns: Columns, sessionTimeout_ms: number): Statements {
  const names = Object.keys(columns).map(quoteIdentifier);
  const list = (of: string, wanted: readonly string[]): string => wanted.map((name) => `${of}${name}`).join(', ');
  const own = names.filter((name) => !DERIVED.has(name.slice(1, -1)));
  const told = (of: string): string =>
    `${list(`${of}.`, own)}, CASE WHEN NOT ${of}.session_derived THEN ${of}.session_id END`;
  const variables = {
    ...sqlVariables(tables),
    columns: list('', names),
    staged_columns: list('s.', names),
    staged_values: told('s'),
    stored_values: told('e'),
    assignments: own.map((name) => `${name} = s.${name}`).join(', '),
    timeout: `make_interval(secs => ${sessionTimeout_ms / 1000})`,
    session_prefix: `'${DERIVED_SESSION_PREFIX}'`,
  };
  const file = (name: string): string => sqlFile(`statements/${name}.sql`, variables);
  return {
    copyEvents: `COPY ${tables.events} (${variables.columns}) FROM STDIN`,
    copyStaging: `COPY clickstream_staging (${variables.columns}) FROM STDIN`,
    copyRejects:
      `COPY ${tables.rejects} (source_key, record_index, start_bytes, end_bytes, last_modified, etag, code, detail, ` +
      'raw, run_id) FROM STDIN',
    copyMarks: `COPY ${tables.marks} (visitor_id, from_at, to_at) FROM STDIN`,
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
    lockSettling: `SELECT pg_advisory_xact_lock(hashtext('clickstream settle'), '${tables.events}'::regclass::oid::integer)`,
    anyMarks: `SELECT EXISTS (SELECT FROM ${tables.marks}) AS found`,
    settleSessions: file('settle-sessions'),
  };
}
