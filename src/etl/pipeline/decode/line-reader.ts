import type { Decoded, TextPosition } from '../record.ts';
import { Carry } from './carry.ts';
import { Flaw, FLAWS } from './flaw.ts';
import { parsePiece } from './parse-piece.ts';
import { RecordPiece, RejectedPiece } from './piece.ts';
import { isBlank, NEWLINE, OPEN_BRACKET, type TextLimits } from './text.ts';
import { ValueReader } from './value-reader.ts';

/**
 * Reads lines that stand alone. A line is a record, or an array of them, or it is one reject; blank ones are passed
 * over. A newline search, `toString` and `JSON.parse` are nearly all that is done to a good line: 94 % of the time.
 *
 * A line's length counts from its first byte that is not blank. A longer one than a record may be is skipped; if it is
 * an array, its elements are records as they come, and an error rejects the rest of the line.
 */
export class LineReader {
  /** Index of the next piece. */
  index: number;
  /** Reads a line that is an array too long to be held. */
  private longArray: ValueReader | undefined;
  private readonly limits: TextLimits;
  private readonly carry = new Carry();

  constructor(from: TextPosition, limits: TextLimits) {
    this.index = from.index;
    this.limits = limits;
    // Amid an array it does not matter how long the line is: what is left of a short one is known to be good.
    if (from.inArray) this.longArray = new ValueReader(from, limits);
  }

  /** Reads `bytes` from `from` on, where `bytes[0]` lies at `base_bytes` of the text, and adds the pieces that end there. */
  read(bytes: Buffer, from: number, base_bytes: number, pieces: Decoded[]): void {
    let at = from;
    for (;;) {
      // Blank lines by the million: a search for each would take eighty times as long.
      if (this.longArray === undefined && this.carry.length === 0) while (isBlank(bytes[at]!)) at++;
      const newline = bytes.indexOf(NEWLINE, at);
      if (newline < 0) break;
      if (this.longArray === undefined && this.carry.length === 0) this.line(bytes, at, newline, base_bytes, pieces);
      else {
        this.hold(bytes, at, newline, base_bytes, pieces);
        this.finishLine(base_bytes + newline, pieces);
      }
      at = newline + 1;
    }
    this.hold(bytes, at, bytes.length, base_bytes, pieces);
  }

  /** Ends the text at `end_bytes`, where it breaks off if a flaw is given. See {@link ValueReader.finish}. */
  finish(end_bytes: number, pieces: Decoded[], flaw?: Flaw): void {
    if (flaw === undefined) {
      this.finishLine(end_bytes, pieces);
      return;
    }
    if (this.longArray !== undefined) {
      this.longArray.finish(end_bytes, pieces, flaw);
      this.index = this.longArray.index;
      return;
    }
    const start_bytes = this.carry.length > 0 ? this.carry.start_bytes : end_bytes;
    this.carry.cut(this.limits.rejected_raw_bytes);
    const bytes = this.carry.take();
    pieces.push(new RejectedPiece(flaw, { index: this.index++, start_bytes, end_bytes, bytes, mode: 'done' }));
  }

  /** Keeps `bytes[from .. to)` of a line that ends further on, or that began before. */
  private hold(bytes: Buffer, from: number, to: number, base_bytes: number, pieces: Decoded[]): void {
    const { carry, limits } = this;
    if (this.longArray !== undefined) {
      this.longArray.read(bytes, from, to, base_bytes, pieces);
      return;
    }
    let start = from;
    if (carry.length === 0) while (start < to && isBlank(bytes[start]!)) start++;
    carry.add(bytes, start, to, base_bytes);
    if (carry.length <= limits.record_bytes) return;
    if (!carry.startsWith(OPEN_BRACKET)) {
      carry.cut(limits.rejected_raw_bytes);
      return;
    }
    this.longArray = this.arrayReader(carry.start_bytes);
    let base = carry.start_bytes;
    for (const part of carry.takeParts()) {
      this.longArray.read(part, 0, part.length, base, pieces);
      base += part.length;
    }
  }

  /** The line that was held ends at `end_bytes`. */
  private finishLine(end_bytes: number, pieces: Decoded[]): void {
    if (this.longArray !== undefined) {
      this.longArray.finish(end_bytes, pieces);
      this.index = this.longArray.index;
      this.longArray = undefined;
    } else if (this.carry.length > this.limits.record_bytes) {
      const { start_bytes } = this.carry;
      const bytes = this.carry.take();
      pieces.push(
        new RejectedPiece(FLAWS.tooLarge, { index: this.index++, start_bytes, end_bytes, bytes, mode: 'lines' }),
      );
    } else if (this.carry.length > 0) {
      const { start_bytes } = this.carry;
      const line = this.carry.take();
      this.line(line, 0, line.length, start_bytes, pieces);
    }
  }

  /** Decodes the line `bytes[from .. to)`. */
  private line(bytes: Buffer, from: number, to: number, base_bytes: number, pieces: Decoded[]): void {
    while (from < to && isBlank(bytes[from]!)) from++;
    if (from === to) return;
    if (to - from > this.limits.record_bytes) {
      this.hold(bytes, from, to, base_bytes, pieces);
      this.finishLine(base_bytes + to, pieces);
      return;
    }
    while (isBlank(bytes[to - 1]!)) to--;
    if (bytes[from] === OPEN_BRACKET) {
      this.arrayLine(bytes, from, to, base_bytes, pieces);
      return;
    }
    const event = parsePiece(bytes, from, to, this.limits);
    if (event instanceof Flaw) this.rejectLine(event, bytes, from, to, base_bytes, pieces);
    else pieces.push(new RecordPiece(event, this.index++, base_bytes, bytes, from, to, 'lines', false));
  }

  /** Decodes a line that is an array: its elements are records if all of the line is valid, else it is one reject. */
  private arrayLine(bytes: Buffer, from: number, to: number, base_bytes: number, pieces: Decoded[]): void {
    const reader = this.arrayReader(base_bytes + from);
    const elements: Decoded[] = [];
    reader.read(bytes, from, to, base_bytes, elements);
    reader.finish(base_bytes + to, elements);
    if (reader.flaw !== undefined) {
      this.rejectLine(reader.flaw, bytes, from, to, base_bytes, pieces);
      return;
    }
    for (const element of elements) pieces.push(element);
    this.index = reader.index;
  }

  private arrayReader(offset_bytes: number): ValueReader {
    return new ValueReader({ index: this.index, offset_bytes, mode: 'lines', inArray: false }, this.limits);
  }

  private rejectLine(
    flaw: Flaw,
    bytes: Buffer,
    from: number,
    end: number,
    base_bytes: number,
    pieces: Decoded[],
  ): void {
    const start_bytes = base_bytes + from;
    const end_bytes = base_bytes + end;
    const to = Math.min(end, from + this.limits.rejected_raw_bytes);
    pieces.push(
      new RejectedPiece(flaw, { index: this.index++, start_bytes, end_bytes, bytes, from, to, mode: 'lines' }),
    );
  }
}
