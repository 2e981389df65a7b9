import { expect, test } from 'vitest';
import { ClickstreamError } from '../../errors.ts';
import {
  functionOf,
  listOf,
  mapOf,
  numberIn,
  oneOf,
  optional,
  readOptions,
  textOf,
  trueOrFalse,
  withDefault,
} from './options.ts';

const kinds = {
  rate: numberIn(0, 1),
  by: withDefault(oneOf(['visitor', 'event']), 'visitor'),
  loud: withDefault(trueOrFalse, false),
  file: optional(textOf('the path of a file')),
};

test('options are read, and those not given have their defaults', () => {
  expect(readOptions('thin', { rate: 0.5, loud: true, by: undefined }, kinds)).toEqual({
    rate: 0.5,
    by: 'visitor',
    loud: true,
    file: undefined,
  });
});

test.each<[unknown, string]>([
  [undefined, 'thin: its option rate is not given: give a number from 0 to 1.'],
  [{ rate: 2 }, 'thin: its option rate is 2: give a number from 0 to 1.'],
  [{ rate: Number.NaN }, 'thin: its option rate is NaN: give a number from 0 to 1.'],
  [{ rate: '0.5' }, 'thin: its option rate is "0.5": give a number from 0 to 1.'],
  [{ rate: null }, 'thin: its option rate is null: give a number from 0 to 1.'],
  [{ rate: 1, by: 'Visitor' }, 'thin: its option by is "Visitor": give one of "visitor", "event".'],
  [{ rate: 1, file: '' }, 'thin: its option file is empty: give the path of a file.'],
  [{ rate: 1, loud: () => true }, 'thin: its option loud is a function: give true or false.'],
  [{ rate: 1, fille: 'x' }, 'thin: it has no option "fille" (did you mean file?).'],
  [{ rate: 1, zzz: 'x' }, 'thin: it has no option "zzz" (known are rate, by, loud, file).'],
  [
    { Rate: 1 },
    'thin: it has no option "Rate" (did you mean rate?); its option rate is not given: give a number from 0 to 1.',
  ],
  ['rate', 'thin was given "rate": give an object with rate, by, loud, file.'],
  [[], 'thin was given an array: give an object with rate, by, loud, file.'],
])('%j is refused with words that say what to give', (given, message) => {
  const refused = (): unknown => readOptions('thin', given, kinds);
  expect(refused).toThrow(ClickstreamError);
  expect(refused).toThrow(expect.objectContaining({ code: 'invalid_config', message }) as Error);
});

test('a secret is not shown when it is wrong', () => {
  const salt = { ...textOf('a text'), secret: true };
  expect(() => readOptions('hide', { salt: 12345 }, { salt })).toThrow(
    'hide: its option salt is not usable: give a text.',
  );
});

test('lists, maps and functions are looked into', () => {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const more = {
    names: listOf('a list of names', text),
    as: mapOf('names by name', text),
    look: functionOf('a function'),
  };
  const look = (): void => undefined;
  const read = readOptions('more', { names: ['a'], as: JSON.parse('{"__proto__":"b"}') as unknown, look }, more);
  expect(read.names).toEqual(['a']);
  expect([...read.as]).toEqual([['__proto__', 'b']]);
  expect(read.look).toBe(look);
  for (const wrong of [{ names: 'a' }, { names: [1] }, { as: ['a'] }, { as: { a: 1 } }, { as: null }, { look: 'x' }]) {
    expect(() => readOptions('more', { names: [], as: {}, look, ...wrong }, more)).toThrow(
      `more: its option ${Object.keys(wrong)[0]!} is `,
    );
  }
});

test('what objects inherit is no option', () => {
  expect(() => readOptions('odd', {}, { toString: textOf('a text') })).toThrow('toString is not given');
});
