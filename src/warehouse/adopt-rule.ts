import type { Client } from 'pg';
import type { SettlingRule } from '../config/settling-rule.ts';
import { sqlVariables, type TableNames } from '../config/table-names.ts';
import { ClickstreamError } from '../errors.ts';
import { sqlFile } from './template.ts';

interface RuleRow {
  readonly session_timeout_ms: number;
  readonly cut_at_midnight: boolean;
  readonly reporting_time_zone: string;
}

/**
 * Makes a run's rule the warehouse's when that has none, and otherwise sees to it that it is the same.
 *
 * @param statement `adopt-rule.sql`.
 * @throws ClickstreamError `other_rule`, which says what the warehouse goes by.
 */
export async function adoptRule(client: Client, statement: string, rule: SettlingRule): Promise<void> {
  const { sessionTimeout_ms, cutAtMidnight, reportingTimeZone } = rule;
  const { rows } = await client.query<RuleRow>(statement, [sessionTimeout_ms, cutAtMidnight, reportingTimeZone]);
  const other = rows[0];
  if (!other) return;
  throw new ClickstreamError({
    code: 'other_rule',
    stage: 'config',
    message:
      `The warehouse is settled by SESSION_TIMEOUT_MINUTES=${other.session_timeout_ms / 60_000}, ` +
      `SESSION_CUT_AT_MIDNIGHT=${other.cut_at_midnight} and REPORTING_TIME_ZONE=${other.reporting_time_zone}, and this run ` +
      'has others. Set these, or settle everything anew by the new ones with "clickstream rebuild".',
  });
}

/**
 * Sees to it that a command settles by the warehouse's own rule, and leaves a warehouse alone that has none yet.
 *
 * @returns whether it has one, which it has once something was loaded.
 * @throws ClickstreamError `other_rule`.
 */
export async function keepRule(client: Client, tables: TableNames, rule: SettlingRule): Promise<boolean> {
  const { rowCount } = await client.query(`SELECT FROM ${tables.settings}`);
  if (rowCount === 0) return false;
  await adoptRule(client, sqlFile('statements/adopt-rule.sql', sqlVariables(tables)), rule);
  return true;
}
