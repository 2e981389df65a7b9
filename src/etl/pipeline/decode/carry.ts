import { EMPTY } from './text.ts';

/**
 * The bytes of a piece that began in an earlier chunk. Chunks are only collected, and joined once when the piece has
 * ended: a record of 16 MiB in chunks of 16 KB is copied once and not a thousand times.
 */
export class Carry {
  /** Offset in the text of the first byte; meaningful while `length > 0`. */
  start_bytes = 0;
  /** How many bytes the piece has so far, whether they are kept or not. */
  length = 0;
  private parts: Buffer[] = [];
  private kept = 0;
  private room = Infinity;

  /** Adds `bytes[from .. to)`; `bytes[0]` lies at `base_bytes` of the text. */
  add(bytes: Buffer, from: number, to: number, base_bytes: number): void {
    if (from === to) return;
    if (this.length === 0) this.start_bytes = base_bytes + from;
    this.length += to - from;
    const kept = Math.min(to - from, this.room - this.kept);
    if (kept <= 0) return;
    this.parts.push(bytes.subarray(from, from + kept));
    this.kept += kept;
  }

  startsWith(byte: number): boolean {
    return this.parts[0]?.[0] === byte;
  }

  /** From here on no more than the first `room` bytes of the piece are kept; the rest is only counted. */
  cut(room: number): void {
    this.room = room;
    if (this.kept <= room) return;
    // A copy, so that the parts, which may be 16 MiB, can be freed at once.
    this.parts = [Buffer.concat(this.parts, room)];
    this.kept = room;
  }

  /** Gives up what was kept, as parts, and is empty again. */
  takeParts(): Buffer[] {
    const parts = this.parts;
    this.parts = [];
    this.length = 0;
    this.kept = 0;
    this.room = Infinity;
    return parts;
  }

  /** Gives up what was kept, in one buffer of its own, and is empty again. */
  take(): Buffer {
    const parts = this.takeParts();
    return parts.length === 0 ? EMPTY : Buffer.concat(parts);
  }
}
