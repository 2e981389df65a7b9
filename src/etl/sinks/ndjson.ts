import type { Columns } from '../pipeline/column.ts';
import { rejectOf, type EventRecord, type Reject } from '../pipeline/event-record.ts';
import { assertBalanced, type Counts } from '../pipeline/ledger.ts';
import { UNREAD, type Progress } from '../pipeline/progress.ts';
import type { Claim, CommitBatch, Committed, PreparedRows, Sink } from '../pipeline/sink.ts';
import { firstOfEach, type Standing } from './first-of-each.ts';
import { encodeInstant } from './postgres/encode.ts';
import { fileOutput, streamOutput, type TextOutput } from './text-output.ts';

/** What an NDJSON sink is made of. */
export interface NdjsonSinkOptions {
  /** Of the pipeline: each row is an object with all of them, in this order. */
  readonly columns: Columns;
  /** A file, which is made anew, or `-` for stdout. */
  readonly output: string;
  /** A file for the rejected records, or `-`; without one they are only counted. */
  readonly rejects?: string;
}

/**
 * Writes rows as lines of JSON, to be looked at or loaded elsewhere: times as ISO 8601, numerics as they are.
 *
 * It keeps nothing: every run reads its hours from their start, nobody is kept from running beside it, and no session is
 * settled. What a batch knows to be one event is written once; beyond that a row may come twice.
 */
export class NdjsonSink implements Sink {
  readonly #options: NdjsonSinkOptions;
  #rows: TextOutput | undefined;
  #rejects: TextOutput | undefined;

  constructor(options: NdjsonSinkOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { output, rejects } = this.#options;
    this.#rows = await outputFor(output);
    if (rejects !== undefined) this.#rejects = await outputFor(rejects);
  }

  claim(): Promise<Claim> {
    return Promise.resolve(new NdjsonClaim(this.#options.columns, this.#rows!, this.#rejects));
  }

  async close(): Promise<void> {
    await this.#rows?.close();
    await this.#rejects?.close();
  }
}

function outputFor(name: string): Promise<TextOutput> {
  return name === '-' ? Promise.resolve(streamOutput(process.stdout, 'stdout')) : fileOutput(name);
}

class NdjsonClaim implements Claim {
  progress: Progress = UNREAD;
  readonly #columns: Columns;
  readonly #rows: TextOutput;
  readonly #rejects: TextOutput | undefined;

  constructor(columns: Columns, rows: TextOutput, rejects: TextOutput | undefined) {
    this.#columns = columns;
    this.#rows = rows;
    this.#rejects = rejects;
  }

  prepare(records: readonly EventRecord[], duplicates: readonly EventRecord[]): NdjsonRows {
    return new NdjsonRows(records, duplicates, this.#columns);
  }

  begin(progress: Progress): Promise<void> {
    this.progress = progress;
    return Promise.resolve();
  }

  async commit(batch: CommitBatch & { readonly rows: NdjsonRows }): Promise<Committed> {
    const { lines } = batch.rows;
    const counts: Counts = { ...batch.counts, inserted: lines.length };
    assertBalanced(counts);
    if (lines.length > 0) await this.#rows.write(lines.join(''));
    if (this.#rejects && batch.rejects.length > 0) await this.#rejects.write(batch.rejects.map(rejectLine).join(''));
    this.progress = batch.progressAfter(counts);
    return { counts, progress: this.progress };
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  finish(progress: Progress): Promise<void> {
    this.progress = progress;
    return Promise.resolve();
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

/** Rows as lines of JSON, one per event and in the order in which they were read. */
export class NdjsonRows implements PreparedRows {
  #delivered: readonly EventRecord[];
  readonly rejects: readonly Reject[];
  readonly duplicates: number;
  readonly dropped: ReadonlyMap<string, number> = new Map();
  /** With their line ends. */
  readonly lines: readonly string[];

  constructor(records: readonly EventRecord[], duplicates: readonly EventRecord[], columns: Columns) {
    const rejects: Reject[] = [];
    const fit = written(records, columns, rejects);
    const first = firstOfEach(fit).sort((a, b) => a.at - b.at);
    this.duplicates = written(duplicates, columns, rejects).length + fit.length - first.length;
    this.rejects = rejects;
    this.#delivered = first.map(({ record }) => record);
    this.lines = first.map(({ line }) => line);
  }

  takeDelivered(): readonly EventRecord[] {
    const delivered = this.#delivered;
    this.#delivered = [];
    return delivered;
  }
}

/** The records that JSON can hold, with their lines; the others go to `rejects`. */
function written(
  records: readonly EventRecord[],
  columns: Columns,
  rejects: Reject[],
): { at: number; row: Standing; line: string; record: EventRecord }[] {
  const fit: { at: number; row: Standing; line: string; record: EventRecord }[] = [];
  for (const [at, record] of records.entries()) {
    try {
      fit.push({ at, row: record.row as unknown as Standing, line: rowLine(record.row, columns), record });
    } catch (error) {
      // A value of a transform's own making that JSON cannot hold, such as a date past all calendars.
      record.fate = 'rejected';
      rejects.push(rejectOf(record, 'invalid_value', error instanceof Error ? error.message : String(error)));
    }
  }
  return fit;
}

function rowLine(row: Readonly<Record<string, unknown>>, columns: Columns): string {
  const out: Record<string, unknown> = {};
  for (const name of Object.keys(columns)) {
    const value = row[name] ?? null;
    out[name] = columns[name]!.type === 'timestamptz' && value !== null ? encodeInstant(value as number) : value;
  }
  return `${JSON.stringify(out)}\n`;
}

/** A reject with the column names that it has in the warehouse; the raw bytes as text. */
function rejectLine({ origin, index, start_bytes, end_bytes, code, detail, raw }: Reject): string {
  const line = {
    source_key: origin.key,
    record_index: index,
    start_bytes,
    end_bytes,
    last_modified: encodeInstant(origin.lastModified_ms),
    etag: origin.etag,
    code,
    detail,
    raw: raw.toString('utf8'),
  };
  return `${JSON.stringify(line)}\n`;
}
