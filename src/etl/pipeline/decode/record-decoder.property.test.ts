import { Readable } from 'node:stream';

import * as fc from 'fast-check';
import { streamArray } from 'stream-json/streamers/stream-array.js';
import { expect, test } from 'vitest';

import { type Decoded, LIMITS } from '../record.ts';
import { decode, facts } from './testing.ts';
import { OPEN_BRACE, type TextLimits } from './text.ts';

/** An empty object is left out: on the first line it says that lines stand alone, which pretty objects do not. */
const events = fc.array(
  fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 }),
  {
    minLength: 1,
    maxLength: 6,
  },
);

/** Text of JSON's own tokens in any order: mostly wrong, and wrong in every way. */
const tokens = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('{"a":1}', '{"b":[{}]}', '\n', ',', '[', ']') },
      fc.constantFrom('{}', '{', '}', ' ', '\r\n', '1', '-2.5e3', 'null', 'tru', '"', '"x"', '"\\"', ':', '\0'),
      fc.constantFrom(
        '\xef\xbb\xbf',
        '\xff',
        '{"c":"\xc3"}',
        '{"d":"\xc3\xb6"}',
        `{"e":"${'x'.repeat(30)}"}`,
        '[[[[1]]]]',
      ),
    ),
    { maxLength: 24 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

const texts = fc.oneof(
  { weight: 4, arbitrary: tokens },
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  events.map(asLines),
);
const cuts = fc.array(fc.nat(200), { maxLength: 8 });
const limits = fc.constantFrom<TextLimits[]>(LIMITS, { record_bytes: 24, nesting: 3, rejected_raw_bytes: 8 });

function asLines(values: readonly unknown[]): Buffer {
  return Buffer.from(values.map((value) => JSON.stringify(value)).join('\n'));
}

function check<T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>, numRuns = 1500): void {
  fc.assert(property, { numRuns });
}

test('how a text is cut into chunks never matters', () => {
  check(
    fc.property(texts, cuts, limits, (text, at, limit) => {
      const whole = decode(text, { limits: limit });
      expect(decode(text, { cuts: at, limits: limit }).map(facts)).toEqual(whole.map(facts));
    }),
  );
});

test('going on after any piece yields the pieces after it', () => {
  check(
    fc.property(texts, cuts, limits, (text, at, limit) => {
      const whole = decode(text, { limits: limit });
      for (const [n, { next }] of whole.entries()) {
        const rest = decode(text.subarray(next.offset_bytes), { from: next, cuts: at, limits: limit });
        expect(rest.map(facts)).toEqual(whole.slice(n + 1).map(facts));
      }
    }),
  );
});

test('indexes count up, and the ranges of pieces are in order and apart', () => {
  check(
    fc.property(texts, limits, (text, limit) => {
      let end_bytes = 0;
      for (const [n, piece] of decode(text, { limits: limit }).entries()) {
        expect(piece.index).toBe(n);
        expect(piece.start_bytes).toBeGreaterThanOrEqual(end_bytes);
        expect(piece.end_bytes).toBeGreaterThanOrEqual(piece.start_bytes);
        const raw = piece.bytes.subarray(piece.from, piece.to);
        const kept = text
          .subarray(piece.start_bytes, piece.end_bytes)
          .subarray(0, piece.ok ? undefined : limit.rejected_raw_bytes);
        expect(raw.equals(kept)).toBe(true);
        ({ end_bytes } = piece);
      }
      expect(end_bytes).toBeLessThanOrEqual(text.length);
    }),
  );
});

test('the same objects give the same records in every form', () => {
  check(
    fc.property(events, cuts, (objects, at) => {
      const compact = objects.map((event) => JSON.stringify(event));
      const pretty = objects.map((event) => JSON.stringify(event, null, 2));
      const forms = {
        lines: `${compact.join('\n')}\n`,
        'lines with CRLF': compact.join('\r\n'),
        'lines of arrays': compact.map((event) => `[${event}]`).join('\n'),
        'an array': JSON.stringify(objects),
        'a pretty array': JSON.stringify(objects, null, 2),
        'a line per element': `[\n${compact.join(',\n')}\n]`,
        'one after another': compact.join(''),
        'pretty ones': pretty.join('\n'),
        'with a byte order mark': `\uFEFF${compact.join(' ')}`,
      };
      const expected = compact.map((event): unknown => JSON.parse(event));
      for (const [form, text] of Object.entries(forms)) {
        const found = decode(text, { cuts: at }).map((piece) => (piece.ok ? piece.event : piece.code));
        expect(found, form).toStrictEqual(expected);
      }
    }),
    300,
  );
});

test('an array gives what stream-json makes of it', async () => {
  await fc.assert(
    fc.asyncProperty(events, cuts, async (objects, at) => {
      // stream-json sets the prototype for a key of that name, where JSON.parse makes a property.
      const text = JSON.stringify(objects, (key, value: unknown) => (key === '__proto__' ? undefined : value));
      const expected: unknown[] = [];
      const items = Readable.from([text]).pipe(streamArray.withParserAsStream()) as AsyncIterable<{ value: unknown }>;
      for await (const { value } of items) expected.push(value);
      expect(decode(text, { cuts: at }).map((piece) => piece.ok && piece.event)).toStrictEqual(expected);
    }),
    { numRuns: 100 },
  );
});

test('the rule, written down once more without regard to speed, gives the same', () => {
  check(
    fc.property(tokens, (text) => {
      expect(decode(text).map(outcome)).toEqual(byTheRule(text.toString('latin1')));
    }),
    3000,
  );
});

type Outcome = readonly [start: number, end: number, what: string];

function outcome({ start_bytes, end_bytes, bytes, from, ...piece }: Decoded): Outcome {
  // The rule below takes every byte for a character.
  const judged = piece.ok || piece.code === 'invalid_utf8';
  const what = !judged ? piece.code : bytes[from] === OPEN_BRACE ? 'record' : 'not_an_object';
  return [start_bytes, end_bytes, what];
}

function byTheRule(text: string): Outcome[] {
  const begin = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  const firstLine = /[^\s][^\n]*/.exec(text.slice(begin))?.[0];
  if (firstLine === undefined) return [];
  const blanks = text.slice(begin).indexOf(firstLine);
  if (parse(firstLine) === undefined) return byValues(text, begin);
  const outcomes: Outcome[] = [];
  let start = begin + blanks;
  for (const line of text.slice(start).split('\n')) {
    const trimmed = line.replace(/^[ \t\r]+|[ \t\r]+$/g, '');
    const at = start + line.indexOf(trimmed);
    const value = parse(trimmed);
    if (value !== undefined)
      outcomes.push(...byValues(trimmed, 0).map(([from, to, what]): Outcome => [at + from, at + to, what]));
    else if (trimmed !== '') outcomes.push([at, at + trimmed.length, 'syntax_error']);
    start += line.length + 1;
  }
  return outcomes;
}

function byValues(text: string, begin: number): Outcome[] {
  const outcomes: Outcome[] = [];
  let at = begin;
  const skip = (): string => text[(at += /^[ \t\r\n]*/.exec(text.slice(at))![0].length)] ?? '';
  const take = (): boolean => {
    const end = endOfValue(text, at);
    if (end === undefined) return false;
    outcomes.push([at, end, text[at] === '{' ? 'record' : 'not_an_object']);
    at = end;
    return true;
  };
  const takeArray = (): boolean => {
    at++;
    if (skip() === ']') return ++at > 0;
    for (;;) {
      skip();
      if (!take()) return false;
      const after = skip();
      if (after === ']') return ++at > 0;
      if (after !== ',') return false;
      at++;
    }
  };
  while (skip() !== '') {
    if (text[at] === '[' ? takeArray() : take()) continue;
    outcomes.push([at, text.length, 'syntax_error']);
    break;
  }
  return outcomes;
}

/** The end of the first whole JSON value at `at`; of a number or word, as far as it goes. */
function endOfValue(text: string, at: number): number | undefined {
  const word = /^[^\s,[\]{}"]+/.exec(text.slice(at))?.[0];
  if (word !== undefined) return parse(word) === undefined ? undefined : at + word.length;
  for (let end = at + 1; end <= text.length; end++) if (parse(text.slice(at, end)) !== undefined) return end;
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
