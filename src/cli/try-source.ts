import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { RunRequest } from '../config/payload.ts';
import { readRunSettings } from '../config/settings.ts';
import { RecordDecoder } from '../etl/pipeline/decode/record-decoder.ts';
import { decodeBuffer } from '../etl/pipeline/decode/decode-buffer.ts';
import { objectsOf } from '../etl/pipeline/listing.ts';
import { readObjects } from '../etl/pipeline/read-objects.ts';
import type { Origin } from '../etl/pipeline/record.ts';
import { S3Store } from '../etl/sources/s3/store.ts';
import type { PieceOfObject } from '../etl/try-pipeline.ts';
import { sampleEvents } from '../local/traffic/samples.ts';
import { flagError } from './flag.ts';
import type { TryPlan } from './try-flags.ts';

/** The shop of the samples has so many kinds of events. */
const KINDS = 10;
/** Of what is read ahead of what is looked at, in bytes: a few events need no more. */
const AHEAD_BYTES = 4 * 1024 * 1024;
const LARGEST_FILE_BYTES = 64 * 1024 * 1024;

/**
 * The events to try a pipeline with, at most as many as were asked for.
 *
 * @throws ClickstreamError for a file or a bucket that cannot be read.
 */
export async function readTrySource({ source, limit }: TryPlan): Promise<PieceOfObject[]> {
  if (source.kind === 'bucket') return fromBucket(source.request, limit);
  return source.kind === 'file' ? (await fromFile(source.path)).slice(0, limit) : fromSamples(limit);
}

function fromSamples(limit: number): PieceOfObject[] {
  const events = sampleEvents({ perKind: Math.ceil(limit / KINDS) }).slice(0, limit);
  const text = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const origin = originOf('samples.ndjson', text.length, Date.parse('2025-12-06T16:59:00Z'));
  const decoder = new RecordDecoder();
  return [...decoder.push(text), ...decoder.end()].map((piece) => ({ piece, origin }));
}

async function fromFile(path: string): Promise<PieceOfObject[]> {
  let bytes: Buffer;
  let modified_ms: number;
  try {
    const { size, mtimeMs } = await stat(path);
    if (size > LARGEST_FILE_BYTES) throw flagError(`--events: ${path} is over 64 MiB; try a part of it.`);
    [bytes, modified_ms] = [await readFile(path), Math.floor(mtimeMs)];
  } catch (error) {
    if (!(error instanceof Error) || !('errno' in error)) throw error;
    throw flagError(`--events: ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`, error);
  }
  const chunk = decodeBuffer(bytes, undefined, LARGEST_FILE_BYTES);
  if (!chunk) throw flagError(`--events: ${path} is gzip that cannot be inflated, or holds too many events.`);
  const origin = originOf(basename(path), bytes.length, modified_ms);
  return chunk.pieces.map((piece) => ({ piece, origin }));
}

async function fromBucket(request: RunRequest, limit: number): Promise<PieceOfObject[]> {
  const settings = readRunSettings(process.env);
  const store = new S3Store({ bucket: settings.bucket, endpoint: settings.s3Endpoint });
  const ending = new AbortController();
  const { signal } = ending;
  const found: PieceOfObject[] = [];
  try {
    for (const unit of request.kind === 'hours' ? request.hours : [request.hour]) {
      const options = { partial: null, ahead_bytes: AHEAD_BYTES, signal };
      for await (const { pieces, origin } of readObjects(store, objectsOf(store, unit, signal), options)) {
        found.push(...pieces.slice(0, limit - found.length).map((piece) => ({ piece, origin })));
        if (found.length >= limit) return found;
      }
    }
    return found;
  } finally {
    ending.abort();
    await store.close();
  }
}

function originOf(name: string, size_bytes: number, lastModified_ms: number): Origin {
  return { key: name, etag: '"try"', size_bytes, lastModified_ms };
}
