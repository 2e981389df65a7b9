import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { checkText } from './check-text.ts';
import { CORPUS } from './corpus.ts';
import { fuzzSeed } from './seed.ts';

vi.setConfig({ testTimeout: 240_000 });
const seed = fuzzSeed();
const RUNS = 3_000;

/** An edit of a text: `drop` bytes at a place give way to others. */
interface Edit {
  readonly at: number;
  readonly drop: number;
  readonly put: string;
}

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\n',
  '\r\n',
  ' ',
  '\t',
  '0',
  '-',
  'e',
  '.',
  'null',
  '{"a":1}',
];
const BYTES = [
  '\0',
  '\x0b',
  '\x1f',
  '\x7f',
  '\xa0',
  '\xc3',
  '\xe2\x80',
  '\xef\xbb\xbf',
  '\xed\xa0\x80',
  '\xff',
  '\xc3\xb6',
];

const put = fc.oneof(fc.constantFrom(...TOKENS, ...BYTES), fc.constant(''), fc.string({ maxLength: 3 }));
const edits = fc.array(fc.record<Edit>({ at: fc.nat(400), drop: fc.nat(4), put }), { maxLength: 4 });

const event = fc.dictionary(fc.string({ unit: 'binary', maxLength: 6 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
const separator = fc.constantFrom('\n', '\r\n', '\n\n', ' ', '', ',', ',\n');
const generated = fc
  .tuple(fc.array(event, { maxLength: 5 }), separator, fc.boolean(), fc.constantFrom(0, 0, 2), fc.boolean())
  .map(([events, between, asArray, indent, mark]) => {
    const texts = events.map((one) => JSON.stringify(one, null, indent));
    const text = asArray ? `[${texts.join(',')}]` : texts.join(between);
    return Buffer.from(mark ? `\ufeff${text}` : text).toString('latin1');
  });

function edited(text: string, changes: readonly Edit[]): string {
  return changes.reduce((now, change) => {
    const at = change.at % (now.length + 1);
    return now.slice(0, at) + Buffer.from(change.put, 'latin1').toString('latin1') + now.slice(at + change.drop);
  }, text);
}

function check(texts: fc.Arbitrary<string>, numRuns = RUNS): void {
  fc.assert(
    fc.property(texts, (text) => checkText(Buffer.from(text, 'latin1'))),
    { seed, numRuns },
  );
}

test('the texts that fuzzing began from or once found are decoded by the rule, however they come', () => {
  for (const text of CORPUS) expect(() => checkText(Buffer.from(text, 'latin1')), JSON.stringify(text)).not.toThrow();
});

test('so are texts of events in every form', () => check(generated));

test('so are such texts with bytes changed, put in or left out', () => {
  check(fc.tuple(generated, edits).map(([text, changes]) => edited(text, changes)));
});

test('so are pieces of the corpus put together and changed', () => {
  const parts = fc.array(fc.constantFrom(...CORPUS), { minLength: 1, maxLength: 3 });
  check(
    fc
      .tuple(parts, fc.constantFrom('', '\n', ' '), edits)
      .map(([all, glue, changes]) => edited(all.join(glue), changes)),
  );
});

test('so is a text nested as deep as brackets allow, and deeper', () => {
  const depth = fc.integer({ min: 480, max: 520 });
  check(
    fc.tuple(depth, fc.constantFrom('[', '{"a":'), edits).map(([levels, open, changes]) => {
      const close = open === '[' ? ']' : '}';
      return edited(`{"a":${open.repeat(levels)}1${close.repeat(levels)}}\n{"b":1}`, changes);
    }),
    200,
  );
});
