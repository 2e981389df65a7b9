import fc from 'fast-check';
import type { SettlingRule } from '../../src/config/settling-rule.ts';

/**
 * Rules that a warehouse may be settled by. Of the zones some have a midnight in the hours in which tests' events happen
 * (06:00 and 08:00 UTC), one has none.
 */
export const settlingRule: fc.Arbitrary<SettlingRule> = fc.record({
  sessionTimeout_ms: fc.constantFrom(30, 90, 1).map((minutes) => minutes * 60_000),
  cutAtMidnight: fc.constantFrom(true, true, false),
  reportingTimeZone: fc.constantFrom('America/Los_Angeles', 'America/Chicago', 'UTC'),
});

/** The day of a moment in a time zone, asked of the platform each time. */
export function dayIn(timeZone: string, moment_ms: number): string {
  return new Date(moment_ms).toLocaleDateString('en-US', { timeZone });
}

/** Whether an event goes on with the session of the one before it, both given by their time in epoch milliseconds. */
export function goesOn(rule: SettlingRule, before_ms: number, at_ms: number): boolean {
  if (at_ms - before_ms > rule.sessionTimeout_ms) return false;
  const { cutAtMidnight, reportingTimeZone } = rule;
  return !cutAtMidnight || dayIn(reportingTimeZone, before_ms) === dayIn(reportingTimeZone, at_ms);
}
