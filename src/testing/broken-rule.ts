import type { Transform } from '../etl/pipeline/transform.ts';
import type { Finding } from './checks.ts';
import type { Planned } from './planned.ts';
import { isOptional, RULES, type Rule } from './rules.ts';
import { shown } from './shown.ts';

/** A transform that breaks a rule. Test runners show it as a failed assertion, with `expected` and `actual` side by side. */
export class BrokenRule extends Error {
  readonly code = 'transform_breaks_rule';
  readonly transform: string;
  readonly rule: Rule;
  /** The fewest and smallest records that were found to show it. */
  readonly records: readonly Planned[];
  readonly expected: unknown;
  readonly actual: unknown;

  constructor(
    transform: Transform,
    { rule, what, expected, actual }: Finding,
    records: readonly Planned[],
    seed: unknown,
  ) {
    super(messageOf(transform, rule, what, records, seed));
    this.name = 'AssertionError';
    this.transform = transform.name;
    this.rule = rule;
    this.records = records;
    this.expected = expected;
    this.actual = actual;
  }
}

function messageOf(
  { name, needs }: Transform,
  rule: Rule,
  what: string,
  records: readonly Planned[],
  seed: unknown,
): string {
  const { says, advice } = RULES[rule];
  const lines = [`${name} breaks the rule "${rule}": ${says}.`, '', what];
  if (records.length > 0) {
    lines.push(
      '',
      `The smallest ${records.length === 1 ? 'record' : 'records'} found to show it (seed ${shown(seed)}):`,
    );
    for (const [at, { event, given }] of records.entries()) {
      const columns = Object.keys(needs).map((column) => `${column} = ${shown(given[column])}`);
      lines.push(`  ${at + 1}. ${shown(event)}`, ...(columns.length > 0 ? [`     with ${columns.join(', ')}`] : []));
    }
  }
  lines.push('', `What to do: ${advice}.`);
  if (isOptional(rule)) {
    lines.push(`If it is meant to be so, say why: testTransform(${name}, { except: { ${rule}: '...' } })`);
  }
  return lines.join('\n');
}
