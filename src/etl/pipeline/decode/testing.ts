import type { Decoded, TextPosition } from '../record.ts';
import { RecordDecoder } from './record-decoder.ts';
import type { TextLimits } from './text.ts';

/** Everything about a piece that must not depend on how it was read. */
export function facts(piece: Decoded): unknown {
  const { index, start_bytes, end_bytes, bytes, from, to, next } = piece;
  const raw = bytes.toString('latin1', from, to);
  const what = piece.ok ? { event: piece.event } : { code: piece.code, detail: piece.detail };
  return { index, start_bytes, end_bytes, raw, next, ...what };
}

/** A piece on one line: its event as JSON, or `!code` and the bytes that were kept. */
export function line(piece: Decoded): string {
  if (piece.ok) return JSON.stringify(piece.event);
  return `!${piece.code} ${piece.bytes.toString('latin1', piece.from, piece.to)}`.trimEnd();
}

export interface DecodeOptions {
  readonly from?: TextPosition;
  readonly limits?: TextLimits;
  /** Where the bytes are cut; counted from the first byte given. */
  readonly cuts?: readonly number[];
}

/** Decodes a text that comes cut into chunks. */
export function decode(text: Buffer | string, { from, limits, cuts = [] }: DecodeOptions = {}): Decoded[] {
  const bytes = Buffer.from(text);
  const decoder = new RecordDecoder(from, limits);
  const pieces: Decoded[] = [];
  let start = 0;
  for (const end of [...[...cuts].sort((a, b) => a - b), bytes.length]) {
    // A copy of each chunk, so that no test passes because two chunks happen to lie side by side.
    pieces.push(...decoder.push(Buffer.from(bytes.subarray(start, end))));
    start = Math.max(start, end);
  }
  pieces.push(...decoder.end());
  return pieces;
}

/** Cuts between any two bytes of a text. */
export function everyByte(text: Buffer | string): number[] {
  return Array.from({ length: Buffer.byteLength(text) }, (_, at) => at);
}
