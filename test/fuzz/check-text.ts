import { deepStrictEqual, ok } from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { decodeBuffer } from '../../src/etl/pipeline/decode/decode-buffer.ts';
import { FLAWS } from '../../src/etl/pipeline/decode/flaw.ts';
import { isGzip } from '../../src/etl/pipeline/decode/gzip-header.ts';
import { RecordDecoder } from '../../src/etl/pipeline/decode/record-decoder.ts';
import { decode, everyByte, facts } from '../../src/etl/pipeline/decode/testing.ts';
import type { TextLimits } from '../../src/etl/pipeline/decode/text.ts';
import { LIMITS, type Decoded } from '../../src/etl/pipeline/record.ts';
import { Random } from '../../src/local/traffic/random.ts';
import { piecesByTheRule, type ExpectedPiece } from './decode-rule.ts';

/** Limits that texts of a few bytes reach. */
const SMALL_LIMITS: TextLimits = { record_bytes: 24, nesting: 3, rejected_raw_bytes: 8 };
/** A text with fewer brackets than this cannot be nested too deep, and that is the one limit that a short text reaches. */
const MOST_BRACKETS = LIMITS.nesting;
const MOST_RESUMED = 3;

/**
 * Everything that must hold for any bytes that lie in the bucket as an object's text. Throws when something does not.
 *
 * - the pieces are those of the rule, and each record's range, cut from the text, parses to the same event
 * - how the text is cut into chunks never matters
 * - going on after a piece yields the pieces after it
 * - a small object, plain or gzip, is decoded at once to the same
 * - where the text breaks off, what came before stays, and one reject stands for the rest
 *
 * Where it is cut and where it goes on follows from the text, so that a text alone is a test case.
 */
export function checkText(text: Buffer): void {
  const random = Random.seeded(text.toString('latin1'));
  const brackets = text.filter((byte) => byte === 0x5b || byte === 0x7b).length;
  const whole = decode(text);
  checkRanges(text, whole);
  if (brackets < MOST_BRACKETS) deepStrictEqual(whole.map(asExpected), piecesByTheRule(text), 'the rule');
  checkAtOnce(text, whole, random);
  checkBrokenOff(text, whole);
  for (const limits of [LIMITS, SMALL_LIMITS]) {
    const pieces = limits === LIMITS ? whole : decode(text, { limits });
    const expected = pieces.map(told);
    const cuts = text.length <= 64 ? everyByte(text) : someCuts(random, text.length);
    deepStrictEqual(decode(text, { cuts, limits }).map(told), expected, 'chunks');
    for (let n = 0; n < Math.min(pieces.length, MOST_RESUMED); n += 1) {
      const at = pieces.length <= MOST_RESUMED ? n : random.int(0, pieces.length - 1);
      const from = pieces[at]!.next;
      const rest = text.subarray(from.offset_bytes);
      const resumed = decode(rest, { from, limits, cuts: someCuts(random, rest.length) });
      deepStrictEqual(resumed.map(told), expected.slice(at + 1), 'resume');
    }
  }
}

/** All about a piece as one text: a fifth of the time that comparing objects takes. */
function told(piece: Decoded): string {
  return JSON.stringify(facts(piece));
}

function asExpected(piece: Decoded): ExpectedPiece {
  const { start_bytes: start, end_bytes: end } = piece;
  return piece.ok ? { start, end, event: piece.event } : { start, end, code: piece.code };
}

function checkRanges(text: Buffer, pieces: readonly Decoded[]): void {
  let last_bytes = 0;
  for (const [n, piece] of pieces.entries()) {
    const { index, start_bytes, end_bytes, bytes, from, to } = piece;
    ok(index === n && start_bytes >= last_bytes && end_bytes >= start_bytes, 'pieces are in order and apart');
    const range = text.subarray(start_bytes, end_bytes);
    const kept = piece.ok ? range : range.subarray(0, LIMITS.rejected_raw_bytes);
    ok(kept.equals(bytes.subarray(from, to)), 'a piece keeps the bytes of its range');
    if (piece.ok) deepStrictEqual(JSON.parse(range.toString()), piece.event, 'a range parses to its event');
    last_bytes = end_bytes;
  }
  ok(last_bytes <= text.length, 'pieces end with the text');
}

function checkAtOnce(text: Buffer, pieces: readonly Decoded[], random: Random): void {
  const expected = pieces.map(told);
  if (!isGzip(text)) deepStrictEqual(decodeBuffer(text)?.pieces.map(told), expected, 'at once');
  // Compressing takes longer than all the rest.
  if (!random.chance(0.1)) return;
  deepStrictEqual(decodeBuffer(gzipSync(text, { level: 1 }))?.pieces.map(told), expected, 'at once from gzip');
}

function checkBrokenOff(text: Buffer, pieces: readonly Decoded[]): void {
  const decoder = new RecordDecoder();
  const before = decoder.push(text);
  const after = decoder.breakOff(FLAWS.gzipTruncated);
  ok(after.length === 1 && !after[0]!.ok && after[0]!.end_bytes === text.length, 'one reject for the rest');
  deepStrictEqual(before.map(told), pieces.slice(0, before.length).map(told), 'what came before stays');
}

function someCuts(random: Random, length: number): number[] {
  return Array.from({ length: random.int(0, 8) }, () => random.int(0, length));
}
