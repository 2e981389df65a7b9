import type { Decoded, TextMode, TextPosition } from '../record.ts';
import { Carry } from './carry.ts';
import { Flaw, FLAWS } from './flaw.ts';
import { parsePiece } from './parse-piece.ts';
import { RecordPiece, RejectedPiece } from './piece.ts';
import { CLOSE_BRACKET, COMMA, EMPTY, isBlank, OPEN_BRACKET, type TextLimits } from './text.ts';
import { ValueScanner } from './value-scanner.ts';

/** What the reader is in the middle of, or expects next. */
type State = 'value or end' | 'first element' | 'element' | 'comma' | 'inside value' | 'end' | 'broken';

/**
 * Reads JSON values that follow one another; the elements of an array are records of their own. The text comes in any
 * portions, and nothing of a portion is looked at twice. From the first syntax error on the rest is one reject.
 *
 * It reads a whole object's text, or, with mode `lines`, one line that holds an array.
 */
export class ValueReader {
  /** Index of the next piece. */
  index: number;
  mode: TextMode;
  /** Whether a top-level value has begun. */
  begun: boolean;
  /** The syntax error that the rest is rejected for. */
  flaw: Flaw | undefined;
  private state: State;
  private inArray: boolean;
  private readonly limits: TextLimits;
  private readonly scanner = new ValueScanner();
  private readonly carry = new Carry();

  constructor(from: TextPosition, limits: TextLimits) {
    this.index = from.index;
    this.mode = from.mode;
    this.begun = from.index > 0;
    this.inArray = from.inArray;
    this.state = from.inArray ? 'comma' : 'value or end';
    this.limits = limits;
  }

  /** Whether the text read so far consists of whole values. */
  get isBetweenValues(): boolean {
    return this.state === 'value or end';
  }

  /** Reads `bytes[from .. to)`, where `bytes[0]` lies at `base_bytes` of the text, and adds the pieces that end there. */
  read(bytes: Buffer, from: number, to: number, base_bytes: number, pieces: Decoded[]): void {
    let at = from;
    while (at < to) {
      if (this.state === 'broken') {
        this.carry.add(bytes, at, to, base_bytes);
        return;
      }
      if (this.state === 'inside value') {
        const end = this.scanner.scan(bytes, at, to);
        if (end < 0) {
          this.carry.add(bytes, at, to, base_bytes);
          if (this.carry.length > this.limits.record_bytes) this.carry.cut(this.limits.rejected_raw_bytes);
          return;
        }
        this.finishValue(bytes, at, end, base_bytes, pieces);
        at = end;
        continue;
      }
      const byte = bytes[at]!;
      if (!isBlank(byte) && !this.punctuates(byte)) this.beginValue(byte);
      // A value is scanned from its first byte on, and a reject holds the byte that was not expected.
      else at++;
    }
  }

  /**
   * Ends the text at `end_bytes`. A flaw says that it did not end there but broke off: then what is unfinished, were it
   * only the rest unseen, is a reject of that flaw.
   */
  finish(end_bytes: number, pieces: Decoded[], flaw?: Flaw): void {
    if (flaw !== undefined) {
      if (this.state !== 'broken') this.breakOff(flaw);
    } else if (this.state === 'inside value') {
      if (this.scanner.scalar) this.finishValue(EMPTY, 0, 0, end_bytes, pieces);
      else this.breakOff(FLAWS.unfinished);
    }
    if (this.inArray && this.flaw === undefined) this.breakOff(FLAWS.unclosedArray);
    if (this.flaw === undefined) return;
    const start_bytes = this.carry.length > 0 ? this.carry.start_bytes : end_bytes;
    const mode = this.mode === 'lines' && flaw === undefined ? 'lines' : 'done';
    pieces.push(
      new RejectedPiece(this.flaw, { index: this.index++, start_bytes, end_bytes, bytes: this.carry.take(), mode }),
    );
  }

  /** Takes a byte between values; false if it should begin one. */
  private punctuates(byte: number): boolean {
    switch (this.state) {
      case 'value or end':
        // The lines stand alone only if the first one holds nothing but one value.
        if (this.begun && this.mode === 'first') this.mode = 'values';
        this.begun = true;
        if (byte !== OPEN_BRACKET) return false;
        this.inArray = true;
        this.state = 'first element';
        return true;
      case 'first element':
      case 'comma':
        if (byte === CLOSE_BRACKET) {
          this.inArray = false;
          this.state = this.mode === 'lines' ? 'end' : 'value or end';
          return true;
        }
        if (byte !== COMMA || this.state !== 'comma') return false;
        this.state = 'element';
        return true;
      default:
        return false;
    }
  }

  private beginValue(first: number): void {
    const mayBegin = this.state !== 'comma' && this.state !== 'end';
    if (mayBegin && this.scanner.begin(first)) this.state = 'inside value';
    else this.breakOff(FLAWS.unexpected);
  }

  /** The value that the carry began, if any, ends with `bytes[from .. to)`. */
  private finishValue(bytes: Buffer, from: number, to: number, base_bytes: number, pieces: Decoded[]): void {
    const { carry, limits } = this;
    this.state = this.inArray ? 'comma' : 'value or end';
    const end_bytes = base_bytes + to;
    const start_bytes = carry.length > 0 ? carry.start_bytes : base_bytes + from;
    const tooLarge = end_bytes - start_bytes > limits.record_bytes;
    if (tooLarge) carry.cut(limits.rejected_raw_bytes);
    if (tooLarge || carry.length > 0) {
      carry.add(bytes, from, to, base_bytes);
      bytes = carry.take();
      from = 0;
      to = bytes.length;
      base_bytes = start_bytes;
    }
    const event = tooLarge ? FLAWS.tooLarge : parsePiece(bytes, from, to, limits, this.scanner.deepest);
    if (!(event instanceof Flaw)) {
      pieces.push(new RecordPiece(event, this.index++, base_bytes, bytes, from, to, this.mode, this.inArray));
    } else if (event.code === 'syntax_error') {
      carry.add(bytes, from, to, base_bytes);
      this.breakOff(event);
    } else {
      to = Math.min(to, from + limits.rejected_raw_bytes);
      const { mode, inArray } = this;
      pieces.push(
        new RejectedPiece(event, { index: this.index++, start_bytes, end_bytes, bytes, from, to, mode, inArray }),
      );
    }
  }

  private breakOff(flaw: Flaw): void {
    this.flaw = flaw;
    this.state = 'broken';
    this.carry.cut(this.limits.rejected_raw_bytes);
  }
}
