import { ClickstreamError } from '../../errors.ts';
import type { BatchWork } from './batch-work.ts';
import type { Columns, Row } from './column.ts';
import { goesOn, type EventRecord } from './event-record.ts';
import { isPromise, whatItIs } from './look.ts';
import type { TransformRun } from './transform.ts';
import { isMisbehaved, misbehaviour, transformError } from './transform-error.ts';

/** What a transform passed on, and how many events it made of others. */
export interface PassedOn {
  readonly records: readonly EventRecord[];
  readonly split: number;
}

/**
 * Gives a batch to a transform.
 *
 * @param width how many columns a row has.
 * @throws ClickstreamError `transform_failed` when it throws, or does what none may.
 */
export function runTransform(
  name: string,
  run: TransformRun<Row<Columns>>,
  records: readonly EventRecord[],
  work: BatchWork,
  width: number,
): PassedOn {
  let passed: readonly EventRecord[] | undefined;
  try {
    passed = run.batch(records, work);
  } catch (error) {
    if (isMisbehaved(error)) throw misbehaviour(name, error.message);
    throw error instanceof ClickstreamError ? error : transformError(name, 'batch', error);
  }
  checkReturned(name, passed);
  checkWidth(name, records, width);
  const live = records.every(goesOn) ? records : records.filter(goesOn);
  const parts = work.takeParts().filter(goesOn);
  if (passed === undefined) {
    return { records: parts.length === 0 ? live : [...live, ...parts], split: parts.length };
  }
  // A record is passed on, rejected or dropped; one that merely went missing would never be counted.
  const passedOn = new Set(passed);
  if (live.some((record) => !passedOn.has(record))) {
    throw misbehaviour(name, 'left out a record without rejecting or dropping it');
  }
  if (passedOn.size < passed.length) {
    throw misbehaviour(name, 'passed the same record on twice; a copy must be a record of its own');
  }
  const out = passed.every(goesOn) ? passed : passed.filter(goesOn);
  const rest = parts.filter((part) => !passedOn.has(part));
  return { records: rest.length === 0 ? out : [...out, ...rest], split: out.length + rest.length - live.length };
}

function checkReturned(name: string, passed: unknown): void {
  if (passed === undefined || Array.isArray(passed)) return;
  if (isPromise(passed)) {
    // Nobody waits for it.
    passed.then(undefined, () => undefined);
    throw misbehaviour(name, 'returned a promise: what has to be waited for belongs in prefetch');
  }
  throw misbehaviour(name, `returned ${whatItIs(passed)} from batch: return the records to pass on, or nothing`);
}

/**
 * A misspelt column is a property more. Looking at two records of a batch costs nothing; most mistakes are made with
 * every record.
 */
function checkWidth(name: string, records: readonly EventRecord[], width: number): void {
  for (const record of [records[0], records.at(-1)]) {
    if (!record || Object.keys(record.row).length <= width) continue;
    const column = Object.keys(record.row)[width]!;
    throw misbehaviour(
      name,
      `sets the column "${column}", which no transform adds: correct its name, or declare it in adds`,
    );
  }
}
