import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../pipeline/record.ts';
import { convertCurrency, type ConvertCurrencyOptions } from './convert-currency.ts';
import { flatten } from './flatten.ts';
import { parse } from './parse.ts';
import { sessionize } from './sessionize.ts';
import { received, runTransforms } from './testing.ts';
import { testTransform } from '../../testing/index.ts';

// The tests' events are of 2025-12-06, a Saturday.
const RATES = {
  '2025-12-05': { USD: '1.1645', JPY: 180.5 },
  '2025-12-07': { USD: '9' },
  '2025-11-01': { CHF: '0.93' },
};
const EUR: ConvertCurrencyOptions = { to: 'EUR', rates: RATES };

async function converted(options: ConvertCurrencyOptions, event: JsonObject) {
  const list = [parse, sessionize, flatten, convertCurrency(options)] as const;
  const { rows, metrics } = await runTransforms(list, [received(event)]);
  return [rows[0]!.order_total_reporting, rows[0]!.product_price_reporting, ...Object.keys(metrics)];
}

test.each<[string, JsonObject, ConvertCurrencyOptions, unknown[]]>([
  ['by the last rate before the day', { orderTotal: '116.45', currency: 'USD' }, EUR, ['100.00', null]],
  ['both amounts', { orderTotal: 10, currency: 'JPY', product: { price: '180.50' } }, EUR, ['0.06', '1.00']],
  [
    'to the last digit',
    { orderTotal: '12345678901234567890.12', currency: 'EUR' },
    EUR,
    ['12345678901234567890.12', null],
  ],
  ['rounded half away from zero', { orderTotal: '-0.005', currency: 'EUR' }, EUR, ['-0.01', null]],
  ['a float as it is written', { orderTotal: 0.1, currency: 'EUR' }, EUR, ['0.10', null]],
  ['with other decimals', { orderTotal: '1', currency: 'USD' }, { ...EUR, decimals: 6 }, ['0.858738', null]],
  ['by what one unit is worth', { orderTotal: '3', currency: 'USD' }, { ...EUR, quoted: 'ofUnit' }, ['3.49', null]],
  ['in small letters', { orderTotal: '116.45', currency: ' usd ' }, EUR, ['100.00', null]],
  ['a rate that is too old', { orderTotal: 1, currency: 'CHF' }, EUR, [null, null, 'convertCurrency.no_rate']],
  ['a rate that is old enough', { orderTotal: '0.93', currency: 'CHF' }, { ...EUR, maxAge_days: 35 }, ['1.00', null]],
  ['an unknown currency', { orderTotal: 1, currency: 'points' }, EUR, [null, null, 'convertCurrency.no_rate']],
  [
    'a name that objects inherit',
    { orderTotal: 1, currency: 'constructor' },
    EUR,
    [null, null, 'convertCurrency.no_rate'],
  ],
  ['no currency', { orderTotal: 1 }, EUR, [null, null, 'convertCurrency.no_currency']],
  ['the assumed currency', { orderTotal: '1.1645' }, { ...EUR, assume: 'USD' }, ['1.00', null]],
  ['no amount', { currency: 'USD' }, EUR, [null, null]],
  ['an amount that is none', { orderTotal: 'much', currency: 'USD' }, EUR, [null, null]],
  ['an amount beyond all', { orderTotal: '1e300', currency: 'USD', product: { price: '1e-300' } }, EUR, [expect.stringMatching(/^\d{300,301}\.\d\d$/), '0.00']], // prettier-ignore
])('%s', async (_name, event, options, expected) => {
  expect(await converted(options, event)).toEqual(expected);
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rates-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

test('rates come from a JSON file, or from CSV as central banks publish it', async () => {
  const event = { orderTotal: '116.45', currency: 'USD' };
  const csv = 'Date,USD,JPY,BGN,\r\n2025-12-05,1.1645,180.5,N/A,\r\n2025-12-04,1.2,,1.9558,\r\n';
  expect(await converted({ to: 'EUR', rates: file('rates.json', JSON.stringify(RATES)) }, event)).toEqual([
    '100.00',
    null,
  ]);
  expect(await converted({ to: 'EUR', rates: file('rates.csv', csv) }, event)).toEqual(['100.00', null]);
  const bgn = { orderTotal: '1.9558', currency: 'BGN' };
  expect(await converted({ to: 'EUR', rates: file('rates.csv', csv) }, bgn)).toEqual(['1.00', null]);
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'its option to is not given: give a currency in three capital letters'],
  ['a small currency', { to: 'eur', rates: {} }, 'its option to is "eur": give a currency'],
  ['no rates', { to: 'EUR' }, 'its option rates is not given: give the path of a .json or .csv file'],
  [
    'a date that is none',
    { to: 'EUR', rates: { '2025-02-30': {} } },
    'its option rates cannot be used: "2025-02-30" is no date',
  ],
  [
    'a rate of zero',
    { to: 'EUR', rates: { '2025-12-05': { USD: 0 } } },
    'the rate of USD of 2025-12-05 is no number above zero',
  ],
  [
    'a rate that is none',
    { to: 'EUR', rates: { '2025-12-05': { USD: null } } },
    'the rate of USD of 2025-12-05 is no number',
  ],
  ['a currency that is none', { to: 'EUR', rates: { '2025-12-05': { usd: 1 } } }, '"usd" of 2025-12-05 is no currency'],
  [
    'a missing file',
    { to: 'EUR', rates: '/nowhere/rates.json' },
    'the rates in /nowhere/rates.json cannot be used: ENOENT',
  ],
  [
    'half a digit',
    { to: 'EUR', rates: {}, decimals: 1.5 },
    'its option decimals is 1.5: give a whole number from 0 to 8',
  ],
  ['a misspelt option', { to: 'EUR', rates: {}, qouted: 'ofUnit' }, 'it has no option "qouted" (did you mean quoted?)'],
])('%s is refused', (_name, options, message) => {
  expect(() => convertCurrency(options as ConvertCurrencyOptions)).toThrow(message);
});

test('convertCurrency keeps the rules of transforms', () =>
  testTransform(convertCurrency(EUR), {
    events: [received({ eventName: 'order', orderTotal: '116.45', currency: 'USD', product: { price: 2 } })],
  }));
