import type { Random } from './random.ts';

/** One hour, in milliseconds. */
export const HOUR_MS = 3_600_000;

/** Shoppers per UTC hour of the day, in percent of an average hour: quiet at night, busiest in the evening. Adds up to 2,400. */
const RHYTHM = [
  36, 22, 14, 11, 13, 28, 56, 84, 99, 108, 114, 122, 128, 119, 112, 116, 128, 148, 176, 202, 198, 168, 122, 76,
];

/**
 * The moments at which new shoppers arrive, in order, in epoch milliseconds; made hour by hour, so a long span needs no
 * more memory than a short one.
 *
 * @param start_ms the start of a UTC hour
 * @param shoppersPerHour of an average hour of the day
 */
export function* arrivals(
  random: Random,
  start_ms: number,
  hours: number,
  shoppersPerHour: number,
): Generator<number, void, void> {
  for (let hour_ms = start_ms; hour_ms < start_ms + hours * HOUR_MS; hour_ms += HOUR_MS) {
    const expected = (shoppersPerHour * RHYTHM[new Date(hour_ms).getUTCHours()]!) / 100;
    const count = Math.max(1, Math.round(expected * (0.95 + random.fraction() / 10)));
    const moments = Array.from({ length: count }, () => hour_ms + random.int(0, HOUR_MS - 1));
    yield* moments.sort((a, b) => a - b);
  }
}
