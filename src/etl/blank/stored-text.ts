import { asBuffer, inPortions, peek } from '../pipeline/decode/chunks.ts';
import { GZIP_PORTION_BYTES } from '../pipeline/decode/decode-object.ts';
import { FLAWS, type Flaw } from '../pipeline/decode/flaw.ts';
import { GZIP_MAGIC, isGzip } from '../pipeline/decode/gzip-header.ts';
import { GzipReader } from '../pipeline/decode/gzip-reader.ts';
import { Spool } from './spool.ts';

/** A stored object, inflated. */
export interface StoredText {
  readonly gzip: boolean;
  /** As much of it as could be had. */
  readonly text: Spool;
  /** What is wrong with the gzip data. */
  readonly flaw: Flaw | undefined;
  /** What follows the gzip data and is none. */
  readonly junk: Spool;
}

/** Reads a stored object to its end, and inflates it as a load does. Whoever gets it closes the two spools. */
export async function readText(chunks: AsyncIterable<Uint8Array>): Promise<StoredText> {
  const text = new Spool();
  const junk = new Spool();
  try {
    const { head, all } = await peek(chunks, GZIP_MAGIC.length);
    const gzip = isGzip(head);
    let flaw: Flaw | undefined;
    if (gzip) flaw = await inflate(all, text, junk);
    else for await (const chunk of all) await text.append(asBuffer(chunk));
    return { gzip, text, flaw, junk };
  } catch (error) {
    await Promise.all([text.close(), junk.close()]);
    throw error;
  }
}

async function inflate(chunks: AsyncIterable<Uint8Array>, text: Spool, junk: Spool): Promise<Flaw | undefined> {
  const gzip = new GzipReader();
  try {
    for await (const portion of inPortions(chunks, GZIP_PORTION_BYTES)) {
      // What follows corrupt data cannot be had; it is read to its end all the same, as its connection is used again.
      if (gzip.flaw === undefined) for (const part of await gzip.read(portion)) await text.append(part);
      else if (hasJunk(gzip)) await junk.append(portion);
      if (junk.length === 0 && hasJunk(gzip)) await junk.append(gzip.junk);
    }
    gzip.end();
    return gzip.flaw;
  } finally {
    gzip.close();
  }
}

function hasJunk({ flaw }: GzipReader): boolean {
  return flaw === FLAWS.gzipTrailingJunk;
}
