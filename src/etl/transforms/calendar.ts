const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
/** Quarters of an hour that are remembered: those of half a year, in 1 MB. */
const CAPACITY = 16_384;
/** The last moment that a date can be. */
const LAST_MS = 8.64e15;

/**
 * The days of a time zone. Clocks are set, and days begin, on a quarter of an hour, so that the zone is asked once for each
 * quarter and not for every event; a quarter in which that is not so (some zones set their clocks a minute after midnight
 * until 2011) is asked every time.
 */
export class Calendar {
  /** Days by quarter; undefined where it has more than one. */
  readonly #days = new Map<number, number | undefined>();
  readonly #format: Intl.DateTimeFormat;
  readonly #capacity: number;

  /** @param timeZone IANA name. */
  constructor(timeZone: string, capacity: number = CAPACITY) {
    this.#capacity = capacity;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    });
  }

  /**
   * The number of the day, since 1970, that a moment falls in.
   *
   * @param moment_ms epoch milliseconds, of a year from 1 on.
   */
  dayOf(moment_ms: number): number {
    const quarter = Math.floor(moment_ms / QUARTER_MS);
    let day = this.#days.get(quarter);
    if (day === undefined && !this.#days.has(quarter)) {
      day = this.#onlyDayOf(quarter);
      if (this.#days.size >= this.#capacity) this.#days.clear();
      this.#days.set(quarter, day);
    }
    return day ?? this.#ask(moment_ms);
  }

  #onlyDayOf(quarter: number): number | undefined {
    const first_ms = quarter * QUARTER_MS;
    const day = this.#ask(first_ms);
    return day === this.#ask(Math.min(first_ms + QUARTER_MS - 1, LAST_MS)) ? day : undefined;
  }

  #ask(moment_ms: number): number {
    const date = new Date(0);
    const parts = new Map(this.#format.formatToParts(moment_ms).map(({ type, value }) => [type, Number(value)]));
    // Not Date.UTC, to which the years 0 to 99 are those of the last century.
    date.setUTCFullYear(parts.get('year')!, parts.get('month')! - 1, parts.get('day'));
    return date.getTime() / DAY_MS;
  }
}
