import { configError } from '../errors.ts';
import { nearestName } from '../config/nearest-name.ts';
import { defaultPipeline } from '../etl/default-pipeline.ts';
import { required, column, type Column, type Columns } from '../etl/pipeline/column.ts';
import type { JsonObject } from '../etl/pipeline/record.ts';
import type { Transform } from '../etl/pipeline/transform.ts';
import { BrokenRule } from './broken-rule.ts';
import { CHECKS, type Finding, type Subject } from './checks.ts';
import { planRecords, type Planned } from './planned.ts';
import { isOptional, RULES, type OptionalRule, type Rule } from './rules.ts';
import { smallest } from './smallest.ts';
import { trial } from './trial.ts';

export interface TestTransformOptions {
  /** Events of the kind that the transform looks for, where the shop's usual ones are not. */
  readonly events?: readonly JsonObject[];
  /** Transforms of your own that come before it. Those of the default pipeline do in any case. */
  readonly after?: readonly Transform[];
  /** Rules that it is not held to, each with the reason. One that it keeps after all is an error. */
  readonly except?: Readonly<Partial<Record<OptionalRule, string>>>;
  /** Another seed, other records. Default 1. */
  readonly seed?: number | string;
}

const OPTIONS = ['events', 'after', 'except', 'seed'];

/**
 * Holds a transform to the rules that all of them keep (see {@link RULES}), with some 400 records: events of a shop, the
 * columns that it needs with any values of their types, and what no sensible client would send. For any test runner:
 *
 * @example
 * test('addMargin keeps the rules of transforms', () => testTransform(addMargin));
 *
 * @throws BrokenRule that names the rule, shows the smallest records that break it, and says what to do.
 * @throws ClickstreamError `invalid_config` for options that are none, and for an exception that is not needed.
 */
export async function testTransform(
  // `any`: whatever columns it has.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  transform: Transform<string, any, any>,
  options: TestTransformOptions = {},
): Promise<void> {
  const { events = [], after = [], except = {}, seed = 1 } = checked(options);
  const before = [...defaultPipeline.transforms, ...after.filter((one) => !defaultPipeline.transforms.includes(one))];
  const subject: Subject = {
    transform: transform as Transform,
    columns: columnsBefore(transform as Transform, before),
    seed,
    frozen: except.input === undefined,
  };
  const { columns } = subject;
  const planned = await planRecords({ seed, columns, needs: (transform as Transform).needs, before, events });
  const first = await trial(planned, { ...subject, frozen: false });
  // Told at once, or every one of the runs that follow would wait for it.
  if (first.failure?.rule === 'close' && except.close === undefined) {
    throw await brokenRule(first.failure, planned, subject);
  }
  for (const rule of Object.keys(CHECKS) as Rule[]) {
    const check = CHECKS[rule];
    const reason = isOptional(rule) ? except[rule] : undefined;
    const finding = await check(planned, { ...subject, first });
    if (!finding) {
      if (reason === undefined) continue;
      throw configError(
        `${transform.name} is excused from the rule "${rule}" and keeps it: leave the exception away, or give events ` +
          'that show why it is needed.',
      );
    }
    if (reason !== undefined && finding.rule === rule) continue;
    throw await brokenRule(finding, planned, subject);
  }
}

/** The error for a finding, with the smallest records that show it. */
async function brokenRule(finding: Finding, planned: readonly Planned[], subject: Subject): Promise<BrokenRule> {
  const { transform, seed } = subject;
  const { rule } = finding;
  // What "close" does has little to do with records, and no effect is one of all of them.
  if (rule === 'close' || rule === 'effect') return new BrokenRule(transform, finding, [], seed);
  if (finding.once === true) return new BrokenRule(transform, finding, [planned[finding.at!]!], seed);
  const find = (fewer: readonly Planned[]): Promise<Finding | undefined> => CHECKS[rule](fewer, subject);
  const records = await smallest(planned, transform.needs, async (fewer) => (await find(fewer))?.rule === rule);
  return new BrokenRule(transform, (await find(records)) ?? finding, records, seed);
}

/** All columns that rows may have before a transform: those of the transforms before it, as far as it adds none of them. */
function columnsBefore({ needs, adds }: Transform, before: readonly Transform[]): Columns {
  const added = before.flatMap((one) => Object.entries(one.adds));
  const all = new Map<string, Column>([['event_id', required(column.uuid())], ...added, ...Object.entries(needs)]);
  return Object.fromEntries([...all].filter(([name]) => !Object.hasOwn(adds, name)));
}

/** From JavaScript anything may come. */
function checked(options: TestTransformOptions): TestTransformOptions {
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) throw configError(unknownText('testTransform has no option', name, OPTIONS));
  }
  for (const [rule, reason] of Object.entries(options.except ?? {})) {
    if (!Object.hasOwn(RULES, rule)) throw configError(unknownText('There is no rule', rule, Object.keys(RULES)));
    if (!isOptional(rule)) throw configError(`Nothing is excused from the rule "${rule}": a run depends on it.`);
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw configError(`Say why it is excused from the rule "${rule}".`);
    }
  }
  return options;
}

function unknownText(what: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return `${what} "${name}"${nearest === undefined ? '' : `; is it "${nearest}"`}: there are ${known.join(', ')}.`;
}
