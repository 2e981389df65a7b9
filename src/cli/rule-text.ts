import type { SettlingRule } from '../config/settling-rule.ts';
import { plural } from './text.ts';

/** A rule in words: `30 minutes, no cut at midnight, days of UTC`. */
export function ruleText({ sessionTimeout_ms, cutAtMidnight, reportingTimeZone }: SettlingRule): string {
  const cut = cutAtMidnight ? 'cut at midnight' : 'no cut at midnight';
  return `${plural(sessionTimeout_ms / 60_000, 'minute')}, ${cut}, days of ${reportingTimeZone}`;
}

/** A rule as a program reads it; null where there is none. */
export function ruleDocument(rule: SettlingRule | undefined): object | null {
  if (!rule) return null;
  const { sessionTimeout_ms, cutAtMidnight, reportingTimeZone } = rule;
  return { timeoutMinutes: sessionTimeout_ms / 60_000, cutAtMidnight, reportingTimeZone };
}

/** Whether two rules are one. */
export function isSameRule(a: SettlingRule, b: SettlingRule): boolean {
  return (
    a.sessionTimeout_ms === b.sessionTimeout_ms &&
    a.cutAtMidnight === b.cutAtMidnight &&
    a.reportingTimeZone === b.reportingTimeZone
  );
}
