import { configError, ClickstreamError } from '../../errors.ts';
import { isColumnName, type Column, type Columns, type NoColumns, type Row } from './column.ts';
import { goesOn, type EventRecord, type Reject } from './event-record.ts';
import type { DecodedRecord, Origin } from './record.ts';
import { BatchWork } from './batch-work.ts';
import { prefetched, type Prefetch } from './prefetch.ts';
import type { OpenContext, Transform, TransformRun } from './transform.ts';
import { misbehaviour, transformError } from './transform-error.ts';

/** Transforms in their order, checked, with the columns of the row that they make. */
export interface Pipeline<C extends Columns = Columns> {
  readonly transforms: readonly Transform[];
  readonly columns: C;
  /** Opens every transform, in order, for one hour. */
  open(context: OpenContext): Promise<PipelineRun>;
}

/** What a batch became. `records` are what the sink is to write. */
export interface TransformedBatch {
  readonly records: readonly EventRecord[];
  /** Records that a transform left out as duplicates and none rejected; the sink may. */
  readonly duplicates: readonly EventRecord[];
  readonly rejects: Reject[];
  /** Records that a transform made of others, beyond the one each came from. */
  readonly split: number;
  /** Records left out, by reason; duplicates are no part of it. */
  readonly dropped: ReadonlyMap<string, number>;
  /** What the transforms counted of their own, as `parse.replaced_times`. */
  readonly metrics: ReadonlyMap<string, number>;
  /** What each transform did with the batch, in their order. */
  readonly transforms: readonly TransformCounts[];
}

/** What a transform did, and how long it took. */
export interface TransformCounts {
  readonly name: string;
  /** Milliseconds, those of `prefetch` included. */
  readonly ms: number;
  /** Records that it was given. */
  readonly records: number;
  readonly rejected: number;
  /** Duplicates included. */
  readonly dropped: number;
  /** Events that it made of others. */
  readonly split: number;
}

export { DUPLICATE } from './batch-work.ts';

/** A pipeline at work on one hour. */
export interface PipelineRun {
  /** A record for a decoded piece, with an empty row of the pipeline's shape. */
  record(piece: DecodedRecord, origin: Origin): EventRecord;
  /**
   * Runs a batch through every transform. Waits only for those that prefetch.
   *
   * @throws ClickstreamError `transform_failed` or `transform_timeout`, with the transform's name.
   */
  process(records: readonly EventRecord[]): Promise<TransformedBatch>;
  /** The same at once, where no transform prefetches. */
  batch(records: readonly EventRecord[]): TransformedBatch;
  /** Tells the transforms which records were fit to be written. */
  delivered(records: readonly EventRecord[]): void;
  close(): Promise<void>;
}

/** A message in place of a type: what the compiler shows when transforms do not fit together. */
interface Misfit<Message extends string> {
  readonly misfit: Message;
}

type Names<K> = K & string;
type Missing<Have extends Columns, Needs extends Columns> = Names<Exclude<keyof Needs, keyof Have>>;
type Mistyped<Have extends Columns, Needs extends Columns> = Names<
  { [K in keyof Needs & keyof Have]: Have[K]['type'] extends Needs[K]['type'] ? never : K }[keyof Needs & keyof Have]
>;
type Twice<Have extends Columns, Adds extends Columns> = Names<keyof Adds & keyof Have>;

/** Each transform of a list, or the message that says why it cannot stand where it does. */
type Fitted<List extends readonly unknown[], Have extends Columns = NoColumns> = List extends readonly [
  infer Head,
  ...infer Rest,
]
  ? Head extends Transform<infer Name, infer Needs, infer Adds>
    ? [
        [Missing<Have, Needs>] extends [never]
          ? [Mistyped<Have, Needs>] extends [never]
            ? [Twice<Have, Adds>] extends [never]
              ? Head
              : Misfit<`${Name} adds column "${Twice<Have, Adds>}", which an earlier transform adds already`>
            : Misfit<`${Name} needs column "${Mistyped<Have, Needs>}" with another type than the one it has`>
          : Misfit<`${Name} needs column "${Missing<Have, Needs>}", which no earlier transform adds`>,
        ...Fitted<Rest, Have & Adds>,
      ]
    : [Misfit<'not a transform'>]
  : [];

/** All columns that a list of transforms adds. */
export type ColumnsOf<List extends readonly unknown[]> = List extends readonly [infer Head, ...infer Rest]
  ? (Head extends Transform<string, Columns, infer Adds> ? Adds : NoColumns) & ColumnsOf<Rest>
  : NoColumns;

/**
 * Makes a pipeline of transforms, in order. A column that is needed before it is added, added twice or needed with
 * another type is a compile error; from JavaScript it is an error with the same words when this is called.
 */
export function definePipeline<const List extends readonly Transform[]>(
  transforms: List & Fitted<List>,
): Pipeline<ColumnsOf<List>> {
  const columns = checkedColumns(transforms);
  const template = Object.fromEntries(Object.keys(columns).map((name) => [name, null])) as Row<Columns>;
  return {
    transforms,
    columns: columns as ColumnsOf<List>,
    open: async (context) => {
      const runs: NamedRun[] = [];
      for (const { name, open } of transforms) {
        try {
          runs.push({ name, run: (await open(context)) as TransformRun<Row<Columns>> });
        } catch (error) {
          await closeAll(runs).catch(() => undefined);
          // A coded error says itself what to do, such as one about a file that is missing.
          throw error instanceof ClickstreamError ? error : transformError(name, 'open', error);
        }
      }
      return new OpenPipeline(template, runs, context.log);
    },
  };
}

/** The columns that transforms add together; throws when one of them does not fit where it stands. */
function checkedColumns(transforms: readonly Transform[]): Columns {
  // Without a prototype, or `constructor` would be there before any transform adds it.
  const have = Object.create(null) as Record<string, Column>;
  for (const { name, needs, adds } of transforms) {
    for (const [needed, { type }] of Object.entries(needs)) {
      const found = have[needed];
      if (!found) throw configError(`${name} needs column "${needed}", which no earlier transform adds`);
      if (found.type !== type) {
        throw configError(
          `${name} needs column "${needed}" with another type than the one it has: ${type}, not ${found.type}`,
        );
      }
    }
    for (const [added, declared] of Object.entries(adds)) {
      if (have[added]) throw configError(`${name} adds column "${added}", which an earlier transform adds already`);
      if (!isColumnName(added)) {
        throw configError(
          `${name} adds column "${added}", which is no name for a column: use a-z, 0-9 and _, 63 bytes`,
        );
      }
      have[added] = declared;
    }
  }
  return have;
}

interface NamedRun {
  readonly name: string;
  readonly run: TransformRun<Row<Columns>>;
}

class OpenPipeline implements PipelineRun {
  readonly #template: Row<Columns>;
  readonly #runs: readonly NamedRun[];
  readonly #log: OpenContext['log'];

  constructor(template: Row<Columns>, runs: readonly NamedRun[], log: OpenContext['log']) {
    this.#template = template;
    this.#runs = runs;
    this.#log = log;
  }

  record(piece: DecodedRecord, origin: Origin): EventRecord {
    // Spreading one template keeps every row in one hidden class, whatever columns the pipeline has.
    return { event: piece.event, row: { ...this.#template }, origin, index: piece.index, piece, fate: 'live' };
  }

  async process(records: readonly EventRecord[]): Promise<TransformedBatch> {
    const steps = this.#through(records);
    let step = steps.next();
    while (!step.done) {
      await prefetched(step.value);
      step = steps.next();
    }
    return step.value;
  }

  batch(records: readonly EventRecord[]): TransformedBatch {
    const step = this.#through(records).next();
    if (!step.done) throw misbehaviour(step.value.name, 'prefetches, which takes a wait');
    return step.value;
  }

  /** Takes a batch through the transforms, and hands out before its turn each one that wants to prefetch. */
  *#through(records: readonly EventRecord[]): Generator<Prefetch, TransformedBatch, undefined> {
    const work = new BatchWork(this.#log);
    const transforms: TransformCounts[] = [];
    let left = records;
    for (const { name, run } of this.#runs) {
      const began_ms = performance.now();
      if (run.prefetch) yield { name, run, records: left };
      work.begin(name);
      const passed = runTransform(name, run, left, work);
      transforms.push({
        name,
        ms: performance.now() - began_ms,
        records: left.length,
        rejected: work.rejected,
        dropped: work.dropped,
        split: passed.split,
      });
      left = passed.records;
    }
    const duplicates = left.filter(({ fate }) => fate === 'duplicate');
    const live = duplicates.length === 0 ? left : left.filter(({ fate }) => fate === 'live');
    const split = transforms.reduce((sum, counts) => sum + counts.split, 0);
    const { rejects, reasons, metrics } = work;
    return { records: live, duplicates, rejects, split, dropped: reasons, metrics, transforms };
  }

  delivered(records: readonly EventRecord[]): void {
    for (const { name, run } of this.#runs) {
      try {
        run.delivered?.(records);
      } catch (error) {
        throw transformError(name, 'delivered', error);
      }
    }
  }

  async close(): Promise<void> {
    await closeAll(this.#runs);
  }
}

/** Closes all of them, whatever one of them throws; that is thrown at the end. */
async function closeAll(runs: readonly NamedRun[]): Promise<void> {
  let failure: ClickstreamError | undefined;
  for (const { name, run } of runs) {
    try {
      await run.close?.();
    } catch (error) {
      failure ??= transformError(name, 'close', error);
    }
  }
  if (failure) throw failure;
}

function runTransform(
  name: string,
  run: TransformRun<Row<Columns>>,
  records: readonly EventRecord[],
  work: BatchWork,
): { readonly records: readonly EventRecord[]; readonly split: number } {
  let passed: readonly EventRecord[] | undefined;
  try {
    passed = run.batch(records, work);
  } catch (error) {
    throw error instanceof ClickstreamError ? error : transformError(name, 'batch', error);
  }
  if (passed instanceof Promise) {
    // Nobody waits for it.
    passed.catch(() => undefined);
    throw misbehaviour(name, 'returned a promise: what has to be waited for belongs in prefetch');
  }
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
