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
  // pino's own default writes in the background: Lambda freezes the process, or a crash ends it, with lines unwritten.
  return pino(options, destination ?? pino.destination({ dest: 1, sync: true }));
}
