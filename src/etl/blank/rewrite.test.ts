import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PersonId } from '../../warehouse/tombstone.ts';
import { isBlanked } from '../pipeline/blanked.ts';
import { decodeObject } from '../pipeline/decode/decode-object.ts';
import { line } from '../pipeline/decode/testing.ts';
import type { Decoded } from '../pipeline/record.ts';
import { rewriteObject } from './rewrite.ts';
import { isTheirs } from './theirs.ts';

const isErased = (ids: readonly PersonId[]): boolean =>
  ids.some(({ kind, id }) => id === (kind === 'user' ? 'x' : 'c'));

async function* inChunks(bytes: Buffer, length = bytes.length): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.subarray(at, at + length));
}

async function rewritten(object: Buffer | string, chunk_bytes = 7): Promise<Buffer | undefined> {
  const { body, records } = await rewriteObject(inChunks(Buffer.from(object), chunk_bytes), isErased);
  expect(records > 0).toBe(body !== undefined);
  if (!body) return undefined;
  const bytes = await body.read(0, body.length);
  await body.close();
  return bytes;
}

const text = async (object: Buffer | string, chunk_bytes?: number): Promise<string | undefined> =>
  (await rewritten(object, chunk_bytes))?.toString();

async function pieces(object: Buffer): Promise<Decoded[]> {
  const all: Decoded[] = [];
  for await (const chunk of decodeObject(inChunks(object))) all.push(...chunk.pieces);
  return all;
}

const BLANK = '{"_erased":true}';
const AT = '2025-12-06T05:00:00.000Z';

it.each([
  [
    'lines',
    `{"userId":"x","a":1}\n{"userId":"y"}\r\n\n {"client_id":"c"} \n`,
    `${BLANK}\n{"userId":"y"}\r\n\n ${BLANK} \n`,
  ],
  ['an array', '[ {"user_id":"y"} , {"user_id":"x"}]', `[ {"user_id":"y"} , ${BLANK}]`],
  ['one object', '\ufeff{"userId":"x"}', `\ufeff${BLANK}`],
  ['values that follow one another', '{"a":1}{"userId":"x"} {"b":1}', `{"a":1}${BLANK} {"b":1}`],
  ['arrays as lines', '[{"userId":"x"},1]\n[{"a":1}]', `[${BLANK},1]\n[{"a":1}]`],
  ['a number for an id, and an escape', '{"a":1}\n{"userId":"\\u0078"}\n', `{"a":1}\n${BLANK}\n`],
  ['a broken line', '{"a":1}\n{"userId":"x",\n{"b":1}', `{"a":1}\n${BLANK}\n{"b":1}`],
  ['the rest after a syntax error', '{"a":1} {"userId":"x",}\n{"b":1}', `{"a":1} ${BLANK}`],
  ['an array that was never closed', '[{"a":1},{"userId":"x"', `[{"a":1},${BLANK}]`],
  ['an array without a comma', '[{"a":1} {"userId":"x"}]', `[{"a":1} ,${BLANK}]`],
  ['lines that do not stand alone', '{\n"userId":"x"}\n{\n"b":1}', '{\n"_erased":true}\n{\n"b":1}'],
])('replaces records where they lie: %s', async (_, before, after) => {
  expect(await text(before)).toBe(after);
  expect(await text(after)).toBeUndefined();
});

it('keeps the time of receipt as it was written, and nothing else of _ingest', async () => {
  const ingest = `{"receivedAt":"${AT}","sourceIp":"203.0.113.7"}`;
  expect(await text(`{"userId":"x","_ingest":${ingest}}`)).toBe(`{"_erased":true,"_ingest":{"receivedAt":"${AT}"}}`);
  expect(await text('{"userId":"x","_ingest":{"receivedAt":1764997200000}}')).toContain(':1764997200000}}');
  expect(await text('{"userId":"x","_ingest":{"receivedAt":"x@shop.example"}}')).toBe(BLANK);
  expect(await text('{"userId":"x","_ingest":[]}')).toBe(BLANK);
});

it('leaves alone what is nobody’s, what somebody else’s is, and ids in other places', async () => {
  for (const object of ['', '{}', '{"userId":"c"}', '{"product":{"userId":"x"}}', '{"note":"x"}\n[]\n"x"', BLANK])
    expect(await rewritten(object)).toBeUndefined();
});

it('finds an id behind the bytes that are kept of a reject, and blanks a record that was too large', async () => {
  const filler = randomBytes(9 * 2 ** 20).toString('hex');
  expect(await text(`{"a":1}\n{"fill":"${filler}","userId":"x"}\n{"b":1}\n`, 65_536)).toBe(
    `{"a":1}\n${BLANK}\n{"b":1}\n`,
  );
  expect(await text(`{"a":1}\n{"fill":"${filler}","userId":"y"}\n{"b":1}\n`, 65_536)).toBeUndefined();
});

it('keeps gzip, and what is wrong with it', async () => {
  const lines = '{"a":1}\n{"userId":"x"}\n';
  const after = `{"a":1}\n${BLANK}\n`;
  const members = Buffer.concat([gzipSync('{"a":1}\n'), Buffer.alloc(3), gzipSync('{"userId":"x"}\n')]);
  for (const object of [gzipSync(lines), members])
    expect(gunzipSync((await rewritten(object))!).toString()).toBe(after);

  const whole = gzipSync(`${lines}{"b":`);
  const cut = await pieces((await rewritten(whole.subarray(0, -8)))!);
  expect(cut.map(line)).toEqual(['{"a":1}', BLANK, '!gzip_truncated {"b":']);
  const corrupt = await pieces((await rewritten(Buffer.concat([whole.subarray(0, -8), Buffer.alloc(8)])))!);
  expect(corrupt.map(line)).toEqual(['{"a":1}', BLANK, '!gzip_corrupt {"b":']);
  const junk = await rewritten(Buffer.concat([gzipSync(lines), Buffer.from('{"userId":"y"}')]));
  expect((await pieces(junk!)).map(line)).toEqual(['{"a":1}', BLANK, '!gzip_trailing_junk {"userId":"y"}']);
});

it('blanks a record that the gzip data breaks off in, or that follows it, and the fault with it', async () => {
  const cut = gzipSync('{"a":1}\n{"userId":"x","b').subarray(0, -8);
  expect(gunzipSync((await rewritten(cut))!).toString()).toBe(`{"a":1}\n${BLANK}`);
  const junk = Buffer.concat([gzipSync('{"a":1}\n{"b":1}'), Buffer.from('\n{"userId":"x"}')]);
  expect(gunzipSync((await rewritten(junk))!).toString()).toBe(`{"a":1}\n{"b":1}\n${BLANK}`);
});

const parts = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('{"userId":"x"}', '{"userId":"y","a":{"b":[]}}', '{"client_id":"c","_ingest":{"receivedAt":1}}') },
    { weight: 3, arbitrary: fc.constantFrom('\n', ',', '[', ']', ' ', '\r\n') },
    fc.constantFrom('{\n"userId":"x"\n}', '{\n"a":"ö"}', '{"userId":"x",', '{"clientId" : "c"', '{"userId":"\\u0078"}'),
    fc.constantFrom(BLANK, '{"_erased":true,"userId":"x"}', '{"_erased":true,"a":1}', '[{"userId":"x"},2]', '\ufeff'),
    fc.constantFrom('{}', '{', '}', '1', 'null', '"', '"userId":"x"', '\0', ':', '[[{"userId":"x"}]]'),
  ),
  { maxLength: 16 },
); // prettier-ignore
const storedAs = fc.constantFrom<((text: Buffer) => Buffer)[]>(
  (plain) => plain,
  (plain) => plain,
  (plain) => gzipSync(plain),
  (plain) => Buffer.concat([gzipSync(plain.subarray(0, 9)), gzipSync(plain.subarray(9))]),
  (plain) => gzipSync(plain).subarray(0, -8),
  (plain) => Buffer.concat([gzipSync(plain), Buffer.from('{"clientId":"c"} and more')]),
  (plain) => Buffer.concat([gzipSync(plain), Buffer.from('no gzip')]),
);

it('changes nothing but their records, whatever an object holds', async () => {
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(parts, storedAs, async (tokens, stored) => {
      const object = stored(Buffer.from(tokens.join('')));
      const before = await pieces(object);
      const after = await rewritten(object);
      expect(after === undefined).toBe(!before.some((piece) => isTheirs(piece, isErased)));
      if (after === undefined) return;
      changed += 1;
      const now = await pieces(after);
      expect(now).toHaveLength(before.length);
      for (const [index, was] of before.entries()) {
        const is = now[index]!;
        expect(is.index).toBe(was.index);
        if (isTheirs(was, isErased)) expect(is.ok && isBlanked(is.event)).toBe(true);
        else expect(line(is)).toBe(line(was));
      }
      expect(await rewritten(after)).toBeUndefined();
      // Between the records all bytes are as they were.
      if (object[0] === 0x1f || before.some((piece) => !piece.ok && isTheirs(piece, isErased))) return;
      const [bytes, bytesNow] = [between(object, before), between(after, now)];
      expect(bytesNow).toEqual(bytes);
    }),
    { numRuns: 1000 },
  );
  expect(changed).toBeGreaterThan(100);
}, 60_000);

function between(object: Buffer, all: readonly Decoded[]): string[] {
  const ends = [0, ...all.map(({ end_bytes }) => end_bytes)];
  return ends.map((end, at) => object.toString('latin1', end, all[at]?.start_bytes));
}
