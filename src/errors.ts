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

const BRAND = Symbol.for('clickstream.error');

/**
 * Every error that this project raises on purpose: `{ code, stage, message, cause }`. `instanceof` holds for those of other
 * copies of this code as well: the command line runs a pipeline whose transforms come from the package beside it.
 */
export class ClickstreamError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== ClickstreamError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  readonly code: string;
  readonly stage: Stage;

  // On the prototype, where nobody who writes an error's properties sees it.
  get [BRAND](): true {
    return true;
  }

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
