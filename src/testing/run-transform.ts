import { column, required, type Column, type Columns, type Row } from '../etl/pipeline/column.ts';
import { configError } from '../errors.ts';
import { definePipeline } from '../etl/pipeline/pipeline.ts';
import type { JsonObject } from '../etl/pipeline/record.ts';
import type { Transform } from '../etl/pipeline/transform.ts';
import { deepFreeze } from './deep.ts';
import { newRecords } from './records.ts';
import { DEFAULT_RULE } from '../config/settling-rule.ts';

/** A record to run a transform with: what the client sent, and what earlier transforms have put into its columns. */
export interface GivenRecord<Needs extends Columns = Columns> {
  readonly event?: JsonObject;
  readonly row?: Readonly<Partial<Row<Needs>>>;
}

/** What a transform made of records. */
export interface Ran<R> {
  /** Of the records that were passed on, in order, and after them those of events that were split off. */
  readonly rows: readonly R[];
  /** `index` counts the records given, from 0. */
  readonly rejects: readonly { readonly index: number; readonly code: string; readonly detail: string }[];
  /** How many, by reason; those left out as a `duplicate` are there, too. */
  readonly dropped: Readonly<Record<string, number>>;
  /** What it counted of its own. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Runs a transform by itself over records, as one batch. Columns that it needs and that are not given are null.
 *
 * @example
 * const { rows } = await runTransform(addMargin, [{ row: { product_price: 10, product_discount_price: '7.50' } }]);
 * expect(rows[0]).toMatchObject({ margin: 2.5 });
 *
 * @throws ClickstreamError `invalid_config` for a column that the transform does not need; `transform_failed`.
 */
export async function runTransform<Needs extends Columns, Adds extends Columns>(
  transform: Transform<string, Needs, Adds>,
  records: readonly GivenRecord<Needs>[],
): Promise<Ran<Row<Needs & Adds>>> {
  const { name, needs, adds } = transform;
  const id: Columns = Object.hasOwn(adds, 'event_id') ? {} : { event_id: required(column.uuid()) };
  const columns: Readonly<Record<string, Column>> = { ...id, ...needs };
  for (const { row = {} } of records) {
    const other = Object.keys(row).find((given) => !Object.hasOwn(columns, given));
    if (other !== undefined) throw configError(`${name} is given the column "${other}", which it does not need.`);
  }
  const give: Transform = {
    name: 'given',
    needs: {},
    adds: columns,
    open: () => ({
      batch: (batch: readonly GivenTarget[]) => {
        for (const { row, index } of batch) {
          if ('event_id' in id) row['event_id'] = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
          Object.assign(row, records[index]!.row);
        }
        return undefined;
      },
    }),
  };
  const run = await definePipeline([give, transform] as readonly Transform[]).open({
    ...DEFAULT_RULE,
  });
  try {
    const made = newRecords(run, records.map(({ event = {} }) => event)); // prettier-ignore
    made.forEach(({ event }) => deepFreeze(event));
    const out = await run.process(made);
    const duplicates = out.duplicates.length;
    return {
      rows: out.records.map(({ row }) => row as Row<Needs & Adds>),
      rejects: out.rejects.map(({ index, code, detail }) => ({ index, code, detail })),
      dropped: { ...Object.fromEntries(out.dropped), ...(duplicates > 0 ? { duplicate: duplicates } : {}) },
      counts: Object.fromEntries(Array.from(out.metrics, ([key, count]) => [key.slice(name.length + 1), count])),
    };
  } finally {
    await run.close();
  }
}

interface GivenTarget {
  readonly row: Record<string, unknown>;
  readonly index: number;
}
