import { sqlVariables, type TableNames } from '../config/table-names.ts';
import type { SettlingRule } from '../config/settling-rule.ts';
import { admissionLock } from './admission-lock.ts';
import { closedBefore, settleSql } from './settle-sql.ts';
import { settlingLock } from './settling-lock.ts';
import { sqlFile } from './template.ts';

/** Every statement of an erasure, for given tables and the rule that these are settled by. */
export function eraseSql(tables: TableNames, rule: SettlingRule) {
  const names = sqlVariables(tables);
  const variables = {
    ...names,
    closed_before: closedBefore(tables),
    leave_marks: sqlFile('statements/leave-marks.sql', names),
  };
  const file = (name: string): string => sqlFile(`erase/${name}.sql`, variables);
  return {
    survey: file('survey'),
    onlyTheirs: file('only-theirs'),
    sharedClients: file('shared-clients'),
    salt: `SELECT salt FROM ${tables.salt}`,
    lockAdmission: `SELECT pg_advisory_xact_lock(${admissionLock(tables)})`,
    layTombstones: file('lay-tombstones'),
    begin: file('begin'),
    find: file('find'),
    lockSettling: `SELECT pg_advisory_xact_lock(${settlingLock(tables)})`,
    remove: file('remove'),
    removeRejects: file('remove-rejects'),
    settle: settleSql(tables, rule),
    end: file('end'),
    done: file('done'),
  };
}

export type EraseSql = ReturnType<typeof eraseSql>;
