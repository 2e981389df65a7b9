import type { EventRecord } from './event-record.ts';
import type { BatchContext, Transform, TransformRun } from './transform.ts';

/** What a transform said about one record of a batch. */
export type Verdict =
  | { readonly kind: 'rejected'; readonly code: string; readonly detail: string }
  | { readonly kind: 'dropped'; readonly reason: string };

/** What a transform did with a batch, record by record. */
export interface ObservedBatch {
  readonly transform: string;
  /** What it was given, in order. */
  readonly records: readonly EventRecord[];
  /** The first verdict about each record that has one; the engine goes by the same. */
  readonly verdicts: ReadonlyMap<EventRecord, Verdict>;
  /** The events that it split off, each with the record it was made of. */
  readonly parts: ReadonlyMap<EventRecord, EventRecord>;
}

/** Who looks over a transform's shoulder. */
export interface Observer {
  /** Before its turn, when the rows are as the transform before left them. */
  before?(transform: string, records: readonly EventRecord[]): void;
  /** After its turn; not when it throws. */
  after?(batch: ObservedBatch): void;
  /** Around its turn: whatever it returns must be what the work returned. */
  around?<T>(work: () => T): T;
}

/**
 * The same transform, watched: for tests and for `clickstream try`, which show what each one does. A run of the ETL has
 * no such thing in its way.
 */
export function observed(transform: Transform, observer: Observer): Transform {
  const { name, needs, adds } = transform;
  return { name, needs, adds, open: async (context) => watched(name, await transform.open(context), observer) };
}

// `any`, as in `Transform`.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function watched(transform: string, run: TransformRun<any>, observer: Observer): TransformRun<any> {
  return {
    ...(run.prefetch ? { prefetch: (records, signal) => run.prefetch!(records, signal) } : {}),
    ...(run.prefetchTimeout_ms === undefined ? {} : { prefetchTimeout_ms: run.prefetchTimeout_ms }),
    delivered: (records) => run.delivered?.(records),
    close: () => run.close?.(),
    batch: (records: readonly EventRecord[], context) => {
      observer.before?.(transform, records);
      const verdicts = new Map<EventRecord, Verdict>();
      const parts = new Map<EventRecord, EventRecord>();
      const work = (): unknown => run.batch(records, noting(context, verdicts, parts));
      const passed = observer.around ? observer.around(work) : work();
      observer.after?.({ transform, records, verdicts, parts });
      return passed as readonly EventRecord[] | undefined;
    },
  };
}

function noting(
  context: BatchContext,
  verdicts: Map<EventRecord, Verdict>,
  parts: Map<EventRecord, EventRecord>,
): BatchContext {
  const note = (record: EventRecord<unknown>, verdict: Verdict): void => {
    if (!verdicts.has(record as EventRecord)) verdicts.set(record as EventRecord, verdict);
  };
  return {
    count: context.count,
    log: context.log,
    reject: (record, code, detail) => {
      note(record, { kind: 'rejected', code, detail });
      context.reject(record, code, detail);
    },
    drop: (record, reason) => {
      note(record, { kind: 'dropped', reason });
      context.drop(record, reason);
    },
    split: (record, part) => {
      const made = context.split(record, part);
      parts.set(made as EventRecord, record as EventRecord);
      return made;
    },
  };
}
