import { ClickstreamError } from '../../errors.ts';
import type { Columns, Row } from './column.ts';
import type { EventRecord, Reject } from './event-record.ts';
import { checkedColumns, type ColumnsOf, type Fitted, type Same } from './fit.ts';
import type { DecodedRecord, Origin } from './record.ts';
import { BatchWork } from './batch-work.ts';
import { withoutBlanked } from './blanked.ts';
import { checkedRun } from './checked-run.ts';
import { prefetched, type Prefetch } from './prefetch.ts';
import type { OpenContext, Transform, TransformRun } from './transform.ts';
import { runTransform } from './run-transform.ts';
import { misbehaviour, transformError } from './transform-error.ts';
import { endTurn, isLongTurn } from './turn.ts';

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
export type { ColumnsOf } from './fit.ts';

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

/**
 * Makes a pipeline of transforms, in order. A column that is needed before it is added, added twice or needed with
 * another type is a compile error; from JavaScript it is an error with the same words when this is called.
 */
export function definePipeline<const List extends readonly unknown[]>(
  list: Same<List> & Fitted<List>,
): Pipeline<ColumnsOf<List>> {
  const columns = checkedColumns(list);
  // A list of its own: what is checked stays as it was.
  const transforms = [...(list as unknown as readonly Transform[])];
  const template = Object.fromEntries(Object.keys(columns).map((name) => [name, null])) as Row<Columns>;
  return {
    transforms,
    columns: columns as ColumnsOf<List>,
    open: async (context) => {
      const runs: NamedRun[] = [];
      for (const { name, open } of transforms) {
        try {
          runs.push({ name, run: checkedRun(name, await open(context)) });
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

interface NamedRun {
  readonly name: string;
  readonly run: TransformRun<Row<Columns>>;
}

class OpenPipeline implements PipelineRun {
  readonly #template: Row<Columns>;
  /** How many columns a row has. */
  readonly #width: number;
  readonly #runs: readonly NamedRun[];
  readonly #log: OpenContext['log'];

  constructor(template: Row<Columns>, runs: readonly NamedRun[], log: OpenContext['log']) {
    this.#template = template;
    this.#width = Object.keys(template).length;
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
      if (step.value) await prefetched(step.value);
      else if (isLongTurn()) await endTurn();
      step = steps.next();
    }
    return step.value;
  }

  batch(records: readonly EventRecord[]): TransformedBatch {
    const steps = this.#through(records);
    let step = steps.next();
    while (!step.done) {
      if (step.value) throw misbehaviour(step.value.name, 'prefetches, which takes a wait');
      step = steps.next();
    }
    return step.value;
  }

  /** Takes a batch through the transforms. Stops after each, and before it where it wants to prefetch, with that. */
  *#through(records: readonly EventRecord[]): Generator<Prefetch | undefined, TransformedBatch, undefined> {
    const work = new BatchWork(this.#log);
    const transforms: TransformCounts[] = [];
    let left = withoutBlanked(records, work);
    for (const { name, run } of this.#runs) {
      const began_ms = performance.now();
      if (run.prefetch) yield { name, run, records: left };
      work.begin(name);
      const passed = runTransform(name, run, left, work, this.#width);
      transforms.push({
        name,
        ms: performance.now() - began_ms,
        records: left.length,
        rejected: work.rejected,
        dropped: work.dropped,
        split: passed.split,
      });
      left = passed.records;
      yield undefined;
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
