import type { DecodedRecord, JsonObject, TextMode, TextPosition, UndecodedRecord } from '../record.ts';
import type { Flaw } from './flaw.ts';

/**
 * What lies at `bytes[from .. to)`. It is a class so that `next` is computed only when asked for: positions are wanted
 * once per batch, and one object more for each record would be waste.
 */
abstract class Piece {
  readonly index: number;
  readonly start_bytes: number;
  readonly end_bytes: number;
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  private readonly mode: TextMode;
  private readonly inArray: boolean;

  constructor(
    index: number,
    start_bytes: number,
    end_bytes: number,
    bytes: Buffer,
    from: number,
    to: number,
    mode: TextMode,
    inArray: boolean,
  ) {
    this.index = index;
    this.start_bytes = start_bytes;
    this.end_bytes = end_bytes;
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.mode = mode;
    this.inArray = inArray;
  }

  get next(): TextPosition {
    return { index: this.index + 1, offset_bytes: this.end_bytes, mode: this.mode, inArray: this.inArray };
  }
}

/** A record found at `bytes[from .. to)`, where `bytes[0]` lies at `base_bytes` of the text. */
export class RecordPiece extends Piece implements DecodedRecord {
  readonly ok = true;
  readonly event: JsonObject;

  constructor(
    event: JsonObject,
    index: number,
    base_bytes: number,
    bytes: Buffer,
    from: number,
    to: number,
    mode: TextMode,
    inArray: boolean,
  ) {
    super(index, base_bytes + from, base_bytes + to, bytes, from, to, mode, inArray);
    this.event = event;
  }
}

/** What a {@link RejectedPiece} is made of: a range of the text, and `bytes[from .. to)`, which is kept of it. */
interface Rejected {
  readonly index: number;
  readonly start_bytes: number;
  readonly end_bytes: number;
  readonly bytes: Buffer;
  readonly from?: number;
  readonly to?: number;
  /** How the text goes on after it. */
  readonly mode: TextMode;
  readonly inArray?: boolean;
}

/** A piece of the text that is no record. */
export class RejectedPiece extends Piece implements UndecodedRecord {
  readonly ok = false;
  readonly code: string;
  readonly detail: string;

  constructor(
    flaw: Flaw,
    { index, start_bytes, end_bytes, bytes, from = 0, to = bytes.length, mode, inArray = false }: Rejected,
  ) {
    super(index, start_bytes, end_bytes, bytes, from, to, mode, inArray);
    this.code = flaw.code;
    this.detail = flaw.detail;
  }
}
