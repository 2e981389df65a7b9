import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './config/settings.ts';

export type { Logger } from 'pino';

/**
 * A logger of JSON lines. Counts, codes, keys and durations go in; never an event's content, an IP, a user agent or a
 * setting's secret.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    // Lambda adds neither to a line that anyone misses.
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
  return destination ? pino(options, destination) : pino(options);
}
