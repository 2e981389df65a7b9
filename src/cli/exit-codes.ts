import { ClickstreamError } from '../errors.ts';
import { HoursFailed } from '../etl/pipeline/run.ts';
import type { RunStatus } from '../etl/pipeline/result.ts';

/** What the command line's exit codes mean; scripts and schedulers go by them. */
export const EXIT = {
  complete: 0,
  failed: 1,
  /** Nothing was touched: a flag, a variable or the warehouse's tables are not what they must be. */
  usage: 2,
  /** Time ran out, or somebody asked it to stop; running it again goes on. */
  partial: 3,
  /** Another run has the hour. */
  busy: 4,
  /** Interrupted a second time; the shell's own code for it. */
  interrupted: 130,
  /** Whoever read the output has closed it; the shell's own code for it. */
  closed: 141,
} as const;

/** For `--help`. */
export const EXIT_HELP = `Exit codes:
  0  complete
  1  failed
  2  wrong usage or configuration; nothing was read or written
  3  partial: time ran out or it was stopped; what was committed stays, run it again to go on
  4  busy: another run has the hour`;

/** The exit code of a run's result. */
export function exitCodeOfStatus(status: RunStatus): number {
  return EXIT[status];
}

/** The exit code of an error. */
export function exitCodeOfError(error: unknown): number {
  if (error instanceof HoursFailed) return EXIT.failed;
  return error instanceof ClickstreamError && error.stage === 'config' ? EXIT.usage : EXIT.failed;
}
