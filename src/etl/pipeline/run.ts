import { ClickstreamError } from '../../errors.ts';
import { unitLabel, type HourUnit } from './hours.ts';
import { noCounts } from './ledger.ts';
import { runResult, type RunResult, type UnitResult } from './result.ts';
import { runUnit } from './run-unit.ts';
import type { UnitContext } from './unit-context.ts';

/** What an invocation is to do. */
export interface Work {
  /** What was asked for, as one prefix; for the result. */
  readonly prefix: string;
  /** In the order in which they are to be done. */
  readonly units: Iterable<HourUnit>;
}

/** Errors that would meet every other hour, too. */
const CONCERNS_ALL = new Set([
  'missing_bucket',
  'no_credentials',
  'credentials_refused',
  'clock_skewed',
  'wrong_region',
  'warehouse_unreachable',
  'missing_table',
  'missing_column',
  'column_type',
  'transform_failed',
]);

function concernsAll(error: unknown): boolean {
  // Of objects a single one may be refused, over the key that it is encrypted with.
  return CONCERNS_ALL.has(codeOf(error)) || (error instanceof ClickstreamError && isListingDenied(error));
}

function isListingDenied({ code, stage }: ClickstreamError): boolean {
  return code === 'access_denied' && stage === 'list';
}

/** Thrown at the end when hours failed; what the others did is in `result`. */
export class HoursFailed extends ClickstreamError {
  readonly result: RunResult;
  readonly failures: readonly UnitFailure[];

  constructor(failures: readonly UnitFailure[], result: RunResult) {
    const [first] = failures;
    const named = failures.map(({ prefix, error }) => `${prefix} (${codeOf(error)}: ${messageOf(error)})`).join('; ');
    super({
      code: failures.length === 1 ? codeOf(first!.error) : 'hours_failed',
      stage: first!.error instanceof ClickstreamError ? first!.error.stage : 'read',
      message: `${failures.length === 1 ? 'An hour' : `${failures.length} hours`} failed: ${named}`,
      cause: first!.error,
    });
    this.result = result;
    this.failures = failures;
  }
}

/** An hour that failed, with why. */
export interface UnitFailure {
  readonly prefix: string;
  readonly error: unknown;
}

/**
 * Does one unit after another while there is time. One that fails does not keep the others from being done.
 *
 * @throws HoursFailed at the end, when any failed.
 */
export async function runUnits(
  work: Work,
  context: UnitContext & {
    readonly onUnit?: (result: UnitResult) => void;
    readonly onUnitFailed?: (failure: UnitFailure) => void;
  },
): Promise<RunResult> {
  const started_ms = performance.now();
  const results: UnitResult[] = [];
  const failures: UnitFailure[] = [];
  await context.sink.open();
  for (const unit of work.units) {
    if (!context.budget.hasTime) {
      results.push(notBegun(unit));
      break;
    }
    try {
      const result = await runUnit(unit, context);
      // A day of hours that needed nothing would bury the one that was asked for.
      if (!result.unchanged || results.length === 0) results.push(result);
      context.onUnit?.(result);
      if (result.status === 'partial') break;
    } catch (error) {
      failures.push({ prefix: unitLabel(unit), error });
      context.onUnitFailed?.({ prefix: unitLabel(unit), error });
      if (concernsAll(error)) break;
    }
  }
  const result = runResult(work.prefix, results, Math.round(performance.now() - started_ms));
  if (failures.length > 0) throw new HoursFailed(failures, result);
  return result;
}

/** Time ran out before the unit's turn: the invocation is partial, and the next one begins there. */
function notBegun(unit: HourUnit): UnitResult {
  return {
    status: 'partial',
    prefix: unitLabel(unit),
    ...noCounts(),
    durationMs: 0,
    peakRssMb: 0,
    resumeFrom: { key: unit.startAfter ?? unit.prefix },
    unchanged: false,
    reasons: {},
    transforms: [],
  };
}

function codeOf(error: unknown): string {
  return error instanceof ClickstreamError ? error.code : 'unexpected';
}

/** A foreign error's message may quote what it choked on, so only its kind is told; the rest is in `cause`. */
function messageOf(error: unknown): string {
  if (error instanceof ClickstreamError) return error.message;
  return error instanceof Error ? `a defect, ${error.name}` : 'a defect';
}
