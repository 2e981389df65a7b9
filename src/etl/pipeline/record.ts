/** A JSON object as a client sent it. Shared and never changed: what a transform wants to change is its row. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The S3 object that a record came from, as the listing told it. */
export interface Origin {
  readonly key: string;
  /** As S3 gives it, quotes included. */
  readonly etag: string;
  readonly size_bytes: number;
  /** Epoch milliseconds. */
  readonly lastModified_ms: number;
}

/**
 * How the text of an object goes on after a record.
 *
 * - `first`: still on the first line; whether the lines stand alone is not known yet
 * - `lines`: the first line was a whole JSON value, so each line stands alone
 * - `values`: values follow one another, and the first syntax error ends the object
 * - `done`: nothing follows, since a reject took the rest of the object
 */
export type TextMode = 'first' | 'lines' | 'values' | 'done';

/** Where reading an object's (inflated) text goes on: what a checkpoint in the middle of an object holds. */
export interface TextPosition {
  /** Index of the next record in the object, from 0. */
  readonly index: number;
  /** Offset in the inflated bytes at which the next record, or what stands before it, begins. */
  readonly offset_bytes: number;
  readonly mode: TextMode;
  /** Within an array of records: what comes next is `,` and an element, or `]`. */
  readonly inArray: boolean;
}

/** The same within an object as it is stored. A gzip object is read from its first byte again and inflated up to there. */
export interface ObjectPosition extends TextPosition {
  readonly gzip: boolean;
}

/** What all pieces of an object's text have in common, be they records or not. */
interface Piece {
  /** Index within the object, from 0; rejected pieces count. */
  readonly index: number;
  /** The piece's own bytes, as a range of the inflated object: `[start_bytes, end_bytes)`. */
  readonly start_bytes: number;
  readonly end_bytes: number;
  /**
   * The buffer that holds the piece, and where in it: `bytes[from .. to)`. A rejected piece may be cut to 64 KiB; for
   * what could not be inflated, these are the stored bytes.
   */
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** Where reading goes on after this piece; computed when asked for, so ask once per batch, not per record. */
  readonly next: TextPosition;
}

/** A JSON object found in an object's text. */
export interface DecodedRecord extends Piece {
  readonly ok: true;
  readonly event: JsonObject;
}

/** A piece of an object's text that is no record; it goes to the dead letters and reading goes on. */
export interface UndecodedRecord extends Piece {
  readonly ok: false;
  readonly code: string;
  /** Says what is wrong, without any of the content. */
  readonly detail: string;
}

export type Decoded = DecodedRecord | UndecodedRecord;

/** Limits on a record; each has its reject code (`record_too_large`, `too_deep`, `id_too_long`). */
export const LIMITS = {
  record_bytes: 16 * 1024 * 1024,
  nesting: 500,
  id_bytes: 512,
  /** Of a rejected record's raw bytes, this many are kept. */
  rejected_raw_bytes: 64 * 1024,
} as const;
