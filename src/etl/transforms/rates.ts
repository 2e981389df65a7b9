import { readFileSync } from 'node:fs';
import { configError } from '../../errors.ts';
import { decimalOf, type Decimal } from './decimal.ts';
import { asObject } from './values.ts';

/** Rates of currencies by date: `{ "2025-12-05": { "USD": "1.1645" } }`. Text is exact; a number is as JavaScript writes it. */
export type RatesByDate = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

const DAY_MS = 86_400_000;

/** The rates of one currency, in order of their days (days since 1970). */
interface Series {
  readonly days: number[];
  readonly rates: Decimal[];
}

/** Rates by currency and day. */
export class Rates {
  readonly #series = new Map<string, Series>();

  /** @throws Error that says which rate is none. */
  constructor(byDate: RatesByDate) {
    // In order of the dates, which are ISO 8601 and so in order of their texts.
    for (const date of Object.keys(byDate).sort()) {
      const day_ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
      if (!Number.isFinite(day_ms) || new Date(day_ms).toISOString().slice(0, 10) !== date) {
        throw configError(`"${date.slice(0, 40)}" is no date: give YYYY-MM-DD`);
      }
      const rates = asObject(byDate[date]);
      if (!rates) throw configError(`the rates of ${date} are no object of numbers by currency`);
      for (const [currency, value] of Object.entries(rates)) {
        const rate = typeof value === 'string' || typeof value === 'number' ? decimalOf(value) : null;
        if (!/^[A-Z]{3}$/.test(currency)) throw configError(`"${currency.slice(0, 40)}" of ${date} is no currency: give three capital letters`); // prettier-ignore
        if (rate === null || rate.digits <= 0n) throw configError(`the rate of ${currency} of ${date} is no number above zero`); // prettier-ignore
        const series = this.#series.get(currency) ?? { days: [], rates: [] };
        series.days.push(day_ms / DAY_MS);
        series.rates.push(rate);
        this.#series.set(currency, series);
      }
    }
  }

  /** The rate of a currency on a day (UTC), or of the last day before it that has one, at most `maxAge_days` before. */
  on(currency: string, time_ms: number, maxAge_days: number): Decimal | undefined {
    const series = this.#series.get(currency);
    if (!series) return undefined;
    const day = Math.floor(time_ms / DAY_MS);
    let [from, to] = [0, series.days.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (series.days[middle]! <= day) from = middle + 1;
      else to = middle;
    }
    const found = series.days[from - 1];
    return found === undefined || day - found > maxAge_days ? undefined : series.rates[from - 1];
  }
}

/**
 * Rates from a file: JSON as {@link RatesByDate}, or CSV with a line per date and a column per currency, as central banks
 * publish it (`Date,USD,JPY` and `2025-12-05,1.1645,180.5`; empty and `N/A` are none).
 *
 * @throws Error when the file cannot be read or holds something else.
 */
export function readRates(file: string): RatesByDate {
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  if (!file.toLowerCase().endsWith('.csv')) {
    const rates = asObject(JSON.parse(text));
    if (!rates) throw configError('it holds no object of rates by date');
    return rates as RatesByDate;
  }
  const [head = '', ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const cells = (line: string): string[] => line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const [, ...currencies] = cells(head);
  return Object.fromEntries(
    lines.map((line) => {
      const [date = '', ...rates] = cells(line);
      const known = currencies.flatMap((currency, at) => {
        const rate = rates[at] ?? '';
        return currency === '' || rate === '' || rate === 'N/A' ? [] : [[currency, rate] as const];
      });
      return [date, Object.fromEntries(known)];
    }),
  );
}
