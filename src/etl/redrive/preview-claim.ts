import type { Columns } from '../pipeline/column.ts';
import type { EventRecord } from '../pipeline/event-record.ts';
import { UNREAD, type Progress } from '../pipeline/progress.ts';
import type { Claim, CommitBatch, Committed } from '../pipeline/sink.ts';
import { RowEncoder } from '../sinks/postgres/encode.ts';
import { PostgresRows } from '../sinks/postgres/prepared-rows.ts';

/** Shows what a redrive would come to: rows are made as the warehouse takes them, and nothing is held or written. */
export class PreviewClaim implements Claim {
  readonly progress: Progress = UNREAD;
  readonly #encoder: RowEncoder;

  constructor(columns: Columns) {
    this.#encoder = new RowEncoder(columns);
  }

  prepare(records: readonly EventRecord[], duplicates: readonly EventRecord[]): Promise<PostgresRows> {
    return PostgresRows.of(records, duplicates, this.#encoder);
  }

  /** Which of the rows are there already only the warehouse knows; all of them count as inserted. */
  commit({ counts, rows }: CommitBatch & { readonly rows: PostgresRows }): Promise<Committed> {
    return Promise.resolve({ counts: { ...counts, inserted: rows.lines.length }, progress: this.progress });
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}
