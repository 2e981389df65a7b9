/** What decides where a derived session ends and which day a moment belongs to. One for a whole warehouse. */
export interface SettlingRule {
  /** A longer pause between two events of a visitor starts a new session. */
  readonly sessionTimeout_ms: number;
  /** Whether midnight of the reporting time zone does, too. */
  readonly cutAtMidnight: boolean;
  /** IANA name, such as `Europe/Berlin`. */
  readonly reportingTimeZone: string;
}
