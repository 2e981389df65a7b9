import type { SettlingRule } from '../../../config/settling-rule.ts';

/** A rule for tests that are about other things. */
export const RULE: SettlingRule = { sessionTimeout_ms: 1, cutAtMidnight: false, reportingTimeZone: 'UTC' };
