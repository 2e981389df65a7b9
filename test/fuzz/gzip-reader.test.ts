import { constants, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { GzipReader } from '../../src/etl/pipeline/decode/gzip-reader.ts';
import { fuzzSeed } from './seed.ts';

vi.setConfig({ testTimeout: 240_000 });
const seed = fuzzSeed();

interface Outcome {
  readonly text: Buffer;
  readonly flaw: string | undefined;
}

/** What the reader makes of an object that comes in so many portions. */
async function read(object: Buffer, portions: number): Promise<Outcome> {
  const reader = new GzipReader();
  const parts: Buffer[] = [];
  const portion_bytes = Math.max(1, Math.ceil(object.length / portions));
  for (let at = 0; at < object.length && reader.flaw === undefined; at += portion_bytes) {
    parts.push(...(await reader.read(object.subarray(at, at + portion_bytes))));
  }
  reader.end();
  return { text: Buffer.concat(parts), flaw: reader.flaw?.code };
}

/**
 * zlib's own verdict on an object: its text, or undefined when it refuses it. Node stops without a word at zeros behind a
 * member, so what comes after them is looked at on its own.
 */
function verdict(object: Buffer): Buffer | undefined {
  const texts: Buffer[] = [];
  let rest = object;
  try {
    do {
      const { buffer, engine } = gunzipSync(rest, { info: true }) as unknown as {
        buffer: Buffer;
        engine: { bytesWritten: number };
      };
      texts.push(buffer);
      rest = rest.subarray(engine.bytesWritten);
      const next = rest.findIndex((byte) => byte !== 0);
      rest = next < 0 ? Buffer.of() : rest.subarray(next);
    } while (rest.length > 0);
  } catch {
    return undefined;
  }
  return Buffer.concat(texts);
}

/** A member whose header has all that a header may have. Its own checksum is that of an honest header. */
function withHeader(text: Buffer, { extra, name, comment }: { extra: Buffer; name: string; comment: string }): Buffer {
  const plain = gzipSync(text);
  const flags = (extra.length > 0 ? 4 : 0) + (name === '' ? 0 : 8) + (comment === '' ? 0 : 16);
  const parts: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3])];
  if (extra.length > 0) parts.push(Buffer.from([extra.length & 0xff, extra.length >> 8]), extra);
  for (const field of [name, comment]) if (field !== '') parts.push(Buffer.from(`${field}\0`, 'latin1'));
  return Buffer.concat([...parts, deflateRawSync(text), plain.subarray(-8)]);
}

const text = fc
  .oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.tuple(fc.string({ maxLength: 20 }), fc.nat(1000)).map(([one, times]) => Buffer.from(one.repeat(times))),
  )
  .map((bytes) => bytes.subarray(0, 40_000));
const field = fc.string({ maxLength: 12 }).map((value) => value.replaceAll('\0', ''));
const member = fc.oneof(
  fc.tuple(text, fc.integer({ min: 0, max: 9 })).map(([bytes, level]) => gzipSync(bytes, { level })),
  fc
    .tuple(text, fc.uint8Array({ maxLength: 20 }), field, field)
    .map(([bytes, extra, name, comment]) => withHeader(bytes, { extra: Buffer.from(extra), name, comment })),
);
const padding = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(20)).map((length) => Buffer.alloc(length));
const gzip = fc
  .array(fc.tuple(member, padding), { minLength: 1, maxLength: 3 })
  .map((members) => Buffer.concat(members.flat()));

/** Half of the places lie in the first or the last bytes, where the headers and trailers are. */
const place = fc.record({ at: fc.nat(50_000), near: fc.constantFrom('start', 'end', 'anywhere', 'anywhere') });
const change = fc.record({ place, drop: fc.nat(3), put: fc.uint8Array({ maxLength: 3 }) });
const mutatedGzip = fc.tuple(gzip, fc.array(change, { minLength: 1, maxLength: 3 })).map(([object, changes]) =>
  changes.reduce((now, { place: { at, near }, drop, put }) => {
    const from = near === 'anywhere' ? at % (now.length + 1) : at % Math.min(now.length + 1, 24);
    const start = near === 'end' ? now.length - from : from;
    return Buffer.concat([now.subarray(0, start), put, now.subarray(start + drop)]);
  }, object),
);
const portions = fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 60 }));

/** The header's own checksum says nothing of the data, which have another: the reader passes it over, zlib does not. */
function hasHeaderChecksum(object: Buffer): boolean {
  for (
    let at = object.indexOf('\x1f\x8b\x08', 0, 'latin1');
    at >= 0;
    at = object.indexOf('\x1f\x8b\x08', at + 1, 'latin1')
  ) {
    if (((object[at + 3] ?? 0) & 2) !== 0) return true;
  }
  return false;
}

test('whole gzip objects come out as zlib has them, in any portions', async () => {
  await fc.assert(
    fc.asyncProperty(gzip, portions, async (object, times) => {
      expect(await read(object, times)).toEqual({ text: verdict(object), flaw: undefined });
    }),
    { seed, numRuns: 300 },
  );
});

test('what zlib refuses has a flaw, what it takes has none and is the same', async () => {
  let refused = 0;
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(mutatedGzip, portions, async (object, times) => {
      fc.pre(!hasHeaderChecksum(object));
      const { text: found, flaw } = await read(object, times);
      const expected = verdict(object);
      if (expected === undefined) {
        refused += 1;
        expect(flaw).toMatch(/^gzip_(?:truncated|corrupt|trailing_junk)$/);
      } else {
        taken += 1;
        expect(flaw).toBeUndefined();
        expect(found.equals(expected)).toBe(true);
      }
    }),
    { seed, numRuns: 1_500 },
  );
  // Changes that change nothing, such as one in a file's name, must be among them, or one direction was never tried.
  expect(refused).toBeGreaterThan(100);
  expect(taken).toBeGreaterThan(20);
});

test('a gzip object that is cut off gives all that zlib can inflate of it', async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.nat(), portions, async (bytes, cut, times) => {
      const object = gzipSync(bytes);
      const head = object.subarray(0, 1 + (cut % (object.length - 1)));
      const { text: found, flaw } = await read(head, times);
      expect(flaw).toBe('gzip_truncated');
      const inflated = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
      expect(found.equals(inflated)).toBe(true);
      expect(bytes.subarray(0, found.length).equals(found)).toBe(true);
    }),
    { seed, numRuns: 300 },
  );
});
