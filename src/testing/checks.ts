import { Random } from '../local/traffic/random.ts';
import { RowEncoder, UnfitValue } from '../etl/sinks/postgres/encode.ts';
import type { Columns } from '../etl/pipeline/column.ts';
import type { Transform } from '../etl/pipeline/transform.ts';
import { firstDifference } from './deep.ts';
import { heldAfter } from './held-resources.ts';
import { inOtherCircumstances } from './other-circumstances.ts';
import type { Planned } from './planned.ts';
import type { Rule } from './rules.ts';
import { differenceText, shown } from './shown.ts';
import { trial, type Outcome, type Trial, type Tried } from './trial.ts';

/** A rule that was broken, and how. */
export interface Finding {
  readonly rule: Rule;
  readonly what: string;
  /** The place of the record that shows it, where one alone does. */
  readonly at?: number;
  /** Whether it shows only once, so that nobody need look for fewer records. */
  readonly once?: boolean;
  readonly expected?: unknown;
  readonly actual?: unknown;
}

/** What is tested. */
export interface Subject {
  readonly transform: Transform;
  /** The columns that rows have before it. */
  readonly columns: Columns;
  readonly seed: number | string;
  /** Whether whoever writes to an event is stopped. */
  readonly frozen: boolean;
  /** The very first run over all records, before which the transform cannot have kept anything. */
  readonly first?: Trial;
}

/** Looks for a way in which some records show that a rule is broken. */
export type Check = (planned: readonly Planned[], subject: Subject) => Promise<Finding | undefined>;

/** Batches of at most so many records. */
const SOME = 7;

/** The check of every rule, in the order in which they are made: a run that fails shows nothing of the others. */
export const CHECKS: Readonly<Record<Rule, Check>> = {
  run: async (planned, subject) => failureOf(await trial(planned, { ...subject, frozen: false })),
  ledger: (planned, subject) => everyRecord(planned, { ...subject, frozen: false }, sharedId),
  input: (planned, subject) => everyRecord(planned, { ...subject, frozen: false }, changedInput),
  columns: (planned, subject) => everyRecord(planned, subject, (one) => undeclaredColumn(one, subject)),
  types: (planned, subject) => everyRecord(planned, subject, (one) => unfitValue(one, subject.transform)),
  needs: async (planned, subject) =>
    (await everyRecord(planned, subject, (one) => thrown('needs', one))) ?? (await undeclaredNeed(planned, subject)),
  hostile: (planned, subject) => everyRecord(planned, subject, (one) => thrown('hostile', one)),
  deterministic: async (planned, subject) => {
    const { first } = subject;
    const now = await trial(planned, subject);
    if (first?.tried.length === planned.length) {
      const kept = difference('deterministic', subject, first, now, ['in the first run', 'in a later one']);
      if (kept) return { ...kept, once: true };
    }
    const later = await trial(planned, { ...subject, around: inOtherCircumstances });
    const says = ['in one run', 'in another, as if it were next year in another time zone'] as const;
    return difference('deterministic', subject, now, later, says);
  },
  batching: async (planned, subject) => {
    const places = planned.map((_, at) => at);
    const together = await trial(planned, subject);
    for (const size of [1, SOME]) {
      const apart = await trial(planned, { ...subject, batches: cut(places, size) });
      const says = [`in one batch of ${planned.length}`, `in batches of ${size}`] as const;
      const found = difference('batching', subject, together, apart, says);
      if (found) return found;
    }
    return undefined;
  },
  order: async (planned, subject) => {
    const places = planned.map((_, at) => at);
    const inOrder = await trial(planned, subject);
    for (const batch of [[...places].reverse(), shuffled(places, Random.seeded(subject.seed))]) {
      const otherwise = await trial(planned, { ...subject, batches: [batch] });
      const says = ['in one order', 'in another'] as const;
      const found = difference('order', subject, inOrder, otherwise, says);
      if (found) return found;
    }
    return undefined;
  },
  close: async (planned, subject) => {
    for (const batches of [[], [planned.map((_, at) => at)]]) {
      let failure: Trial['failure'];
      const held = await heldAfter(async () => ({ failure } = await trial(planned, { ...subject, batches })));
      if (failure?.rule === 'close') return failure;
      const after = batches.length === 0 ? 'a run without a batch' : 'a run of a batch';
      if (held.length > 0) return { rule: 'close', what: `After ${after} there is still a ${held.join(', a ')}.` };
    }
    return undefined;
  },
  effect: async (planned, subject) => {
    // In batches of one, since some look at what went before.
    const { tried, counted } = await trial(planned, { ...subject, batches: cut([...planned.keys()], 1) });
    if (counted || tried.some(hasEffect)) return undefined;
    return { rule: 'effect', what: `It did nothing with any of ${planned.length} records.` };
  },
};

function failureOf({ failure }: Pick<Trial, 'failure'>): Finding | undefined {
  return failure && failure.rule !== 'close' ? failure : undefined;
}

/** What the first record shows that shows anything. */
async function everyRecord(
  planned: readonly Planned[],
  subject: Subject,
  look: (one: Tried) => Finding | undefined,
): Promise<Finding | undefined> {
  const { tried, failure } = await trial(planned, subject);
  const failed = failureOf({ failure });
  if (failed) return failed;
  for (const one of tried) {
    const found = look(one);
    if (found) return found;
  }
  return undefined;
}

/** Events with one id are one row in the warehouse: all but one of them would be lost. */
function sharedId({ outcome: { row, parts } }: Tried): Finding | undefined {
  const ids = [...(row ? [row] : []), ...parts].map(({ event_id }) => event_id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice === undefined) return undefined;
  return { rule: 'ledger', what: `It made ${ids.length} events of one, and some have the same event_id.` };
}

function changedInput({ planned, record, before, found }: Tried): Finding | undefined {
  const path = firstDifference(planned.event, record.event);
  if (path !== undefined) return { rule: 'input', what: `It changed ${path === '' ? 'the event' : `event.${path}`}.` };
  for (const [name, value] of Object.entries(found)) {
    if (firstDifference(before[name], value) === undefined) continue;
    return { rule: 'input', what: `It changed what is in row.${name}, in place.` };
  }
  return undefined;
}

function undeclaredColumn({ before, outcome }: Tried, { transform, columns }: Subject): Finding | undefined {
  const declared = { ...transform.needs, ...transform.adds };
  const rows = [...(outcome.row ? [outcome.row] : []), ...outcome.parts];
  for (const row of rows) {
    for (const name of new Set([...Object.keys(row), ...Object.keys(columns)])) {
      if (Object.hasOwn(declared, name)) continue;
      // A part has an id of its own.
      if (name === 'event_id' && row !== outcome.row) continue;
      if (Object.hasOwn(row, name) && firstDifference(before[name], row[name]) === undefined) continue;
      const value = Object.hasOwn(row, name) ? `wrote ${shown(row[name])} into` : 'deleted';
      return { rule: 'columns', what: `It ${value} the column ${name}, which it does not declare.` };
    }
  }
  return undefined;
}

function unfitValue({ before, outcome }: Tried, { needs, adds }: Transform): Finding | undefined {
  const rows = [...(outcome.row ? [outcome.row] : []), ...outcome.parts];
  for (const row of rows) {
    for (const [name, declared] of Object.entries({ ...needs, ...adds })) {
      if (!Object.hasOwn(adds, name) && firstDifference(before[name], row[name]) === undefined) continue;
      try {
        new RowEncoder({ [name]: declared }).encode({ [name]: row[name] });
      } catch (error) {
        // Text that no Postgres can hold comes from the client, and the sink rejects its record.
        if (!(error instanceof UnfitValue) || error.code !== 'invalid_value') continue;
        return { rule: 'types', what: `It wrote ${shown(row[name])}: ${error.message}.` };
      }
    }
  }
  return undefined;
}

function thrown(rule: 'needs' | 'hostile', { planned, outcome: { verdict } }: Tried): Finding | undefined {
  if ((planned.kind === 'hostile') !== (rule === 'hostile')) return undefined;
  if (verdict?.kind !== 'rejected' || verdict.code !== 'transform_failed') return undefined;
  return { rule, what: `It threw: ${verdict.detail}` };
}

/** Takes away what the transform does not declare: nothing may change for it. */
async function undeclaredNeed(planned: readonly Planned[], subject: Subject): Promise<Finding | undefined> {
  const { transform, columns } = subject;
  const all = await trial(planned, subject);
  const spare = Object.keys(columns).filter((name) => !Object.hasOwn(transform.needs, name) && name !== 'event_id');
  const without = async (names: readonly string[]): Promise<Finding | undefined> => {
    const left = Object.fromEntries(Object.entries(columns).filter(([name]) => !names.includes(name)));
    const few = await trial(planned, { ...subject, columns: left });
    const says = ['with all columns', `without ${names.join(', ')}`] as const;
    return difference('needs', { ...subject, columns: left }, all, few, says);
  };
  if (!(await without(spare))) return undefined;
  for (const name of spare) {
    const found = await without([name]);
    if (found) return { ...found, what: `It reads the column ${name}, which it does not declare. ${found.what}` };
  }
  return without(spare);
}

/** The first record that two trials disagree about, in the columns that both have. */
function difference(
  rule: Rule,
  { transform, columns }: Pick<Subject, 'transform' | 'columns'>,
  one: Trial,
  other: Trial,
  says: readonly [string, string],
): Finding | undefined {
  const failed = failureOf(one) ?? failureOf(other);
  if (failed) return { ...failed, what: `${failed.what} (${failureOf(one) ? says[0] : says[1]})` };
  const names = Object.keys({ ...columns, ...transform.adds });
  for (const [at, { outcome }] of one.tried.entries()) {
    const a = comparable(outcome, names);
    const b = comparable(other.tried[at]!.outcome, names);
    const path = firstDifference(a, b);
    if (path === undefined) continue;
    const what = `Of record ${at + 1}: ${differenceText(path, a, b, says)}.`;
    return { rule, what, at, expected: a, actual: b };
  }
  return undefined;
}

function comparable({ verdict, row, parts }: Outcome, names: readonly string[]): unknown {
  const pick = (of: Readonly<Record<string, unknown>>): unknown =>
    Object.fromEntries(names.map((name) => [name, of[name]]));
  // In whatever order they were made.
  const sorted = [...parts].sort((a, b) => (shown(a['event_id']) < shown(b['event_id']) ? -1 : 1));
  return { verdict: verdict ?? 'passed on', row: row && pick(row), parts: sorted.map(pick) };
}

function hasEffect({ before, outcome: { verdict, row, parts } }: Tried): boolean {
  return verdict !== undefined || parts.length > 0 || firstDifference(before, row) !== undefined;
}

function cut(places: readonly number[], size: number): number[][] {
  const batches: number[][] = [];
  for (let at = 0; at < places.length; at += size) batches.push(places.slice(at, at + size));
  return batches;
}

function shuffled(places: readonly number[], random: Random): number[] {
  const left = [...places];
  return places.map(() => left.splice(random.int(0, left.length - 1), 1)[0]!);
}
