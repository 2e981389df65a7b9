import { ClickstreamError } from '../../errors.ts';
import { asInstant } from '../transforms/time.ts';
import { asObject } from '../transforms/values.ts';
import { blankedRecord, isBlanked } from '../pipeline/blanked.ts';
import { RecordDecoder } from '../pipeline/decode/record-decoder.ts';
import { NEWLINE } from '../pipeline/decode/text.ts';
import type { Decoded, TextPosition, UndecodedRecord } from '../pipeline/record.ts';
import type { Spool } from './spool.ts';
import { isCut, isJunk } from './theirs.ts';

/** What may have to stand around a blanked record where a syntax error took the rest of the text. */
const AROUND: readonly (readonly [before: string, after: string])[] = [
  ['', ''],
  ['', ']'],
  [',', ']'],
  [',', ''],
  ['\n', ''],
];

/**
 * What is written in a piece's place, so that reading finds one blanked record there and all else as it was.
 *
 * @param before where reading was before the piece.
 * @throws ClickstreamError `raw_not_blanked` when nothing would do.
 */
export async function replacementOf(piece: Decoded, before: TextPosition, text: Spool): Promise<string> {
  const blank = onLinesOf(piece, blankedRecord(piece.ok ? receivedAt(piece.event) : undefined));
  if (piece.ok || !isRest(piece)) return blank;
  // The text before it may end amid a line.
  if (isJunk(piece)) return `\n${blank}`;
  for (const [left, right] of AROUND) {
    const replacement = left + blank + right;
    if (await readsAsOne(replacement, piece, before, text)) return replacement;
  }
  throw new ClickstreamError({
    code: 'raw_not_blanked',
    stage: 'decode',
    message: `What was rejected as ${piece.code} could not be blanked.`,
  });
}

/** The time of receipt, as it was written, if it is one. */
function receivedAt(event: Readonly<Record<string, unknown>>): string | number | undefined {
  const value = asObject(event['_ingest'])?.['receivedAt'];
  return (typeof value === 'string' || typeof value === 'number') && asInstant(value) !== null ? value : undefined;
}

/** A first value over several lines says that lines do not stand alone; what replaces it has to say so, too. */
function onLinesOf(piece: Decoded, blank: string): string {
  const spansLines = isCut(piece) || piece.bytes.subarray(piece.from, piece.to).includes(NEWLINE);
  return spansLines && piece.next.mode === 'values' ? `{\n${blank.slice(1)}` : blank;
}

/** Whether a reject may be all the rest of the text, or of an array, and not a value or a line. */
function isRest({ code, next }: UndecodedRecord): boolean {
  return code === 'syntax_error' || next.mode === 'done';
}

async function readsAsOne(
  replacement: string,
  { index, start_bytes }: Decoded,
  before: TextPosition,
  text: Spool,
): Promise<boolean> {
  const decoder = new RecordDecoder(before);
  const pieces: Decoded[] = [];
  for await (const chunk of text.chunks(before.offset_bytes, start_bytes)) pieces.push(...decoder.push(chunk));
  pieces.push(...decoder.push(Buffer.from(replacement)), ...decoder.end());
  const [piece, ...more] = pieces;
  return more.length === 0 && piece?.ok === true && piece.index === index && isBlanked(piece.event);
}
