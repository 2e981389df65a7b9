import { pino, type Logger } from 'pino';
import { ClickstreamError } from '../errors.ts';
import { placesOf } from '../places.ts';

/** What a log line may hold: codes, ids of requests, counts and durations. No address, user agent or event content. */
export type LogFields = Readonly<Record<string, string | number | null | undefined>>;

/** Where the handler tells of its own failures. Clients' mistakes are not logged. */
export interface IngestLog {
  error(fields: LogFields, message: string): void;
}

let logger: Logger | undefined;

/** One JSON line on stdout for each failure, where Lambda and containers collect it. */
export const stdoutLog: IngestLog = {
  error(fields, message) {
    logger ??= pino(
      {
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      // In the background, as by default, the line would wait for the next request: Lambda freezes the process.
      pino.destination({ dest: 1, sync: true }),
    );
    logger.error(fields, message);
  },
};

/**
 * What may be said of a failure. Our own errors have messages that are safe to log. Others' may quote an event, a
 * header or a host's address, so only their name, code and place are told.
 */
export function describeFailure(error: unknown): { readonly fields: LogFields; readonly message: string } {
  if (!(error instanceof ClickstreamError)) {
    return {
      fields: { code: 'unexpected', ...foreign(error) },
      message: 'The request failed for an unexpected reason',
    };
  }
  return { fields: { code: error.code, ...foreign(error.cause) }, message: error.message };
}

function foreign(error: unknown): LogFields {
  if (!(error instanceof Error)) return {};
  const { code, $metadata: metadata } = error as { code?: unknown; $metadata?: unknown };
  const { httpStatusCode, attempts } = (metadata ?? {}) as Record<string, unknown>;
  return {
    cause: asToken(error.name),
    causeCode: asToken(code),
    causeAt: placesOf(error)[0]?.trim(),
    httpStatus: typeof httpStatusCode === 'number' ? httpStatusCode : undefined,
    attempts: typeof attempts === 'number' ? attempts : undefined,
  };
}

/** Names and codes can come from a server's answer; one that does not look like a name is not passed on. */
function asToken(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : undefined;
}
