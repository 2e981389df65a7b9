import type { Client } from 'pg';
import type { TableNames } from '../config/table-names.ts';
import type { SettlingRule } from '../config/settling-rule.ts';

interface RuleRow {
  readonly timeout_ms: number;
  readonly cut_at_midnight: boolean;
  readonly reporting_time_zone: string;
}

/** The rule that a warehouse is settled by; undefined before its first run. */
export async function currentRule(client: Client, { settings }: TableNames): Promise<SettlingRule | undefined> {
  const { rows } = await client.query<RuleRow>(
    `SELECT (extract(epoch FROM session_timeout) * 1000)::double precision AS timeout_ms, cut_at_midnight, reporting_time_zone
     FROM ${settings}`,
  );
  const [row] = rows;
  if (!row) return undefined;
  return {
    sessionTimeout_ms: row.timeout_ms,
    cutAtMidnight: row.cut_at_midnight,
    reportingTimeZone: row.reporting_time_zone,
  };
}
