import { readEtlSettings } from '../config/settings.ts';
import { configError } from '../errors.ts';
import type { Columns } from '../etl/pipeline/column.ts';
import type { ColumnsOf, Fitted, Same } from '../etl/pipeline/fit.ts';
import { definePipeline, type Pipeline } from '../etl/pipeline/pipeline.ts';
import type { RunResult, UnitResult } from '../etl/pipeline/result.ts';
import { runEtl } from '../etl/run-etl.ts';
import { createEtlHandler, type EtlHandler } from '../lambda/etl-handler.ts';
import { checkKeys } from './check-keys.ts';

/** What `defineEtl` is given. */
export interface EtlDefinition<List extends readonly unknown[]> {
  /** All of them, in order: `[...standardTransforms, addDiscount]`. */
  readonly transforms: Same<List> & Fitted<List>;
}

/** What one run may be given. */
export interface EtlRunOptions {
  /** Variables such as `RAW_BUCKET_NAME` and `DW_PG_HOST`; the process's own unless given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Stop in time: after the batch that is in hand, with the status `partial`. Milliseconds from now. */
  readonly timeBudget_ms?: number;
  /** Stop as soon as the batch in hand is committed. */
  readonly signal?: AbortSignal;
  /** Told about each hour when it is done. */
  readonly onHour?: (result: UnitResult) => void;
}

/** An ETL with transforms of one's own. */
export interface Etl<C extends Columns = Columns> {
  /** The transforms and the columns of the row that they make. Throws when they do not fit together. */
  readonly pipeline: Pipeline<C>;
  /** What Lambda calls: `export const { handler } = defineEtl(...)`. */
  readonly handler: EtlHandler;
  /**
   * The same from code.
   *
   * @param payload what the Lambda would get: `{ targetUtcHour: '2025-12-06T05:00:00Z' }`, say; nothing is the hour before
   *   this one.
   * @throws ClickstreamError with `code`, `stage` and what to do.
   */
  readonly run: (payload?: unknown, options?: EtlRunOptions) => Promise<RunResult>;
}

/**
 * Puts an ETL together. It never throws, so that a Lambda can always be loaded: transforms that do not fit together are a
 * compile error, and without a compiler the error of `handler`, `run` and `pipeline`, in the same words.
 *
 * @example
 * export default defineEtl({ transforms: [...standardTransforms, addDiscount] });
 */
export function defineEtl<const List extends readonly unknown[]>(
  definition: EtlDefinition<List>,
): Etl<ColumnsOf<List>> {
  const pipeline = once(() => {
    checkKeys('defineEtl', definition, ['transforms']);
    return definePipeline<List>(definition.transforms);
  });
  return {
    get pipeline() {
      return pipeline();
    },
    handler: createEtlHandler(pipeline),
    run: async (payload = {}, options = {}) => {
      checkKeys('run', options, ['env', 'timeBudget_ms', 'signal', 'onHour']);
      const { env = process.env, timeBudget_ms, signal, onHour } = options;
      if (timeBudget_ms !== undefined && !(timeBudget_ms > 0)) {
        throw configError('run() has a timeBudget_ms that is no time: give milliseconds, more than 0');
      }
      const made = pipeline();
      return runEtl(payload, readEtlSettings(env), {
        pipeline: made,
        ...(timeBudget_ms === undefined ? {} : { limits: { remaining_ms: timeBudget_ms, memory_bytes: Infinity } }),
        ...(signal ? { stop: signal } : {}),
        ...(onHour ? { onUnit: onHour } : {}),
      });
    },
  };
}

/** Tries once, and gives the same value, or throws the same error, ever after. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | { readonly error: unknown };
  try {
    made = { value: make() };
  } catch (error) {
    made = { error };
  }
  return () => {
    if ('error' in made) throw made.error;
    return made.value;
  };
}
