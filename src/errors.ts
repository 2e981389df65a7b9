/**
 * The parts of the system that an error can come from. A person who reads the log should know from the stage alone
 * where to look first.
 */
export type Stage =
  'config' | 'list' | 'read' | 'decode' | 'transform' | 'write' | 'settle' | 'migrate' | 'ingest' | 'local';

/** What a {@link ClickstreamError} is made of. */
export interface ErrorDetails {
  /** A stable, lower-case name such as `missing_table`; scripts and alarms match on it. */
  readonly code: string;
  readonly stage: Stage;
  /** Says what is wrong and what to do about it; never holds a secret or the content of an event. */
  readonly message: string;
  readonly cause?: unknown;
}

/** Every error that this project raises on purpose: `{ code, stage, message, cause }`. */
export class ClickstreamError extends Error {
  readonly code: string;
  readonly stage: Stage;

  constructor({ code, stage, message, cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ClickstreamError';
    this.code = code;
    this.stage = stage;
  }
}

/** A setting, flag or payload key that is wrong; the message names it. Raised before anything is touched. */
export function configError(message: string, cause?: unknown): ClickstreamError {
  return new ClickstreamError({ code: 'invalid_config', stage: 'config', message, cause });
}
