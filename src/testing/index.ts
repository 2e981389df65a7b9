/** For tests of your own transforms, whatever the test runner: `clickstream/testing`. */
export { BrokenRule } from './broken-rule.ts';
export type { Planned } from './planned.ts';
export { RULES, type OptionalRule, type Rule } from './rules.ts';
export { runTransform, type GivenRecord, type Ran } from './run-transform.ts';
export { testTransform, type TestTransformOptions } from './test-transform.ts';
