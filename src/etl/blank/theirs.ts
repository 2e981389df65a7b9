import { personIdsIn, personIdsInText, personIdsOf } from '../../warehouse/person-ids.ts';
import type { IsErased } from '../../warehouse/erased-ids.ts';
import type { Decoded, UndecodedRecord } from '../pipeline/record.ts';
import { FLAWS } from '../pipeline/decode/flaw.ts';
import type { Spool } from './spool.ts';
import type { StoredText } from './stored-text.ts';

/** A text that is too long for one search is searched in windows; a field with its id fits into what two of them share. */
const WINDOW_BYTES = 256 * 1024;
const SHARED_BYTES = 8 * 1024;

/** Whether a piece is a record of somebody's who was erased, as far as the bytes tell that are kept of it. */
export function isTheirs(piece: Decoded, isErased: IsErased): boolean {
  if (piece.ok) return isErased(personIdsOf(piece.event));
  return isErased(personIdsIn(piece.bytes.subarray(piece.from, piece.to)));
}

/** Whether not all of a rejected piece's bytes are kept, so that {@link isTheirs} may not tell. */
export function isCut(piece: Decoded): boolean {
  return !piece.ok && (piece.to - piece.from < piece.end_bytes - piece.start_bytes || isJunk(piece));
}

/** Whether what stands after gzip data was rejected: its bytes are stored ones. */
export function isJunk({ code }: UndecodedRecord): boolean {
  return code === FLAWS.gzipTrailingJunk.code;
}

/** The same by all bytes of a rejected piece. */
export async function isTheirsByAll(
  piece: UndecodedRecord,
  { text, junk }: StoredText,
  isErased: IsErased,
): Promise<boolean> {
  if (isTheirs(piece, isErased)) return true;
  if (!isCut(piece)) return false;
  return isJunk(piece)
    ? holdsErased(junk, 0, junk.length, isErased)
    : holdsErased(text, piece.start_bytes, piece.end_bytes, isErased);
}

async function holdsErased(spool: Spool, from: number, to: number, isErased: IsErased): Promise<boolean> {
  for (let at = from; at < to; at += WINDOW_BYTES - SHARED_BYTES) {
    const window = await spool.read(at, Math.min(to, at + WINDOW_BYTES));
    if (isErased(personIdsInText(window.toString()))) return true;
  }
  return false;
}
