import type { Columns, Row } from './column.ts';
import { LIMITS, type Decoded, type DecodedRecord, type JsonObject, type Origin } from './record.ts';

/**
 * What became of a record so far. One that another record of its event stands for goes on through the transforms, and is
 * left out at the end: whether it is a dead letter, and what a transform makes of it, must not depend on which came first.
 */
export type Fate = 'live' | 'duplicate' | 'rejected' | 'dropped';

/** One event on its way through the transforms: what the client sent, the row in the making, and where it lay. */
export interface EventRecord<R = Row<Columns>> {
  /** As the client sent it, `_ingest` included. Shared: change the row, never this. */
  readonly event: JsonObject;
  /** One property per column of the pipeline, null until a transform sets it. */
  readonly row: R;
  readonly origin: Origin;
  /** Index of the record in its object, from 0. */
  readonly index: number;
  /** Where its bytes lie in the inflated object, and the bytes themselves: `piece.bytes[piece.from .. piece.to)`. */
  readonly piece: DecodedRecord;
  /** Kept by the engine. */
  fate: Fate;
}

/** Whether a record is still on its way through the transforms. */
export function goesOn({ fate }: EventRecord<unknown>): boolean {
  return fate === 'live' || fate === 'duplicate';
}

/** A record, or a piece of an object that is none, on its way to the dead letters. */
export interface Reject {
  readonly origin: Origin;
  readonly index: number;
  readonly start_bytes: number;
  readonly end_bytes: number;
  readonly code: string;
  readonly detail: string;
  /** The rejected bytes, at most 64 KiB of them. */
  readonly raw: Buffer;
}

/** A piece of an object on its way to the dead letters. */
export function rejectPiece(piece: Decoded, origin: Origin, code: string, detail: string): Reject {
  const { index, start_bytes, end_bytes, bytes, from, to } = piece;
  const raw = bytes.subarray(from, Math.min(to, from + LIMITS.rejected_raw_bytes));
  return { origin, index, start_bytes, end_bytes, code, detail, raw };
}

/** A record on its way to the dead letters; the row is left behind. */
export function rejectOf({ piece, origin }: EventRecord<unknown>, code: string, detail: string): Reject {
  return rejectPiece(piece, origin, code, detail);
}
