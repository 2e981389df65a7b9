/** What decides where a derived session ends and which day a moment belongs to. One for a whole warehouse. */
export interface SettlingRule {
  /** A longer pause between two events of a visitor starts a new session. */
  readonly sessionTimeout_ms: number;
  /** Whether midnight of the reporting time zone does, too. */
  readonly cutAtMidnight: boolean;
  /** IANA name, such as `Europe/Berlin`. */
  readonly reportingTimeZone: string;
}

/** What a warehouse goes by unless somebody says otherwise. */
export const DEFAULT_RULE: SettlingRule = {
  sessionTimeout_ms: 30 * 60_000,
  cutAtMidnight: false,
  reportingTimeZone: 'UTC',
};
