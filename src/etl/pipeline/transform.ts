import type { Columns, NoColumns, Row } from './column.ts';
import type { EventRecord } from './event-record.ts';

/** What a transform may do about single records of the batch in hand. All of it is counted. */
export interface BatchContext {
  /** Sends a record to the dead letters. The code is a lower-case name that people group by, the detail a sentence. */
  reject(record: EventRecord<unknown>, code: string, detail: string): void;
  /**
   * Leaves a record out, counted by reason. One left out as a `duplicate` is still seen by the transforms that follow,
   * which may reject it.
   */
  drop(record: EventRecord<unknown>, reason: string): void;
  /** Counts something of the transform's own, such as `replaced_times`; shown in the run's report under its name. */
  count(name: string): void;
}

/** What `open` is given. */
export interface OpenContext {
  /** Inactivity after which a visitor's next event starts a new session. */
  readonly sessionTimeout_ms: number;
}

/**
 * Maps a batch, synchronously. It returns the records to pass on; returning nothing passes on all that it neither
 * rejected nor dropped. A throw fails the run.
 */
export type BatchFunction<R> = (
  records: readonly EventRecord<R>[],
  context: BatchContext,
) => readonly EventRecord<R>[] | undefined;

/** Looks at one record. A throw rejects the record with the code `transform_failed`. */
export type EachFunction<R> = (record: EventRecord<R>, context: BatchContext) => void;

/** A transform at work on one hour; whatever state it keeps lives as long as this object. */
export interface TransformRun<R> {
  batch: BatchFunction<R>;
  /** Told which records of a batch got through every transform and were fit to be written, before the next batch. */
  delivered?(records: readonly EventRecord<R>[]): void;
  close?(): void | Promise<void>;
}

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
} & (
  | { readonly each: EachFunction<Row<Needs & Adds>> }
  | { readonly batch: BatchFunction<Row<Needs & Adds>> }
  | { open(context: OpenContext): TransformRun<Row<Needs & Adds>> | Promise<TransformRun<Row<Needs & Adds>>> }
);

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
>(definition: TransformDefinition<Name, Needs, Adds>): Transform<Name, Needs, Adds> {
  const { name } = definition;
  const needs = definition.needs ?? ({} as Needs);
  const adds = definition.adds ?? ({} as Adds);
  if ('open' in definition) return { name, needs, adds, open: (context) => definition.open(context) };
  const batch = 'batch' in definition ? definition.batch : each(definition.each);
  return { name, needs, adds, open: () => ({ batch }) };
}

/** Makes a batch function of one that looks at a record at a time: a throw rejects that record and no other. */
export function each<R>(look: EachFunction<R>): BatchFunction<R> {
  return (records, context) => {
    for (const record of records) {
      try {
        look(record, context);
      } catch (error) {
        context.reject(record, 'transform_failed', error instanceof Error ? error.message : String(error));
      }
    }
    return undefined;
  };
}
