import { ClickstreamError } from '../errors.ts';
import type { Columns } from '../etl/pipeline/column.ts';
import type { EventRecord } from '../etl/pipeline/event-record.ts';
import { observed, type ObservedBatch, type Verdict } from '../etl/pipeline/observed.ts';
import { definePipeline, type PipelineRun } from '../etl/pipeline/pipeline.ts';
import type { Transform } from '../etl/pipeline/transform.ts';
import { deepFreeze, snapshot, snapshotRow } from './deep.ts';
import type { Planned } from './planned.ts';
import { newRecords } from './records.ts';
import { DEFAULT_RULE } from '../config/settling-rule.ts';

/** What became of one record: a verdict, or the row that went on, and rows of the events that were made of it. */
export interface Outcome {
  readonly verdict: Verdict | undefined;
  /** Absent for a record with a verdict. */
  readonly row: Readonly<Record<string, unknown>> | undefined;
  readonly parts: readonly Readonly<Record<string, unknown>>[];
}

/** A record before and after the transform, in the same trial. */
export interface Tried {
  readonly planned: Planned;
  readonly before: Readonly<Record<string, unknown>>;
  /** What was in its columns before, the very values: somebody may have changed what is in them since. */
  readonly found: Readonly<Record<string, unknown>>;
  readonly record: EventRecord;
  readonly outcome: Outcome;
}

/** What is wrong with a run as a whole. */
export interface Failure {
  readonly rule: 'run' | 'ledger' | 'close';
  readonly what: string;
}

/** A run of a transform over records. */
export interface Trial {
  /** In the order in which they were planned. */
  readonly tried: readonly Tried[];
  /** Whether it counted something of its own. */
  readonly counted: boolean;
  readonly failure: Failure | undefined;
}

export interface TrialOptions {
  readonly transform: Transform;
  /** The columns that rows have before it. */
  readonly columns: Columns;
  /** Which records make which batch, by their place in the plan. Default: all of them one. */
  readonly batches?: readonly (readonly number[])[];
  /** Whether whoever writes to an event is stopped. Default true. */
  readonly frozen?: boolean;
  /** Called with the transform's work on each batch. */
  readonly around?: <T>(work: () => T) => T;
}

const CLOSE_TIMEOUT_MS = 2_000;

/** Runs a transform over planned records, as the engine does. */
export async function trial(planned: readonly Planned[], options: TrialOptions): Promise<Trial> {
  const { batches = [planned.map((_, at) => at)], frozen = true } = options;
  const seen: ObservedBatch[] = [];
  const before = new Map<EventRecord, Record<string, unknown>>();
  const found = new Map<EventRecord, Record<string, unknown>>();
  const pipeline = definePipeline([
    give(options.columns, planned, frozen),
    observed(options.transform, {
      before: (_, records) => {
        for (const record of records) {
          found.set(record, { ...record.row });
          before.set(record, snapshotRow(record.row));
        }
      },
      after: (batch) => seen.push(batch),
      ...(options.around ? { around: options.around } : {}),
    }),
  ] as readonly Transform[]);
  let run: PipelineRun;
  try {
    run = await pipeline.open(DEFAULT_RULE);
  } catch (error) {
    return { tried: [], counted: false, failure: { rule: 'run', what: said(error) } };
  }
  const records = newRecords(run, planned.map(({ event }) => event)); // prettier-ignore
  if (frozen) records.forEach(({ event }) => deepFreeze(event));
  let failure: Failure | undefined;
  const out: EventRecord[] = [];
  let counted = false;
  try {
    for (const batch of batches) {
      const done = await run.process(batch.map((at) => records[at]!));
      const { duplicates, rejects, dropped, split } = done;
      out.push(...done.records, ...duplicates);
      counted ||= done.metrics.size > 0;
      const ended = done.records.length + duplicates.length + rejects.length + [...dropped.values()].reduce(add, 0);
      if (batch.length + split !== ended) {
        failure = { rule: 'ledger', what: `${batch.length} records came, ${split} were made of them, ${ended} ended.` };
        break;
      }
      run.delivered(done.records);
    }
  } catch (error) {
    failure = { rule: isMiscount(error) ? 'ledger' : 'run', what: said(error) };
  }
  failure ??= await closing(run);
  const verdicts = new Map(seen.flatMap((batch) => [...batch.verdicts]));
  const byPlace = new Map<number, EventRecord[]>();
  for (const record of out) byPlace.set(record.index, [...(byPlace.get(record.index) ?? []), record]);
  const tried = records.map((record, at): Tried => {
    const verdict = verdicts.get(record);
    const ended = byPlace.get(at) ?? [];
    const outcome = {
      verdict,
      row: verdict ? undefined : snapshotRow(record.row),
      parts: ended.filter((other) => other !== record).map(({ row }) => snapshotRow(row)),
    };
    return { planned: planned[at]!, before: before.get(record) ?? {}, found: found.get(record) ?? {}, record, outcome };
  });
  return { tried, counted, failure };
}

/** Stands for the transforms before: fills the columns of each record as planned. */
function give(columns: Columns, planned: readonly Planned[], frozen: boolean): Transform {
  const batch = (records: readonly EventRecord[]): undefined => {
    for (const { row, index } of records) {
      for (const name of Object.keys(columns)) {
        const value = snapshot(planned[index]!.given[name] ?? null);
        if (frozen) deepFreeze(value);
        row[name] = value;
      }
    }
  };
  return { name: 'given', needs: {}, adds: columns, open: () => ({ batch }) };
}

async function closing(run: PipelineRun): Promise<Failure | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<Failure>((resolve) => {
    const what = `It did not end within ${CLOSE_TIMEOUT_MS / 1000} s.`;
    timer = setTimeout(() => resolve({ rule: 'close', what }), CLOSE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([run.close().then(() => undefined), timeUp]);
  } catch (error) {
    return { rule: 'close', what: said(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** What the engine says of a transform that does what none may, or what the transform threw. */
function said(error: unknown): string {
  if (!(error instanceof ClickstreamError)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message;
}

function isMiscount(error: unknown): boolean {
  return error instanceof ClickstreamError && error.cause === undefined && / record /.test(error.message);
}

function add(a: number, b: number): number {
  return a + b;
}
