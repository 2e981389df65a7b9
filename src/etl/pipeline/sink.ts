import type { EventRecord, Reject } from './event-record.ts';
import type { HourUnit } from './hours.ts';
import type { Counts } from './ledger.ts';
import type { ManifestPart } from './manifest.ts';
import type { Place, Progress } from './progress.ts';

/** Where rows go, with the accounts that make them trustworthy. */
export interface Sink {
  /** Checks that everything is there to write to, before anything is read. */
  open(): Promise<void>;
  /** Takes hold of a unit; undefined when another run has it. */
  claim(unit: HourUnit): Promise<Claim | undefined>;
  close(): Promise<void>;
}

/** A unit in this run's hands. */
export interface Claim {
  /** As committed so far. */
  readonly progress: Progress;
  /**
   * Makes rows ready to be written, which needs nothing but their records: the batch before may still be being written. Of
   * `duplicates` nothing is written, but those that could not be are rejected as they would be had they come first.
   */
  prepare(records: readonly EventRecord[], duplicates: readonly EventRecord[]): PreparedRows | Promise<PreparedRows>;
  /** Enters the run in the ledger and stores where it begins. */
  begin(progress: Progress): Promise<void>;
  /**
   * Commits a batch: rows, rejects, ledger, checkpoint and what is to be settled, all or nothing.
   *
   * @throws ClickstreamError `lost_hour` when another run has taken the unit over; nothing was written then.
   */
  commit(batch: CommitBatch): Promise<Committed>;
  /** Settles what committed batches left open across hours, for every hour that has something open. */
  settle(): Promise<void>;
  /** Stores that the unit was read to its end, as `loaded` or `completed`. */
  finish(progress: Progress, from: Place): Promise<void>;
  /** Closes the run's row in the ledger and lets go of the unit. Never throws. */
  release(outcome: RunOutcome): Promise<void>;
}

/** Rows ready to be written. */
export interface PreparedRows {
  /**
   * The records that will be written. Hands them over, once: they are some five times as large as the rows, which wait
   * for the commit before them.
   */
  takeDelivered(): readonly EventRecord[];
  /** Records whose values the sink cannot hold. */
  readonly rejects: readonly Reject[];
  /** Records of events that another record stands for: those given as such, and those found in the batch. */
  readonly duplicates: number;
  /** Records that the sink does not let in, by reason: dropped as if a transform had. */
  readonly dropped: ReadonlyMap<string, number>;
}

/** What a commit replaces in the dead letters: all that lay from one place up to another, or at each of some. */
export type Covered = { readonly from: Place; readonly to: Place } | { readonly places: readonly Place[] };

/** What one transaction takes in. */
export interface CommitBatch {
  readonly rows: PreparedRows;
  readonly rejects: readonly Reject[];
  /** Of the batch, less what only the sink can know: `inserted`, and the rest of `duplicates`. */
  readonly counts: Readonly<Counts>;
  /** The objects that end in the batch; absent when it was not read in order. */
  readonly ended?: ManifestPart;
  /** Where the batch decides anew what is a dead letter. */
  readonly covers: Covered;
  /** The progress after the batch, given all of its counts. */
  progressAfter(counts: Readonly<Counts>): Progress;
}

/** What a commit came to. */
export interface Committed {
  readonly counts: Readonly<Counts>;
  readonly progress: Progress;
  /** What was not let in after all; the counts have it as dropped. */
  readonly refused?: Refused;
}

/** Rows and dead letters that a commit left out, since they may not be in the warehouse. */
export interface Refused {
  /** By reason. */
  readonly dropped: ReadonlyMap<string, number>;
  /** Those of the batch's that were left out. */
  readonly rejects: readonly Reject[];
}

/** How a run of a unit ended. */
export interface RunOutcome {
  readonly status: 'complete' | 'partial' | 'failed';
  readonly errorCode?: string;
  readonly duration_ms: number;
  readonly peakRss_mb: number;
}
