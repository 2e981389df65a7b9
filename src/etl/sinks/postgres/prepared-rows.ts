import { rejectOf, type EventRecord, type Reject } from '../../pipeline/event-record.ts';
import type { PreparedRows } from '../../pipeline/sink.ts';
import { firstOfEach, type Standing } from '../first-of-each.ts';
import type { Admission, AdmittedRow } from './admission.ts';
import { encodeInstant, encodeText, UnfitValue, type RowEncoder } from './encode.ts';
import { marksOf, type MarkedRow, type Marks } from './marks.ts';

/** The columns of every pipeline that the sink itself goes by. */
export interface SinkRow extends Standing, MarkedRow, AdmittedRow {}

/** Rows as lines of COPY, one per event and in order of their ids, with the marks they leave for settling. */
export class PostgresRows implements PreparedRows {
  #delivered: readonly EventRecord[];
  readonly rejects: readonly Reject[];
  readonly duplicates: number;
  readonly lines: readonly string[];
  readonly marks: Marks;
  readonly dropped = new Map<string, number>();
  /** What was let in by the {@link Admission} of this version. */
  readonly version: string | undefined;

  constructor(
    records: readonly EventRecord[],
    duplicates: readonly EventRecord[],
    encoder: RowEncoder,
    admission?: Admission,
  ) {
    const rejects: Reject[] = [];
    // Before anything else: a record that is not let in stands for no event.
    const fit = encoded(letIn(records, admission, this.dropped), encoder, rejects);
    const first = firstOfEach(fit);
    const left = encoded(letIn(duplicates, admission, this.dropped), encoder, rejects);
    this.duplicates = left.length + fit.length - first.length;
    this.version = admission?.version;
    this.rejects = rejects;
    this.#delivered = first.map(({ record }) => record);
    this.lines = first.map(({ line }) => line);
    this.marks = marksOf(first.map(({ row }) => row));
  }

  takeDelivered(): readonly EventRecord[] {
    const delivered = this.#delivered;
    this.#delivered = [];
    return delivered;
  }
}

/** The records that may be in the warehouse; the others are counted by reason. */
function letIn(
  records: readonly EventRecord[],
  admission: Admission | undefined,
  dropped: Map<string, number>,
): readonly EventRecord[] {
  if (!admission || admission.isOpen) return records;
  return records.filter((record) => {
    const reason = admission.refusal(record.row as unknown as SinkRow);
    if (reason === undefined) return true;
    record.fate = 'dropped';
    dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
    return false;
  });
}

/** The records that Postgres can hold, with their lines; the others go to `rejects`. */
function encoded(
  records: readonly EventRecord[],
  encoder: RowEncoder,
  rejects: Reject[],
): { row: SinkRow; line: string; record: EventRecord }[] {
  const fit: { row: SinkRow; line: string; record: EventRecord }[] = [];
  for (const record of records) {
    try {
      fit.push({ row: record.row as unknown as SinkRow, line: encoder.encode(record.row), record });
    } catch (error) {
      if (!(error instanceof UnfitValue)) throw error;
      record.fate = 'rejected';
      rejects.push(rejectOf(record, error.code, error.message));
    }
  }
  return fit;
}

/** A reject as a line of COPY. */
export function rejectLine(reject: Reject, runId: string): string {
  const { origin, index, start_bytes, end_bytes, code, detail, raw } = reject;
  return [
    encodeText(origin.key),
    index,
    start_bytes,
    end_bytes,
    encodeInstant(origin.lastModified_ms),
    encodeText(origin.etag),
    encodeText(code),
    encodeText(fitForText(detail)),
    `\\\\x${raw.toString('hex')}`,
    runId,
  ].join('\t');
}

/** A detail may quote an error's message, and that may quote anything. */
function fitForText(detail: string): string {
  return detail.replaceAll('\0', '\uFFFD').toWellFormed();
}
