import type { EventRecord, Reject } from '../event-record.ts';
import { unitLabel, type HourUnit } from '../hours.ts';
import { assertBalanced, type Counts } from '../ledger.ts';
import { UNREAD, type Progress } from '../progress.ts';
import type { Claim, CommitBatch, Committed, PreparedRows, RunOutcome, Sink } from '../sink.ts';

/** A commit as it went in. */
export interface MemoryCommit {
  readonly events: readonly unknown[];
  readonly rejects: readonly Reject[];
  readonly counts: Readonly<Counts>;
}

/** A warehouse in memory, which knows no duplicates: what it was given is what it has. */
export class MemorySink implements Sink {
  readonly commits: MemoryCommit[] = [];
  readonly progress = new Map<string, Progress>();
  readonly outcomes: RunOutcome[] = [];
  /** What was called, in order. */
  readonly calls: string[] = [];
  /** Whether another run has the units. */
  busy = false;
  /** Run before a commit, or settling, takes effect; may wait or throw. */
  beforeCommit: (events: readonly unknown[]) => void | Promise<void> = () => undefined;
  beforeSettle: () => void | Promise<void> = () => undefined;

  /** All events committed, in order. */
  get events(): unknown[] {
    return this.commits.flatMap(({ events }) => events);
  }

  /** All rejects committed, in order, as `key#index code`. */
  get rejects(): string[] {
    return this.commits.flatMap(({ rejects }) =>
      rejects.map(({ origin, index, code }) => `${origin.key}#${index} ${code}`),
    );
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  claim(unit: HourUnit): Promise<Claim | undefined> {
    return Promise.resolve(this.busy ? undefined : new MemoryClaim(this, unitLabel(unit)));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class MemoryRows implements PreparedRows {
  readonly rejects = [];
  readonly dropped = new Map<string, number>();
  readonly duplicates: number;
  readonly records: readonly EventRecord[];

  constructor(records: readonly EventRecord[], duplicates: readonly EventRecord[]) {
    this.records = records;
    this.duplicates = duplicates.length;
  }

  takeDelivered(): readonly EventRecord[] {
    return this.records;
  }
}

class MemoryClaim implements Claim {
  readonly #sink: MemorySink;
  readonly #label: string;

  constructor(sink: MemorySink, label: string) {
    this.#sink = sink;
    this.#label = label;
  }

  get progress(): Progress {
    return this.#sink.progress.get(this.#label) ?? UNREAD;
  }

  prepare(records: readonly EventRecord[], duplicates: readonly EventRecord[]): PreparedRows {
    return new MemoryRows(records, duplicates);
  }

  begin(progress: Progress): Promise<void> {
    return this.#store('begin', progress);
  }

  async commit(batch: CommitBatch & { readonly rows: MemoryRows }): Promise<Committed> {
    const { calls, beforeCommit, commits } = this.#sink;
    const events = batch.rows.records.map(({ event }) => event);
    const counts = { ...batch.counts, inserted: events.length };
    assertBalanced(counts);
    calls.push('commit');
    await beforeCommit(events);
    commits.push({ events, rejects: batch.rejects, counts });
    await this.#store('committed', batch.progressAfter(counts));
    return { counts, progress: this.progress };
  }

  async settle(): Promise<void> {
    this.#sink.calls.push('settle');
    await this.#sink.beforeSettle();
  }

  finish(progress: Progress): Promise<void> {
    return this.#store('finish', progress);
  }

  release(outcome: RunOutcome): Promise<void> {
    this.#sink.calls.push('release');
    this.#sink.outcomes.push(outcome);
    return Promise.resolve();
  }

  #store(call: string, progress: Progress): Promise<void> {
    this.#sink.calls.push(call);
    // Through text, as a warehouse keeps it.
    this.#sink.progress.set(this.#label, JSON.parse(JSON.stringify(progress)) as Progress);
    return Promise.resolve();
  }
}
