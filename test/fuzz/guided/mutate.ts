import type { Random } from '../../../src/local/traffic/random.ts';

const LONGEST_BYTES = 300;

/** What JSON, lines and gzip are made of, and what they must not hold; a character for each byte. */
const TOKENS = [
  ...['{', '}', '[', ']', ',', ':', '"', '\\', '\n', '\r', '\t', ' ', '-', '+', '.', 'e', 'E', '0', '1', '9'],
  '\0',
  '\x1f\x8b',
  '\xa0',
  '\xc3\xb6',
  '\xe2\x80\xa8',
  '\xed\xa0\x80',
  '\xef\xbb\xbf',
  '\xef\xbf\xbd',
  '\xf0\x9f\x9b\x92',
  '\xff',
  '\\u0000',
  '\\ud800',
  '\r\n',
  '{}',
  '[]',
  '""',
  '{"a":',
  '{"a":1}',
  '"x"',
  'null',
  'true',
  '1e400',
  '-0',
].map((token) => Buffer.from(token, 'latin1'));

type Mutation = (text: Buffer, random: Random, other: Buffer) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  (text, random) => spliced(text, random, 0, random.pick(TOKENS)),
  (text, random) => spliced(text, random, 1, random.pick(TOKENS)),
  (text, random) => spliced(text, random, random.int(1, 4), Buffer.of()),
  (text, random) => spliced(text, random, random.int(1, 40), Buffer.of()),
  (text, random) => spliced(text, random, 1, Buffer.of(random.int(0, 255))),
  (text, random) => spliced(text, random, 0, slice(text, random)),
  (text, random, other) => spliced(text, random, 0, slice(other, random)),
  (text, random, other) => spliced(text, random, random.int(1, 40), slice(other, random)),
  (text, random, other) => Buffer.concat([text, random.chance(0.5) ? Buffer.from('\n') : Buffer.of(), other]),
  (text, random) => spliced(text, random, 0, Buffer.concat(Array(random.int(2, 24)).fill(random.pick(TOKENS)))),
];

/** Another text made of one that was worth keeping: one to six changes. */
export function mutated(text: Buffer, random: Random, other: Buffer): Buffer {
  let result = text;
  for (let changes = 2 ** random.int(0, 2) + random.int(0, 2); changes > 0; changes -= 1) {
    result = random.pick(MUTATIONS)(result, random, other);
  }
  return result.subarray(0, LONGEST_BYTES);
}

/** A shorter text for which `fails` still holds. */
export function shortened(text: Buffer, fails: (text: Buffer) => boolean): Buffer {
  let shortest = text;
  for (let size = Math.ceil(text.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < shortest.length;) {
      const without = Buffer.concat([shortest.subarray(0, at), shortest.subarray(at + size)]);
      if (fails(without)) shortest = without;
      else at += size;
    }
  }
  return shortest;
}

function spliced(text: Buffer, random: Random, drop: number, put: Buffer): Buffer {
  const at = random.int(0, text.length);
  return Buffer.concat([text.subarray(0, at), put, text.subarray(at + drop)]);
}

function slice(text: Buffer, random: Random): Buffer {
  const at = random.int(0, text.length);
  return text.subarray(at, at + random.int(1, 32));
}
