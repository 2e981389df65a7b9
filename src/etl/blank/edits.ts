import type { IsErased } from '../../warehouse/erased-ids.ts';
import { isBlanked } from '../pipeline/blanked.ts';
import { endText } from '../pipeline/decode/decode-object.ts';
import { RecordDecoder } from '../pipeline/decode/record-decoder.ts';
import type { Decoded, TextPosition } from '../pipeline/record.ts';
import type { Reading } from './reading.ts';
import { replacementOf } from './replacement.ts';
import type { StoredText } from './stored-text.ts';
import { isTheirs, isTheirsByAll } from './theirs.ts';

/** A record to blank: what is written in place of `[start_bytes, end_bytes)` of the text. */
export interface Edit {
  readonly start_bytes: number;
  readonly end_bytes: number;
  readonly replacement: string;
  /** Whether it took the rest of the object, so that what is wrong with the gzip data there goes with it. */
  readonly isLast: boolean;
}

/** Counts of what was found beside. */
export interface Found {
  /** Records that were blanked before. */
  blanked: number;
}

const BEGINNING: TextPosition = { index: 0, offset_bytes: 0, mode: 'first', inArray: false };

/** The records of erased persons in a text, in order. What reading it gives once they are blanked is put into `reading`. */
export async function* editsOf(
  stored: StoredText,
  isErased: IsErased,
  reading: Reading,
  found: Found,
): AsyncGenerator<Edit, void, undefined> {
  let before = BEGINNING;
  for await (const piece of piecesOf(stored)) {
    const theirs = piece.ok ? isTheirs(piece, isErased) : await isTheirsByAll(piece, stored, isErased);
    if (theirs) {
      const { start_bytes, end_bytes } = piece;
      const isLast = piece.next.mode === 'done';
      yield { start_bytes, end_bytes, replacement: await replacementOf(piece, before, stored.text), isLast };
      reading.addBlanked();
    } else {
      if (piece.ok && isBlanked(piece.event)) found.blanked += 1;
      reading.add(piece);
    }
    before = piece.next;
  }
}

async function* piecesOf({ gzip, text, flaw, junk }: StoredText): AsyncGenerator<Decoded, void, undefined> {
  const decoder = new RecordDecoder();
  for await (const chunk of text.chunks()) yield* decoder.push(chunk);
  yield* gzip ? endText(decoder, { flaw, junk: await junk.read(0, Math.min(junk.length, 64 * 1024)) }) : decoder.end();
}
