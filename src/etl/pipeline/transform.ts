import type { SettlingRule } from '../../config/settling-rule.ts';
import { ClickstreamError } from '../../errors.ts';
import type { Columns, NoColumns, Row } from './column.ts';
import { checkDefinition } from './definition.ts';
import type { EventRecord } from './event-record.ts';
import { isPromise } from './look.ts';
import type { Misfit } from './misfit.ts';
import { isMisbehaved, Misbehaved } from './transform-error.ts';

/** What a transform may do about single records of the batch in hand. All of it is counted, and may be taken out of the context. */
export interface BatchContext {
  /** Sends a record to the dead letters. The code is a lower-case name that people group by, the detail a sentence. */
  readonly reject: (record: EventRecord<unknown>, code: string, detail: string) => void;
  /**
   * Leaves a record out, counted by reason. One left out as a `duplicate` is still seen by the transforms that follow,
   * which may reject it.
   */
  readonly drop: (record: EventRecord<unknown>, reason: string) => void;
  /** Counts something of the transform's own, such as `replaced_times`; shown in the run's report under its name. */
  readonly count: (name: string, by?: number) => void;
  /**
   * Makes another event of a record, with a copy of its row as it is now. It goes on with the others to the transforms that
   * follow, and has an id of its own that is the same at every run: it is made from the record's `event_id`, the
   * transform's name and what it calls the part, such as an item's place in its order.
   */
  readonly split: <R>(record: EventRecord<R>, part: string | number) => EventRecord<R>;
  /** Where the transform may say what it wants to. Whatever it says ends up in the run's log. */
  readonly log: TransformLog;
}

/** A log with the transform's name on each line. */
export interface TransformLog {
  readonly debug: (message: string) => void;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
}

/** What `open` is given: the rule that the warehouse is settled by, and a log. */
export interface OpenContext extends SettlingRule {
  /** Absent where nobody listens. */
  readonly log?: (transform: string, level: keyof TransformLog, message: string) => void;
}

/**
 * Maps a batch, synchronously. It returns the records to pass on; returning nothing passes on all that it neither
 * rejected nor dropped. A throw fails the run.
 */
export type BatchFunction<R> = (
  records: readonly EventRecord<R>[],
  context: BatchContext,
) => readonly EventRecord<R>[] | undefined;

/**
 * Looks at one record. A throw rejects the record with the code `transform_failed`. What it returns says nothing, so an
 * arrow function may be an assignment; a promise is the one thing it may not return, since nobody would wait for it.
 */
export type EachFunction<R> = (
  record: EventRecord<R>,
  context: BatchContext,
) =>
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- what a function returns that returns nothing
  | void
  | string
  | number
  | boolean
  | null
  | readonly unknown[]
  | Misfit<'nobody waits for each: load what it needs in open, or ask for it in prefetch'>;

/** A transform at work on one hour; whatever state it keeps lives as long as this object. */
export interface TransformRun<R> {
  batch: BatchFunction<R>;
  /**
   * Called before `batch` with the same records, for what has to be asked for elsewhere: one question for a batch, never
   * one for an event. When it takes longer than `prefetchTimeout_ms` the run fails, the signal is aborted and the error
   * names the transform.
   */
  prefetch?(records: readonly EventRecord<R>[], signal: AbortSignal): Promise<void>;
  /** 10 s unless given. */
  readonly prefetchTimeout_ms?: number;
  /** Told which records of a batch got through every transform and were fit to be written, before the next batch. */
  delivered?(records: readonly EventRecord<R>[]): void;
  close?(): void | Promise<void>;
}

/** What `open` may return: what looks at batches, or at records one by one, with whatever state it has made for them. */
export type Opened<R> =
  TransformRun<R> | (Omit<TransformRun<R>, 'batch'> & { readonly each: EachFunction<R>; readonly batch?: never });

/** The shape of a transform with `open` already derived: what a pipeline is made of. */
export interface Transform<
  Name extends string = string,
  Needs extends Columns = Columns,
  Adds extends Columns = Columns,
> {
  /** A verb: `flatten`, `addMargin`. Named in errors and reports. */
  readonly name: Name;
  readonly needs: Needs;
  readonly adds: Adds;
  // `any`: a pipeline holds transforms over different rows; `definePipeline` has checked that they fit.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly open: (context: OpenContext) => TransformRun<any> | Promise<TransformRun<any>>;
}

/** What one writes to make a transform: exactly one of `each`, `batch` and `open`. */
export type TransformDefinition<Name extends string, Needs extends Columns, Adds extends Columns> = {
  readonly name: Name;
  /** Columns that an earlier transform must have added. */
  readonly needs?: Needs;
  /** Columns that this one adds; each is null in a row until it is set. */
  readonly adds?: Adds;
  /** Which records it wants to see; the others pass by. All of them when it is left out. */
  readonly when?: (record: EventRecord<Row<Needs & Adds>>) => boolean;
} & (
  | {
      open(context: OpenContext): Opened<Row<Needs & Adds>> | Promise<Opened<Row<Needs & Adds>>>;
      readonly each?: OneOnly;
      readonly batch?: OneOnly;
    }
  | { readonly batch: BatchFunction<Row<Needs & Adds>>; readonly each?: OneOnly; readonly open?: OneOnly }
  // The last one is what the compiler's messages are about.
  | { readonly each: EachFunction<Row<Needs & Adds>>; readonly batch?: OneOnly; readonly open?: OneOnly }
);

type OneOnly = Misfit<'give one of each, batch and open'>;

/**
 * Makes a transform, with the row typed by the columns that it needs and adds.
 *
 * @example
 * export const addMargin = transform({
 *   name: 'addMargin',
 *   needs: { product_price: column.numeric(), product_discount_price: column.numeric() },
 *   adds: { margin: column.numeric('Price less discount price') },
 *   each({ row }) {
 *     if (row.product_price !== null) row.margin = Number(row.product_price) - Number(row.product_discount_price ?? 0);
 *   },
 * });
 */
export function transform<
  const Name extends string,
  Needs extends Columns = NoColumns,
  Adds extends Columns = NoColumns,
>(definition: TransformDefinition<Name, Needs, Adds>): Transform<Name, Declared<Needs>, Declared<Adds>> {
  checkDefinition(definition);
  const { name, when } = definition;
  const needs = definition.needs ?? ({} as Needs);
  const adds = definition.adds ?? ({} as Adds);
  type R = Row<Needs & Adds>;
  // Checked: it has one of the three.
  const verbs = definition as unknown as Verbs<R>;
  const seeing = (opened: Opened<R>): TransformRun<R> => {
    const run = withBatch(opened);
    return when && typeof (run as Partial<TransformRun<R>> | undefined)?.batch === 'function'
      ? onlyWhen(when, run)
      : run;
  };
  if (verbs.open) {
    return {
      name,
      needs,
      adds,
      open: (context) => {
        const run = verbs.open!(context);
        return isPromise(run) ? run.then(seeing) : seeing(run);
      },
    };
  }
  const run = seeing({ batch: verbs.batch ?? each(verbs.each!) });
  return { name, needs, adds, open: () => run };
}

interface Verbs<R> {
  readonly each?: EachFunction<R>;
  readonly batch?: BatchFunction<R>;
  open?(context: OpenContext): Opened<R> | Promise<Opened<R>>;
}

/** Makes a batch function of `each`. What is neither is left for {@link checkedRun} to refuse. */
function withBatch<R>(opened: Opened<R>): TransformRun<R> {
  if (typeof opened !== 'object' || !('each' in opened) || typeof opened.each !== 'function') {
    return opened as TransformRun<R>;
  }
  const { each: look, ...rest } = opened;
  return { ...rest, batch: each(look) };
}

/**
 * The same columns, by a name that the compiler does not infer from: written into a list, a transform has the columns that
 * it declares and not those that the list could hold.
 */
export type Declared<C extends Columns> = Omit<C, never>;

/** Lets a transform see some records and passes the others by. A throw of the condition rejects that record. */
function onlyWhen<R>(when: (record: EventRecord<R>) => boolean, run: TransformRun<R>): TransformRun<R> {
  const wants = (record: EventRecord<R>): boolean => {
    try {
      return when(record);
    } catch {
      // Told when its batch comes, where there is a way to reject it.
      return true;
    }
  };
  return {
    ...run,
    ...(run.prefetch ? { prefetch: (records, signal) => run.prefetch!(records.filter(wants), signal) } : {}),
    ...(run.delivered ? { delivered: (records) => run.delivered!(records.filter(wants)) } : {}),
    batch: (records, context) => {
      const seen: EventRecord<R>[] = [];
      const others: EventRecord<R>[] = [];
      each<R>((record) => void (when(record) ? seen : others).push(record))(records, context);
      const passed = seen.length === 0 ? [] : run.batch(seen, context);
      return passed && [...others, ...passed];
    },
  };
}

/**
 * Makes a batch function of one that looks at a record at a time: a throw rejects that record and no other.
 */
export function each<R>(
  look: EachFunction<R>,
): (records: readonly EventRecord<R>[], context: BatchContext) => undefined {
  return (records, context) => {
    for (const record of records) {
      try {
        const said: unknown = look(record, context);
        if (said !== undefined && isPromise(said)) throw nobodyWaits(said);
      } catch (error) {
        // What the engine itself refuses is a mistake of the transform, not of the record.
        if (error instanceof ClickstreamError || isMisbehaved(error)) throw error;
        context.reject(record, 'transform_failed', error instanceof Error ? error.message : String(error));
      }
    }
    return undefined;
  };
}

/** The engine adds which transform it was. */
function nobodyWaits(promise: PromiseLike<unknown>): Misbehaved {
  promise.then(undefined, () => undefined);
  return new Misbehaved('returned a promise from each: load what it needs in open, or ask for it in prefetch');
}
