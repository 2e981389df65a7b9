import type { Client } from 'pg';
import { ClickstreamError } from '../../../errors.ts';
import type { EventRecord, Reject } from '../../pipeline/event-record.ts';
import { unitLabel, type HourUnit } from '../../pipeline/hours.ts';
import { assertBalanced, type Counts } from '../../pipeline/ledger.ts';
import { AFTER_ALL_RECORDS, type Place, type Progress } from '../../pipeline/progress.ts';
import type { Claim, CommitBatch, Committed, Covered, Refused, RunOutcome } from '../../pipeline/sink.ts';
import type { Admission, AdmittedRow, Refusal } from './admission.ts';
import { checkpointParameters, manifestParameters, progressFrom, runParameters } from './checkpoint.ts';
import { inTransaction, type Connection } from './connection.ts';
import { copyLines, type Copy } from './copy.ts';
import type { RowEncoder } from './encode.ts';
import type { CheckpointRow, Hold } from './hold.ts';
import type { Marks } from './marks.ts';
import { PostgresRows, rejectLine } from './prepared-rows.ts';
import { errorCode } from './retryable.ts';
import { settle } from './settle.ts';
import type { SettlingAhead } from './settle-ahead.ts';
import type { Statements } from './statements.ts';

/** After a conflict, batches are staged until this many in a row had none. */
const CLEAN_BATCHES = 3;

/** What a claim needs of the run. */
export interface ClaimContext {
  readonly unit: HourUnit;
  readonly runId: string;
  readonly trigger: string;
  readonly writer: Connection;
  readonly encoder: RowEncoder;
  readonly admission: Admission;
  readonly statements: Statements;
  readonly ahead: SettlingAhead;
}

/** A unit held in the warehouse; each commit is one transaction. */
export class PostgresClaim implements Claim {
  progress: Progress;
  readonly #context: ClaimContext;
  readonly #label: string;
  readonly #hold: Hold;
  #commitNo: number;
  #begun = false;
  /** How many more batches are to be staged without a conflict before COPY goes straight into the table again. */
  #toStage = 0;

  constructor(context: ClaimContext, hold: Hold, row: CheckpointRow) {
    this.#context = context;
    this.#label = unitLabel(context.unit);
    this.#hold = hold;
    this.#commitNo = Number(row['commit_no']);
    this.progress = progressFrom(row);
  }

  prepare(records: readonly EventRecord[], duplicates: readonly EventRecord[]): Promise<PostgresRows> {
    const { encoder, admission } = this.#context;
    return PostgresRows.of(records, duplicates, encoder, admission);
  }

  async begin(progress: Progress): Promise<void> {
    const { runId, unit, trigger, statements } = this.#context;
    await this.#advance(async (client) => {
      await client.query(statements.beginRun, [runId, this.#label, new Date(unit.hour_ms), trigger]);
      if (progress.seen.objects === 0) await client.query(statements.clearManifest, [this.#label]);
      return { progress };
    });
    this.#begun = true;
    // Keys that were loaded before will conflict, and a COPY that fails leaves dead rows.
    if (progress.pass > 1) this.#toStage = Number.POSITIVE_INFINITY;
  }

  async commit(batch: CommitBatch & { readonly rows: PostgresRows }): Promise<Committed> {
    const { runId, statements, ahead } = this.#context;
    const committed = await this.#advance(async (client) => {
      const { lines, marks, rejects, refused } = await this.#letIn(client, batch);
      const inserted = await this.#writeRows(client, lines, marks);
      const counts: Counts = {
        ...batch.counts,
        inserted,
        duplicates: batch.counts.duplicates + lines.length - inserted,
        rejected: batch.counts.rejected - refused.rejects.length,
        dropped: batch.counts.dropped + batch.rows.lines.length - lines.length + refused.rejects.length,
      };
      assertBalanced(counts);
      await this.#writeRejects(client, rejects, batch.covers);
      await client.query(statements.advanceRun, runParameters(this.#label, runId, counts));
      const progress = batch.progressAfter(counts);
      if (batch.ended && batch.ended.objects > 0) {
        const entry = manifestParameters(this.#label, progress.pass, this.#commitNo + 1, batch.ended);
        await client.query(statements.addManifest, entry);
      }
      return { counts, progress, refused };
    });
    // Not while batches replace rows: a settling may wait for the same ones, in another order.
    if (this.#toStage === 0) ahead.committed(committed.counts.inserted, batch.rows.middle_ms);
    return committed;
  }

  async settle(): Promise<void> {
    await this.#context.ahead.idle();
    await settle(this.#context.writer, this.#context.statements);
  }

  async finish(progress: Progress, from: Place): Promise<void> {
    const { unit } = this.#context;
    // Objects at the end of the range may be gone since they were rejected.
    const to = { key: unit.endAt ?? successor(unit.prefix), index: AFTER_ALL_RECORDS };
    await this.#advance(async (client) => {
      await this.#writeRejects(client, [], { from, to });
      return { progress };
    });
  }

  async release({ status, errorCode: code, duration_ms, peakRss_mb }: RunOutcome): Promise<void> {
    const { writer, runId, unit, trigger, statements, ahead } = this.#context;
    await ahead.stop();
    // A run that failed before it read anything, over its listing say, belongs into the ledger as well.
    if (this.#begun || status === 'failed') {
      const begin = [runId, this.#label, new Date(unit.hour_ms), trigger];
      if (!this.#begun) await writer.run((client) => client.query(statements.beginRun, begin)).catch(() => undefined);
      const parameters = [runId, this.#label, status, code ?? null, Math.round(duration_ms), Math.round(peakRss_mb)];
      await writer.run((client) => client.query(statements.endRun, parameters)).catch(() => undefined);
    }
    await this.#hold.release(writer);
  }

  /**
   * Does work and moves the checkpoint to where the work says, in one transaction; finds out when the answer to a COMMIT
   * was lost. Gives what the work of the try that was committed came to.
   */
  async #advance<Done extends { readonly progress: Progress }>(work: (client: Client) => Promise<Done>): Promise<Done> {
    const { writer, runId, statements } = this.#context;
    const expected = this.#commitNo;
    // Of the last try that asked for a COMMIT: one before it has failed, or it could not have got there.
    let sent: Done | undefined;
    const done = await writer.run(async (client) => {
      if (sent && (await this.#wasCommitted(client, expected))) return sent;
      try {
        return await inTransaction(client, async () => {
          const result = await work(client);
          const parameters = checkpointParameters(this.#label, runId, expected, result.progress);
          const { rowCount } = await client.query(statements.advanceCheckpoint, parameters);
          if (rowCount !== 1) throw lostHour(this.#label);
          sent = result;
          return result;
        });
      } catch (error) {
        // The try before may have been committed only now, since the server was still at it when it was asked.
        if (isLostHour(error) && sent && (await this.#wasCommitted(client, expected))) return sent;
        throw error;
      }
    });
    this.#commitNo = expected + 1;
    this.progress = done.progress;
    return done;
  }

  async #wasCommitted(client: Client, expected: number): Promise<boolean> {
    const { runId, statements } = this.#context;
    const { rows } = await client.query<{ commit_no: string; run_id: string | null }>(statements.lastCommit, [
      this.#label,
    ]);
    const commitNo = Number(rows[0]?.commit_no);
    if (commitNo === expected) return false;
    if (commitNo === expected + 1 && rows[0]?.run_id === runId) return true;
    throw lostHour(this.#label);
  }

  /**
   * What of a batch may be in the warehouse, as of this transaction. Rows have been asked about when they were made ready,
   * and are again when the answer may be another one by now; then their marks are those of other rows.
   */
  async #letIn(client: Client, { rows, rejects }: CommitBatch & { readonly rows: PostgresRows }): Promise<LetIn> {
    const { admission, encoder, statements } = this.#context;
    const dropped = new Map<Refusal, number>();
    const all = { lines: rows.lines, marks: rows.marks, rejects, refused: { dropped, rejects: [] } };
    if (rows.lines.length === 0 && rejects.length === 0) return all;
    await admission.renew(client, statements);
    if (admission.isOpen) return all;
    const isLetIn = (refusal: Refusal | undefined): boolean => {
      if (refusal !== undefined) dropped.set(refusal, (dropped.get(refusal) ?? 0) + 1);
      return refusal === undefined;
    };
    const lines =
      rows.version === admission.version
        ? rows.lines
        : rows.lines.filter((line) => isLetIn(admission.refusal(admittedRow(line, encoder))));
    const kept = rejects.filter((reject) => isLetIn(admission.refusalOfReject(reject)));
    const gone = kept.length === rejects.length ? [] : rejects.filter((reject) => !kept.includes(reject));
    const marks = lines.length === rows.lines.length ? rows.marks : undefined;
    return { lines, marks, rejects: kept, refused: { dropped, rejects: gone } };
  }

  /** Writes rows and their marks; the number of them that are new. Rows without marks are staged, which finds them. */
  async #writeRows(client: Client, lines: readonly string[], marks: Marks | undefined): Promise<number> {
    const { statements } = this.#context;
    if (lines.length === 0) return 0;
    if (this.#toStage === 0 && marks) {
      try {
        await copyLines(client, { statement: statements.copyEvents, lines }, ...copiesOf(marks, statements));
        return lines.length;
      } catch (error) {
        // The transaction is lost with it; the caller begins it anew, and then this batch is staged.
        if (errorCode(error) === '23505') this.#toStage = CLEAN_BATCHES;
        throw error;
      }
    }
    const inserted = await this.#mergeRows(client, lines);
    this.#toStage = inserted === lines.length ? Math.max(this.#toStage - 1, 0) : Math.max(this.#toStage, CLEAN_BATCHES);
    return inserted;
  }

  async #mergeRows(client: Client, lines: readonly string[]): Promise<number> {
    const { statements } = this.#context;
    await client.query(statements.createStaging);
    await copyLines(client, { statement: statements.copyStaging, lines });
    // The planner knows nothing of a table filled a moment ago; every step is meant to be a probe of the key.
    await client.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_mergejoin = off');
    let inserted = 0;
    for (;;) {
      const { rows: turns } = await client.query<{ staged: number; inserted: number; decided: number }>(
        statements.mergeStaging,
      );
      const turn = turns[0]!;
      inserted += turn.inserted;
      if (turn.decided === turn.staged) return inserted;
    }
  }

  /** Replaces what was rejected before where a batch decides anew. */
  async #writeRejects(client: Client, rejects: CommitBatch['rejects'], covers: Covered): Promise<void> {
    const { statements, runId } = this.#context;
    if ('places' in covers) {
      const { places } = covers;
      await client.query(statements.clearRejectsAt, [places.map(({ key }) => key), places.map(({ index }) => index)]);
    } else {
      const { from, to } = covers;
      await client.query(statements.clearRejects, [from.key, from.index, to.key, to.index]);
    }
    if (rejects.length === 0) return;
    const lines = Array.from(onePerPlace(rejects), (reject) => rejectLine(reject, runId));
    await copyLines(client, { statement: statements.copyRejects, lines });
  }
}

/** What of a batch goes in. */
interface LetIn {
  readonly lines: readonly string[];
  /** Undefined when they are not those of the lines. */
  readonly marks: Marks | undefined;
  readonly rejects: readonly Reject[];
  readonly refused: Refused;
}

/** The columns of a line that decide whether it may go in. */
function admittedRow(line: string, encoder: RowEncoder): AdmittedRow {
  return {
    event_timestamp: Date.parse(encoder.fieldOf(line, 'event_timestamp')!),
    user_id: encoder.fieldOf(line, 'user_id'),
    client_id: encoder.fieldOf(line, 'client_id'),
  };
}

/** Marks, to be copied with the rows that leave them. */
function copiesOf({ sessions, orders, activity }: Marks, statements: Statements): Copy[] {
  return [
    { statement: statements.copyMarks, lines: sessions },
    { statement: statements.copyOrderMarks, lines: orders },
    { statement: statements.copyActivityMarks, lines: activity },
  ];
}

/** Parts of one record share its place, and its bytes: one dead letter is enough to try all of them again. */
function onePerPlace(rejects: CommitBatch['rejects']): Iterable<Reject> {
  return new Map(rejects.map((reject) => [`${reject.index} ${reject.origin.key}`, reject])).values();
}

/** The first text, by bytes, that comes after all texts with a prefix. A prefix under `events/` ends in ASCII or less. */
function successor(prefix: string): string {
  return `${prefix}\u{10FFFF}`;
}

function isLostHour(error: unknown): boolean {
  return error instanceof ClickstreamError && error.code === 'lost_hour';
}

function lostHour(unit: string): ClickstreamError {
  return new ClickstreamError({
    code: 'lost_hour',
    stage: 'write',
    message: `Another run has taken over ${unit}; this one stops. What it committed stays, and the other goes on from there.`,
  });
}
