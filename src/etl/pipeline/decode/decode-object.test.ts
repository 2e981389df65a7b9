import { gunzipSync, gzipSync } from 'node:zlib';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Decoded, ObjectPosition } from '../record.ts';
import { decodeObject, firstByteNeeded } from './decode-object.ts';
import { decode, facts, line } from './testing.ts';

/** Chunks as they come from a network, and whether the reader has let go of them. */
class Chunks implements AsyncIterableIterator<Uint8Array> {
  released = false;
  taken = 0;
  private readonly chunks: readonly Uint8Array[];
  private readonly error: Error | undefined;

  constructor(chunks: readonly Uint8Array[], error?: Error) {
    this.chunks = chunks;
    this.error = error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    await Promise.resolve();
    expect(this.released).toBe(false);
    const value = this.chunks[this.taken];
    if (value) {
      this.taken++;
      return { done: false, value };
    }
    this.released = true;
    if (this.error) throw this.error;
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    expect(this.released).toBe(false);
    this.released = true;
    return Promise.resolve({ done: true, value: undefined });
  }
}

function cut(bytes: Uint8Array, length: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / length);
  return Array.from({ length: count }, (_, n) => Uint8Array.from(bytes.subarray(n * length, (n + 1) * length)));
}

async function all(bytes: Uint8Array, from?: ObjectPosition, length = 1000): Promise<Decoded[]> {
  const pieces: Decoded[] = [];
  const chunks = new Chunks(cut(bytes.subarray(firstByteNeeded(from)), length));
  for await (const chunk of decodeObject(chunks, from)) pieces.push(...chunk.pieces);
  expect(chunks.released).toBe(true);
  return pieces;
}

/** Lines that hardly compress, so that a gzip object of a few of them spans many portions. */
function manyLines(count: number): Buffer {
  let seed = 1;
  const random = (): string => ((seed = (seed * 48_271) % 2_147_483_647) * 1e9).toString(36);
  const event = (id: number): string => JSON.stringify({ id, noise: Array.from({ length: 20 }, random).join('') });
  return Buffer.from(`${Array.from({ length: count }, (_, id) => event(id)).join('\n')}\n`);
}

const text = manyLines(500);
const stored = {
  plain: text,
  gzip: gzipSync(text),
  members: Buffer.concat(cut(text, 7777).map((part) => gzipSync(part))),
};

describe.each(Object.entries(stored))('%s', (_, bytes) => {
  test.each([7, 1000, 16_384, 1_000_000])('chunks of %i bytes give the same', async (length) => {
    expect((await all(bytes, undefined, length)).map(facts)).toEqual(decode(text).map(facts));
  });

  test('going on after a piece yields the pieces after it', async () => {
    const gzip = bytes !== text;
    const whole = await all(bytes);
    for (const n of [0, 1, 250, 499]) {
      const rest = await all(bytes, { ...whole[n]!.next, gzip });
      expect(rest.map(facts)).toEqual(whole.slice(n + 1).map(facts));
    }
  });

  test('it tells whether the object is gzip', async () => {
    for await (const { gzip } of decodeObject(new Chunks([bytes]))) expect(gzip).toBe(bytes !== text);
  });

  test('who stops early gets everything freed, and no more is read', async () => {
    const chunks = new Chunks(cut(bytes, 1000));
    for await (const { pieces } of decodeObject(chunks)) if (pieces.length > 0) break;
    expect(chunks.released).toBe(true);
    expect(chunks.taken).toBeLessThan(bytes.length / 1000);
  });

  test('an error of the chunks is thrown on', async () => {
    const error = new Error('connection reset');
    const read = async (): Promise<void> => {
      for await (const _ of decodeObject(new Chunks([bytes.subarray(0, 3000)], error)));
    };
    await expect(read()).rejects.toBe(error);
  });

  test('an object whose rest was rejected needs no reading', async () => {
    const chunks = new Chunks([bytes]);
    const from = { index: 1, offset_bytes: 10, mode: 'done', inArray: false, gzip: bytes !== text } as const;
    for await (const _ of decodeObject(chunks, from)) expect.unreachable();
    expect(chunks.taken).toBe(0);
  });
});

test('an object of no byte, or of one, is decoded', async () => {
  expect(await all(Buffer.from(''))).toEqual([]);
  expect((await all(Buffer.from('1'))).map(line)).toEqual(['!not_an_object 1']);
  expect((await all(Buffer.from([0x1f]))).map(line)).toEqual(['!syntax_error \x1f']);
});

describe('what follows or lacks in a gzip object', () => {
  const zip = gzipSync('{"a":1}\n{"a":2}\n');
  const named = Buffer.concat([
    Buffer.from('1f8b081f00000000000303000102036e616d6500636f6d6d656e740000ff', 'hex'),
    zip.subarray(10),
  ]);
  const zeros = Buffer.alloc(600);
  const wrong = (at: number): Buffer => Buffer.from(zip.map((byte, n) => (n === at ? byte ^ 0xff : byte)));
  const both = ['{"a":1}', '{"a":2}'];

  test.each<[string, Buffer, ...string[]]>([
    ['a header with all that it may hold', named, ...both],
    ['no text', gzipSync('')],
    ['padding', Buffer.concat([zip, zeros]), ...both],
    ['a member after padding', Buffer.concat([zip, zeros, zip]), ...both, ...both],
    ['a record over two members', Buffer.concat([gzipSync('{"a"'), gzipSync(':1}')]), '{"a":1}'],
    ['junk', Buffer.concat([zip, Buffer.from('junk')]), ...both, '!gzip_trailing_junk junk'],
    ['junk after padding', Buffer.concat([zip, zeros, Buffer.from('junk')]), ...both, '!gzip_trailing_junk junk'],
    [
      'junk after a line without its end',
      Buffer.concat([gzipSync('{}\n{'), Buffer.from('x')]),
      '{}',
      '!syntax_error {',
      '!gzip_trailing_junk x',
    ],
    [
      'junk after a syntax error',
      Buffer.concat([gzipSync('{"a":1}x'), Buffer.from('x')]),
      '{"a":1}',
      '!syntax_error x',
    ],
    [
      'a member that is none',
      Buffer.concat([zip, Buffer.from([0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 0])]),
      ...both,
      '!gzip_corrupt',
    ],
    ['no more than the magic bytes', zip.subarray(0, 2), '!gzip_truncated'],
    ['a header cut short', zip.subarray(0, 9), '!gzip_truncated'],
    ['a trailer cut short', zip.subarray(0, -1), ...both, '!gzip_truncated'],
    ['no trailer', zip.subarray(0, -8), ...both, '!gzip_truncated'],
    ['a wrong checksum', wrong(zip.length - 5), ...both, '!gzip_corrupt'],
    ['a wrong length', wrong(zip.length - 1), ...both, '!gzip_corrupt'],
    ['an unknown method', wrong(2), '!gzip_corrupt'],
    ['a block of an unknown type', wrong(10), '!gzip_corrupt'],
    ['a record cut short', gzipSync('{}\n{"a":1}\n{"a"').subarray(0, -8), '{}', '{"a":1}', '!gzip_truncated {"a"'],
    ['an array cut short', gzipSync('[{"a":1},{"a"').subarray(0, -8), '{"a":1}', '!gzip_truncated {"a"'],
  ])('%s', async (_what, bytes, ...pieces) => {
    const found = await all(bytes);
    expect(found.map(line)).toEqual(pieces);
    expect((await all(bytes, undefined, 1)).map(facts)).toEqual(found.map(facts));
    for (const [n, { next }] of found.entries()) {
      expect((await all(bytes, { ...next, gzip: true })).map(facts)).toEqual(found.slice(n + 1).map(facts));
    }
  });

  test('where an object breaks off far in, the records before stay, and one reject stands for the rest', async () => {
    const found = await all(stored.gzip.subarray(0, -5000));
    const good = found.slice(0, -1);
    expect(good.length).toBeGreaterThan(400);
    expect(good.map(facts)).toEqual(decode(text).slice(0, good.length).map(facts));
    const reject = found.at(-1)!;
    expect(reject).toMatchObject({ ok: false, code: 'gzip_truncated', start_bytes: good.at(-1)!.end_bytes + 1 });
    expect(reject.next.mode).toBe('done');
  });

  test('what comes out before a fault does not depend on chunks', async () => {
    const { gzip } = stored;
    await fc.assert(
      fc.asyncProperty(fc.nat(gzip.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bytes = Buffer.from(gzip);
        bytes[at]! ^= change;
        const found = await all(bytes, undefined, 1_000_000);
        expect((await all(bytes, undefined, 333)).map(facts)).toEqual(found.map(facts));
      }),
      { numRuns: 50 },
    );
  });
});

test('what inflates a thousandfold never lies in memory as a whole', async () => {
  // 96 MiB of blanks between two lines.
  const blanks = Buffer.alloc(16 * 1024 * 1024, ' ');
  const bomb = Buffer.concat([gzipSync('{}\n'), ...Array<Buffer>(6).fill(gzipSync(blanks)), gzipSync('\n{}')]);
  const before_bytes = process.memoryUsage().arrayBuffers;
  let most_bytes = 0;
  let records = 0;
  for await (const { pieces } of decodeObject(new Chunks([bomb]))) {
    records += pieces.length;
    most_bytes = Math.max(most_bytes, process.memoryUsage().arrayBuffers - before_bytes);
  }
  expect(records).toBe(2);
  expect(most_bytes).toBeLessThan(64 * 1024 * 1024);
}, 60_000);

test('nor do its records, however short they are', async () => {
  const dense = gzipSync('{}\n'.repeat(2_000_000));
  let records = 0;
  let most = 0;
  for await (const { pieces } of decodeObject(new Chunks([dense]))) {
    records += pieces.length;
    most = Math.max(most, pieces.length);
  }
  expect(records).toBe(2_000_000);
  expect(most).toBeLessThan(50_000);
}, 60_000);

test('while it is decoded, timers have their turn', async () => {
  const blanks = gzipSync(Buffer.alloc(16 * 1024 * 1024, '\n'));
  let turn = 0;
  let next = setImmediate(function again() {
    turn += 1;
    next = setImmediate(again);
  });
  const chunks = new Map<number, number>();
  for await (const _ of decodeObject(new Chunks([blanks]))) chunks.set(turn, (chunks.get(turn) ?? 0) + 1);
  clearImmediate(next);
  // All of them are of one portion.
  expect(Math.max(...chunks.values())).toBeLessThan(16);
}, 60_000);

test('gzip of any text gives the same as the text', async () => {
  const parts = fc.array(fc.constantFrom('{"a":1}', '\n', ',', '[', ']', '{"b":"ö"}', '"', ' '), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: 1, max: 40 }), async (some, length) => {
      const plain = Buffer.from(some.join(''));
      const members = cut(plain, 9).map((part) => gzipSync(part));
      const bytes = members.length === 0 ? gzipSync('') : Buffer.concat(members);
      expect(gunzipSync(bytes).equals(plain)).toBe(true);
      expect((await all(bytes, undefined, length)).map(facts)).toEqual(
        (await all(plain, undefined, length)).map(facts),
      );
    }),
    { numRuns: 200 },
  );
});
