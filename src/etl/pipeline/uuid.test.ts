import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalUuid, uuidOfName } from './uuid.ts';

const CANONICAL = '0189d1b3-4f0a-7c3e-9b1a-6f2e8d4c5b7a';
const BARE = CANONICAL.replaceAll('-', '');

test.each([
  ['as it is', CANONICAL],
  ['upper case', CANONICAL.toUpperCase()],
  ['mixed case', '0189D1b3-4f0a-7C3e-9b1a-6F2e8d4c5B7a'],
  ['no hyphens', BARE],
  ['braces', `{${CANONICAL}}`],
  ['braces and no hyphens', `{${BARE}}`],
  ['a hyphen after every four digits', '0189-d1b3-4f0a-7c3e-9b1a-6f2e-8d4c-5b7a'],
  ['some hyphens', '0189d1b3-4f0a7c3e-9b1a6f2e-8d4c5b7a'],
])('a spelling that Postgres accepts becomes canonical: %s', (_, spelling) => {
  expect(canonicalUuid(spelling)).toBe(CANONICAL);
});

test.each([
  ['white space before', ` ${CANONICAL}`],
  ['a line end after', `${CANONICAL}\n`],
  ['one brace', `{${CANONICAL}`],
  ['the other brace', `${CANONICAL}}`],
  ['two braces', `{{${CANONICAL}}}`],
  ['a URN', `urn:uuid:${CANONICAL}`],
  ['a digit too few', CANONICAL.slice(1)],
  ['a digit too many', `${CANONICAL}0`],
  ['a letter that is no digit', `g${CANONICAL.slice(1)}`],
  ['a hyphen after two digits', `01-${BARE.slice(2)}`],
  ['two hyphens', CANONICAL.replace('-', '--')],
  ['a hyphen at the end', `${CANONICAL}-`],
  ['a hyphen at the start', `-${CANONICAL}`],
  ['digits of another script', `٠${CANONICAL.slice(1)}`],
  ['a digit more behind an opening brace', `{${CANONICAL}0`],
  ['a digit more before a closing brace', `0${CANONICAL}}`],
  ['nothing between braces', '{}'],
  ['nothing', ''],
])('a text that Postgres refuses is no UUID: %s', (_, text) => {
  expect(canonicalUuid(text)).toBeUndefined();
});

test.each([0, 1, 2, 3, 4])('each of the five groups has its own number of digits, and only digits: %i', (group) => {
  const groups = CANONICAL.split('-');
  const { length } = groups[group]!;
  for (const other of ['x'.repeat(length), 'f', '', `${groups[group]}0`]) {
    expect(canonicalUuid(groups.with(group, other).join('-'))).toBeUndefined();
  }
});

test('hyphens after any groups of four digits and any case give the same UUID', () => {
  const spelling = fc.tuple(
    fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
    fc.array(fc.boolean(), { minLength: 32, maxLength: 32 }),
    fc.boolean(),
  );
  fc.assert(
    fc.property(spelling, ([hyphens, upper, braces]) => {
      const digits = Array.from(BARE, (digit, at) => (upper[at] ? digit.toUpperCase() : digit));
      const text = digits.map((digit, at) => (at % 4 === 3 && hyphens[(at - 3) / 4] ? `${digit}-` : digit)).join('');
      expect(canonicalUuid(braces ? `{${text}}` : text)).toBe(CANONICAL);
    }),
  );
});

test('a name gives a UUID of version 5, the same for ever', () => {
  // Written down, since another one would load every such event a second time.
  expect(uuidOfName('clientId', 'order-1')).toBe('eb18e662-806d-5170-a11d-eaf827f71e19');
  expect(uuidOfName('place', 'events/2025/12/06/05/event-1.json#0')).toBe('6a690fa1-908c-5794-a4f7-6aa98f230002');
  expect(uuidOfName('clientId', 'ключ 🔑')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test('a client’s text never stands for a place', () => {
  const place = 'events/2025/12/06/05/event-1.json#0';
  expect(uuidOfName('clientId', place)).not.toBe(uuidOfName('place', place));
});
