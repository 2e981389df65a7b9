import type { SettlingRule } from '../config/settling-rule.ts';
import { isDeepStrictEqual } from 'node:util';
import { ERASED, isBlanked } from './pipeline/blanked.ts';
import type { Columns } from './pipeline/column.ts';
import type { EventRecord } from './pipeline/event-record.ts';
import { observed, type Verdict } from './pipeline/observed.ts';
import { definePipeline, type Pipeline } from './pipeline/pipeline.ts';
import type { Decoded, JsonObject, Origin } from './pipeline/record.ts';
import type { Transform, TransformLog } from './pipeline/transform.ts';
import { RowEncoder, UnfitValue } from './sinks/postgres/encode.ts';

/** A row as it was at some moment. */
export type RowThen = Readonly<Record<string, unknown>>;

/** What one transform did with one event. */
export interface TriedStep {
  readonly transform: string;
  readonly before: RowThen;
  readonly after: RowThen;
  readonly verdict?: Verdict;
  /** How many events it made of this one. */
  readonly parts: number;
}

/** The way of one event through the transforms. */
export interface TriedEvent {
  /** As it lay in its object, from 0. */
  readonly index: number;
  readonly key: string;
  /** Absent for what is no event. */
  readonly event?: JsonObject;
  /** The transform that made it of another event. */
  readonly madeBy?: string;
  readonly steps: readonly TriedStep[];
  /** What kept it from the table, and who: a transform, `read` or `write`. Absent for a row. */
  readonly end?: { readonly by: string; readonly verdict: Verdict };
  /** What would be written. */
  readonly row?: RowThen;
}

export interface TriedPipeline {
  readonly events: readonly TriedEvent[];
  /** What transforms counted of their own, as `parse.replaced_times`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What transforms said. */
  readonly log: readonly { transform: string; level: keyof TransformLog; message: string }[];
}

/** A piece of an object, and the object. */
export interface PieceOfObject {
  readonly piece: Decoded;
  readonly origin: Origin;
}

/**
 * Takes events through a pipeline, as one batch, and keeps what each transform did with each. Nothing is written.
 *
 * @throws ClickstreamError `transform_failed` or `transform_timeout`, with the transform's name.
 */
export async function tryPipeline(
  pipeline: Pipeline,
  pieces: readonly PieceOfObject[],
  rule: SettlingRule,
): Promise<TriedPipeline> {
  const steps = new Map<EventRecord, TriedStep[]>();
  const madeBy = new Map<EventRecord, string>();
  const before = new Map<EventRecord, RowThen>();
  const log: { transform: string; level: keyof TransformLog; message: string }[] = [];
  const watched = pipeline.transforms.map((transform) =>
    observed(transform, {
      before: (_, records) => records.forEach((record) => before.set(record, copyOf(record.row))),
      after: ({ transform: name, records, verdicts, parts }) => {
        for (const part of parts.keys()) madeBy.set(part, name);
        const origins = [...parts.values()];
        for (const record of records) {
          const verdict = verdicts.get(record);
          const own = steps.get(record) ?? [];
          own.push({
            transform: name,
            before: before.get(record)!,
            after: copyOf(record.row),
            ...(verdict ? { verdict } : {}),
            parts: origins.filter((of) => of === record).length,
          });
          steps.set(record, own);
        }
      },
    }),
  );
  const run = await definePipeline(watched as readonly Transform[]).open({
    ...rule,
    log: (transform, level, message) => log.push({ transform, level, message }),
  });
  try {
    const records = new Map<Decoded, EventRecord>();
    for (const { piece, origin } of pieces) if (piece.ok) records.set(piece, run.record(piece, origin));
    const { metrics } = await run.process([...records.values()]);
    const encoder = new RowEncoder(pipeline.columns);
    const all = [...new Set([...records.values(), ...steps.keys(), ...madeBy.keys()])];
    const events = pieces.flatMap(({ piece, origin }): TriedEvent[] => {
      if (!piece.ok) {
        const verdict = { kind: 'rejected', code: piece.code, detail: piece.detail } as const;
        return [{ index: piece.index, key: origin.key, steps: [], end: { by: 'read', verdict } }];
      }
      const own = all.filter((record) => record.piece === piece);
      return own.map((record) => tried(record, steps.get(record) ?? [], madeBy.get(record), encoder));
    });
    return { events, metrics: Object.fromEntries(metrics), log };
  } finally {
    await run.close();
  }
}

function tried(
  record: EventRecord,
  steps: readonly TriedStep[],
  madeBy: string | undefined,
  encoder: RowEncoder,
): TriedEvent {
  const { index, origin, event, row } = record;
  const common = { index, key: origin.key, event, ...(madeBy === undefined ? {} : { madeBy }), steps };
  if (isBlanked(event)) return { ...common, end: { by: 'read', verdict: { kind: 'dropped', reason: ERASED } } };
  // A duplicate goes on, and a later transform may still reject it.
  const last = steps.filter(({ verdict }) => verdict !== undefined).at(-1);
  if (last) return { ...common, end: { by: last.transform, verdict: last.verdict! } };
  const unfit = refusal(encoder, row);
  if (unfit) {
    return { ...common, end: { by: 'write', verdict: { kind: 'rejected', code: unfit.code, detail: unfit.message } } };
  }
  return { ...common, row: copyOf(row) };
}

function refusal(encoder: RowEncoder, row: EventRecord['row']): UnfitValue | undefined {
  try {
    encoder.encode(row);
    return undefined;
  } catch (error) {
    if (error instanceof UnfitValue) return error;
    throw error;
  }
}

/** A row as it is now; a value that cannot be copied, which no table takes either, stands for itself. */
function copyOf(row: EventRecord['row']): RowThen {
  try {
    return structuredClone(row);
  } catch {
    return { ...row };
  }
}

/** The columns that a step changed, in the order of the row. */
export function changedColumns({ before, after }: TriedStep, columns: Columns): string[] {
  const undeclared = Object.keys(after).filter((name) => !Object.hasOwn(columns, name));
  return [...Object.keys(columns), ...undeclared].filter(
    (name) => !isDeepStrictEqual(before[name] ?? null, after[name] ?? null),
  );
}
