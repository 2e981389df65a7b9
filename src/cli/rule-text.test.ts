import { expect, test } from 'vitest';
import { isSameRule, ruleText } from './rule-text.ts';

const rule = { sessionTimeout_ms: 60_000, cutAtMidnight: false, reportingTimeZone: 'UTC' };

test('a rule is said in words', () => {
  expect(ruleText(rule)).toBe('1 minute, no cut at midnight, days of UTC');
  expect(ruleText({ sessionTimeout_ms: 1_800_000, cutAtMidnight: true, reportingTimeZone: 'Asia/Tokyo' })).toBe(
    '30 minutes, cut at midnight, days of Asia/Tokyo',
  );
});

test('two rules are one when all of it is the same', () => {
  expect(isSameRule(rule, { ...rule })).toBe(true);
  expect(isSameRule(rule, { ...rule, sessionTimeout_ms: 1 })).toBe(false);
  expect(isSameRule(rule, { ...rule, cutAtMidnight: true })).toBe(false);
  expect(isSameRule(rule, { ...rule, reportingTimeZone: 'Asia/Tokyo' })).toBe(false);
});
