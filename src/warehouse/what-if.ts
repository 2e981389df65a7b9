import type { Client } from 'pg';
import { sqlVariables } from '../config/table-names.ts';
import type { WarehouseSettings } from '../config/settings.ts';
import type { SettlingRule } from '../config/settling-rule.ts';
import { ClickstreamError } from '../errors.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { checkTables } from './check-tables.ts';
import { currentRule } from './current-rule.ts';
import { ruleVariables } from './settle-sql.ts';
import { sqlFile } from './template.ts';

/** What a set of derived sessions comes to. */
export interface SessionFigures {
  readonly sessions: number;
  readonly visitors: number;
  /** Of all of them together. */
  readonly duration_ms: number;
  /** Sessions with at most one page. */
  readonly bounces: number;
  /** Sessions with an order. */
  readonly ordered: number;
}

/** Derived sessions by the rule that the warehouse has, and by another one. */
export interface NowAndThen {
  readonly now: SessionFigures;
  readonly then: SessionFigures;
  /** Sessions of now whose events would be in several. */
  readonly split: number;
  /** Sessions of then whose events are in several now. */
  readonly joined: number;
}

/** Pauses between two events of a visitor that are longer than `over_ms` and at most `to_ms`. */
export interface PauseCount {
  readonly over_ms: number;
  /** Infinity in the last. */
  readonly to_ms: number;
  readonly pauses: number;
}

/** What another rule would change. */
export interface WhatIf {
  readonly rule: SettlingRule;
  readonly otherRule: SettlingRule;
  readonly total: NowAndThen;
  /** By the day on which sessions start, in the other rule's time zone, as ISO 8601 dates. */
  readonly days: ReadonlyMap<string, NowAndThen>;
  /** Sessions that clients named: no rule changes them. */
  readonly clientSessions: number;
  readonly pauses: readonly PauseCount[];
}

/** The events to look at, by when they happened; epoch milliseconds, the end excluded. Without them, all events. */
export interface EventRange {
  readonly from_ms: number;
  readonly to_ms: number;
}

/** Nobody waits longer for an answer. */
const LIMIT_MS = 3_600_000;
const MINUTE_MS = 60_000;
const BORDERS_MIN = [1, 2, 5, 10, 15, 20, 25, 30, 40, 45, 50, 60, 75, 90, 120, 180, 240, 360, 480, 720, 1440];

/**
 * What another rule would change about derived sessions, worked out from the events in one look at them. Reads only: a
 * member of the reader or the loader may.
 *
 * @param change what is other about the rule; the rest is the warehouse's.
 * @throws ClickstreamError `no_rule_yet` before the first run; `missing_table`, `warehouse_unreachable`.
 */
export async function whatIf(
  { postgres, tables }: WarehouseSettings,
  change: Partial<SettlingRule>,
  range?: EventRange,
): Promise<WhatIf> {
  const connection = new Connection(postgres, 'clickstream what-if', () => LIMIT_MS, LIMIT_MS);
  try {
    return await connection.run(async (client) => {
      await checkTables(client, tables, {});
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      try {
        const rule = await currentRule(client, tables);
        if (!rule) throw noRuleYet();
        const otherRule = { ...rule, ...change };
        const variables = { ...sqlVariables(tables), ...ruleVariables(otherRule) };
        const sql = (name: string): string => sqlFile(`what-if/${name}.sql`, variables);
        const within = range ? [new Date(range.from_ms), new Date(range.to_ms)] : [null, null];
        const days = figuresByDay((await client.query<FiguresRow>(sql('sessions'), within)).rows);
        const named = await client.query<{ sessions: string }>(sql('client-sessions'), within);
        const borders = bordersAround(rule.sessionTimeout_ms, otherRule.sessionTimeout_ms);
        return {
          rule,
          otherRule,
          total: days.get(null) ?? NOTHING,
          days: new Map([...days].filter((entry): entry is [string, NowAndThen] => entry[0] !== null)),
          clientSessions: Number(named.rows[0]!.sessions),
          pauses: await countPauses(client, sql('gaps'), within, borders),
        };
      } finally {
        await client.query('ROLLBACK').catch(() => undefined);
      }
    });
  } finally {
    await connection.close();
  }
}

/** From a quarter of the shorter timeout to four times the longer one; both are borders. */
export function bordersAround(one_ms: number, other_ms: number): number[] {
  const [least, most] = [Math.min(one_ms, other_ms) / 4, Math.max(one_ms, other_ms) * 4];
  const round = BORDERS_MIN.map((minutes) => minutes * MINUTE_MS).filter((ms) => ms >= least && ms <= most);
  return [...new Set([...round, one_ms, other_ms])].sort((a, b) => a - b);
}

async function countPauses(
  client: Client,
  sql: string,
  within: readonly (Date | null)[],
  borders: readonly number[],
): Promise<PauseCount[]> {
  const { rows } = await client.query<{ borders: number; pauses: string }>(sql, [...within, borders]);
  const counts = new Map(rows.map(({ borders: at, pauses }) => [at, Number(pauses)]));
  return [0, ...borders].map((over_ms, at) => ({
    over_ms,
    to_ms: borders[at] ?? Infinity,
    pauses: counts.get(at) ?? 0,
  }));
}

interface FiguresRow {
  readonly rule: 'now' | 'then';
  readonly day: string | null;
  readonly sessions: string;
  readonly visitors: string;
  readonly duration_ms: number;
  readonly bounces: string;
  readonly ordered: string;
  readonly of_several: string;
}

const NO_SESSIONS: SessionFigures = { sessions: 0, visitors: 0, duration_ms: 0, bounces: 0, ordered: 0 };
const NOTHING: NowAndThen = { now: NO_SESSIONS, then: NO_SESSIONS, split: 0, joined: 0 };

function figuresByDay(rows: readonly FiguresRow[]): Map<string | null, NowAndThen> {
  const days = new Map<string | null, NowAndThen>();
  for (const row of rows) {
    const figures = {
      sessions: Number(row.sessions),
      visitors: Number(row.visitors),
      duration_ms: row.duration_ms,
      bounces: Number(row.bounces),
      ordered: Number(row.ordered),
    };
    const changed = row.rule === 'now' ? { split: Number(row.of_several) } : { joined: Number(row.of_several) };
    days.set(row.day, { ...(days.get(row.day) ?? NOTHING), [row.rule]: figures, ...changed });
  }
  return days;
}

function noRuleYet(): ClickstreamError {
  return new ClickstreamError({
    code: 'no_rule_yet',
    stage: 'config',
    message: 'No run has settled the warehouse yet, so there is no rule to compare with. Run "clickstream etl" first.',
  });
}
