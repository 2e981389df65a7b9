import { ClickstreamError } from '../../errors.ts';
import type { UnitResult } from './result.ts';
import type { Claim } from './sink.ts';
import type { UnitContext } from './unit-context.ts';

/**
 * Does work on a unit that was claimed, then lets go of it, with how that ended in the ledger.
 *
 * @param started_ms when it began, by `performance.now()`.
 * @throws what the work throws.
 */
export async function underClaim(
  claim: Claim,
  { budget }: UnitContext,
  started_ms: number,
  work: () => Promise<UnitResult>,
): Promise<UnitResult> {
  try {
    const result = await work();
    await claim.release({
      status: result.status === 'complete' ? 'complete' : 'partial',
      duration_ms: result.durationMs,
      peakRss_mb: result.peakRssMb,
    });
    return result;
  } catch (error) {
    await claim.release({
      status: 'failed',
      errorCode: error instanceof ClickstreamError ? error.code : 'unexpected',
      duration_ms: performance.now() - started_ms,
      peakRss_mb: budget.peakRss_mb,
    });
    throw error;
  }
}
