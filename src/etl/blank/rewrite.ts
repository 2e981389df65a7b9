import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ClickstreamError } from '../../errors.ts';
import type { IsErased } from '../../warehouse/erased-ids.ts';
import { decodeObject } from '../pipeline/decode/decode-object.ts';
import { FLAWS } from '../pipeline/decode/flaw.ts';
import { editsOf, type Edit, type Found } from './edits.ts';
import { Reading } from './reading.ts';
import { Spool } from './spool.ts';
import { readText, type StoredText } from './stored-text.ts';

/** What an object is without the records of those who were erased. */
export interface Rewritten extends Found {
  /** Records to blank. */
  readonly records: number;
  /** The object as it is to be stored; absent when there is nothing to blank. Whoever gets it closes it. */
  readonly body?: Spool;
}

const GZIP_TRAILER_BYTES = 8;

/**
 * Blanks the records of erased persons in a stored object, in bounded memory: each is replaced where it lies, and nothing
 * else of the text changes. Gzip stays gzip, in one member; a fault of it stays, too, and what lay behind one that cannot
 * be inflated is left out. Before it is given, what a load would read of it is held against what it read before.
 *
 * @throws ClickstreamError `raw_not_blanked` when that would be anything else; and what `chunks` throws.
 */
export async function rewriteObject(chunks: AsyncIterable<Uint8Array>, isErased: IsErased): Promise<Rewritten> {
  const stored = await readText(chunks);
  const body = new Spool();
  let keep = false;
  try {
    const reading = new Reading();
    const found: Found & { records: number; isLast: boolean } = { blanked: 0, records: 0, isLast: false };
    const edits = noted(editsOf(stored, isErased, reading, found), found);
    const first = await edits.next();
    if (first.done === true) return found;
    const text = editedText(stored.text, first.value, edits);
    if (stored.gzip) await compress(text, body, stored, found);
    else for await (const chunk of text) await body.append(chunk);
    if ((await readingOf(body)) !== reading.digest()) throw notTheSame();
    keep = true;
    return { records: found.records, blanked: found.blanked, body };
  } finally {
    await Promise.all([stored.text.close(), stored.junk.close(), keep ? undefined : body.close()]);
  }
}

async function* noted(
  edits: AsyncIterable<Edit>,
  found: { records: number; isLast: boolean },
): AsyncGenerator<Edit, void, undefined> {
  for await (const edit of edits) {
    found.records += 1;
    found.isLast = edit.isLast;
    yield edit;
  }
}

/** The text with its edits made, the first of which is in hand. */
async function* editedText(
  text: Spool,
  first: Edit,
  rest: AsyncGenerator<Edit, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  let at = 0;
  for (let edit: Edit | undefined = first; edit !== undefined;) {
    yield* text.chunks(at, edit.start_bytes);
    yield Buffer.from(edit.replacement);
    at = edit.end_bytes;
    const next: IteratorResult<Edit, void> = await rest.next();
    edit = next.done === true ? undefined : next.value;
  }
  yield* text.chunks(at);
}

/** Stores a text as gzip, with the fault that the object had. */
async function compress(
  text: AsyncIterable<Buffer>,
  body: Spool,
  { flaw, junk }: StoredText,
  found: { readonly isLast: boolean },
): Promise<void> {
  await pipeline(Readable.from(text), createGzip(), async (compressed: AsyncIterable<Buffer>) => {
    for await (const chunk of compressed) await body.append(chunk);
  });
  if (flaw === undefined || found.isLast) return;
  if (flaw === FLAWS.gzipTrailingJunk) for await (const chunk of junk.chunks()) await body.append(chunk);
  else {
    body.shorten(GZIP_TRAILER_BYTES);
    // A length and a checksum that are wrong.
    if (flaw === FLAWS.gzipCorrupt) await body.append(Buffer.alloc(GZIP_TRAILER_BYTES, 0xff));
  }
}

async function readingOf(body: Spool): Promise<string> {
  const reading = new Reading();
  for await (const { pieces } of decodeObject(body.chunks())) for (const piece of pieces) reading.add(piece);
  return reading.digest();
}

function notTheSame(): ClickstreamError {
  return new ClickstreamError({
    code: 'raw_not_blanked',
    stage: 'decode',
    message: 'With the records blanked it would be read as something else, so it was left as it is.',
  });
}
