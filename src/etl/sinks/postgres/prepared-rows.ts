import { rejectOf, type EventRecord, type Reject } from '../../pipeline/event-record.ts';
import type { PreparedRows } from '../../pipeline/sink.ts';
import { endTurn, isLongTurn } from '../../pipeline/turn.ts';
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
  /** The time in the middle of its events, epoch milliseconds; NaN when there are none. */
  readonly middle_ms: number;
  readonly dropped: ReadonlyMap<string, number>;
  /** What was let in by the {@link Admission} of this version. */
  readonly version: string | undefined;

  private constructor(first: readonly Line[], left: Omit<PreparedRows, 'takeDelivered'>, version: string | undefined) {
    this.#delivered = first.map(({ record }) => record);
    this.lines = first.map(({ line }) => line);
    this.marks = marksOf(first.map(({ row }) => row));
    this.middle_ms = middleOf(first);
    this.rejects = left.rejects;
    this.duplicates = left.duplicates;
    this.dropped = left.dropped;
    this.version = version;
  }

  /** Makes rows of records, in turns with what waits in the event loop. */
  static async of(
    records: readonly EventRecord[],
    duplicates: readonly EventRecord[],
    encoder: RowEncoder,
    admission?: Admission,
  ): Promise<PostgresRows> {
    const rejects: Reject[] = [];
    const dropped = new Map<string, number>();
    const version = admission?.version;
    // Before anything else: a record that is not let in stands for no event.
    const fit = await encoded(letIn(records, admission, dropped), encoder, rejects);
    const first = firstOfEach(fit);
    const left = await encoded(letIn(duplicates, admission, dropped), encoder, rejects);
    return new PostgresRows(first, { rejects, dropped, duplicates: left.length + fit.length - first.length }, version);
  }

  takeDelivered(): readonly EventRecord[] {
    const delivered = this.#delivered;
    this.#delivered = [];
    return delivered;
  }
}

function middleOf(lines: readonly Line[]): number {
  const times_ms = Float64Array.from(lines, ({ row }) => row.event_timestamp).sort();
  return times_ms[times_ms.length >> 1] ?? Number.NaN;
}

/** A record with its row and its line of COPY. */
interface Line {
  readonly row: SinkRow;
  readonly line: string;
  readonly record: EventRecord;
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

/** Rows between two looks at the clock. */
const AT_A_GO = 128;

/** The records that Postgres can hold, with their lines; the others go to `rejects`. */
async function encoded(records: readonly EventRecord[], encoder: RowEncoder, rejects: Reject[]): Promise<Line[]> {
  const fit: Line[] = [];
  for (const [at, record] of records.entries()) {
    if (at % AT_A_GO === 0 && isLongTurn()) await endTurn();
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
